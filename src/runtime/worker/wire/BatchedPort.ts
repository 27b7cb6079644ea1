/**
 * When this number of calls or answers has come together, they are sent without waiting for the end of the turn: the other thread works
 * on them while this one goes on. A message costs about as much as five calls in it, and waking a thread that sleeps as much as a hundred.
 *
 * @source measured: bench/reload/workerCalls.ts, 8, 16 and 32 beside whole turns
 */
const EARLY_COUNT = 16;
/**
 * The most calls in one message, and the most that are sent early in one turn. Without it a million calls in one turn would block the
 * event loop for a second.
 */
const MAX_BATCH_COUNT = 1_024;

/** Sends the calls or answers of one turn of the event loop in few messages, in their order. */
export class BatchedPort {
  /** What is not sent yet, the oldest first. All but the newest are full. */
  #batches: unknown[][] = [];
  /** Number of calls or answers in the newest batch, which has several elements for each. */
  #newestCount = 0;
  /** Number of calls or answers that were sent before the end of this turn. */
  #earlyCount = 0;
  /** Whether a flush is planned for the end of this turn. */
  #isFlushPlanned = false;

  constructor(
    readonly port: { postMessage(message: unknown): void },
    /** Runs the work at the end of this turn of the event loop. */
    readonly atTurnEnd: (work: () => void) => void,
  ) {}

  /** Adds a call. The arguments must be cloneable. They are elements of the batch: a list per call would double the time of the clone. */
  call(id: number, name: string, args: readonly unknown[]): void {
    this.#batch().push(id, name, args.length, ...args);
    this.#added();
  }

  /** Adds an answer. The value must be cloneable. */
  answer(id: number, how: number, value: unknown): void {
    this.#batch().push(id, how, value);
    this.#added();
  }

  /** Sends a message of its own, after all calls and answers before it. */
  post(message: object): void {
    while (this.#batches.length > 0) this.flush();
    this.port.postMessage(message);
  }

  /** Sends the oldest batch now. */
  flush(): void {
    const batch = this.#batches.shift();
    if (batch !== undefined) this.port.postMessage(batch);
  }

  #batch(): unknown[] {
    const newest = this.#batches.at(-1);
    if (newest !== undefined && this.#newestCount < MAX_BATCH_COUNT) return newest;
    const batch: unknown[] = [];
    this.#batches.push(batch);
    this.#newestCount = 0;
    return batch;
  }

  #added(): void {
    this.#newestCount += 1;
    const isEarly = this.#newestCount === EARLY_COUNT && this.#batches.length === 1;
    if (isEarly && this.#earlyCount < MAX_BATCH_COUNT) {
      this.#earlyCount += EARLY_COUNT;
      this.flush();
    }
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    this.atTurnEnd(() => this.#flushAtTurnEnd());
  }

  #flushAtTurnEnd(): void {
    this.#isFlushPlanned = false;
    this.#earlyCount = 0;
    this.flush();
    if (this.#batches.length === 0) return;
    this.#isFlushPlanned = true;
    this.atTurnEnd(() => this.#flushAtTurnEnd());
  }
}
