import type { MessagePort } from 'node:worker_threads';
import { turnEnd } from '../../adapters/machine.js';

/**
 * So many do not wait for the end of the turn: the other thread works on them while this one goes on. A message costs about as much as
 * what five calls put in it, the way to a thread that sleeps as much as a hundred.
 *
 * @source measured: bench/reload/workerCalls.ts, 8, 16 and 32 beside whole turns
 */
const EARLY_COUNT = 16;
/** In one message, and sent early in one turn, at most: a million calls at once are no reason to hold the loop for a second. */
const MAX_BATCH_COUNT = 1_024;

/** Sends what one turn of the event loop has to say in few messages, in the order in which it was said. */
export class BatchedPort {
  #batches: unknown[][] = [];
  /** Of what the newest batch holds. */
  #count = 0;
  #earlyCount = 0;
  #isDue = false;

  constructor(readonly port: Pick<MessagePort, 'postMessage'>) {}

  /** Arguments go one by one: a list for each call would take the clone twice the time. They must be something that can be cloned. */
  call(id: number, name: string, args: readonly unknown[]): void {
    this.#batch().push(id, name, args.length, ...args);
    this.#said();
  }

  /** What is sent must be something that can be cloned. */
  answer(id: number, how: number, value: unknown): void {
    this.#batch().push(id, how, value);
    this.#said();
  }

  /** A message of its own, after all that was said before it. */
  post(message: object): void {
    while (this.#batches.length > 0) this.flush();
    this.port.postMessage(message);
  }

  /** One batch now, without waiting for the turn to end. */
  flush(): void {
    const batch = this.#batches.shift();
    if (batch !== undefined) this.port.postMessage(batch);
  }

  #batch(): unknown[] {
    const newest = this.#batches.at(-1);
    if (newest !== undefined && this.#count < MAX_BATCH_COUNT) return newest;
    const batch: unknown[] = [];
    this.#batches.push(batch);
    this.#count = 0;
    return batch;
  }

  #said(): void {
    this.#count += 1;
    const isEarly = this.#count === EARLY_COUNT && this.#batches.length === 1;
    if (isEarly && this.#earlyCount < MAX_BATCH_COUNT) {
      this.#earlyCount += EARLY_COUNT;
      this.flush();
    }
    if (this.#isDue) return;
    this.#isDue = true;
    turnEnd(() => this.#flushLater());
  }

  #flushLater(): void {
    this.#isDue = false;
    this.#earlyCount = 0;
    this.flush();
    if (this.#batches.length === 0) return;
    this.#isDue = true;
    turnEnd(() => this.#flushLater());
  }
}
