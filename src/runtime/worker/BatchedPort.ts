import type { MessagePort } from 'node:worker_threads';
import { turnEnd } from '../adapters/turnEnd.js';

/**
 * So many do not wait for the end of the turn: the other thread works on them while this one goes on. A message costs about as much as
 * what five calls put in it, the way to a thread that sleeps as much as a hundred.
 *
 * @source measured: bench/reload/workerCalls.ts, 8, 16 and 32 beside whole turns
 */
const EARLY_COUNT = 16;
/** In one message, and sent early in one turn, at most: a million calls at once are no reason to hold the loop for a second. */
const MAX_BATCH_COUNT = 1_024;
/** A number, what is asked or answered, and a payload. */
const SLOTS = 3;

/** Sends what one turn of the event loop has to say in few messages, in the order in which it was said. */
export class BatchedPort {
  #batches: unknown[][] = [];
  #isDue = false;
  #earlyCount = 0;

  constructor(readonly port: Pick<MessagePort, 'postMessage'>) {}

  /** What is sent must be something that can be cloned. */
  add(id: number, what: number | string, payload: unknown): void {
    let batch = this.#batches.at(-1);
    if (batch === undefined || batch.length >= SLOTS * MAX_BATCH_COUNT) {
      batch = [];
      this.#batches.push(batch);
    }
    batch.push(id, what, payload);
    const isEarly = batch.length === SLOTS * EARLY_COUNT && this.#batches.length === 1;
    if (isEarly && this.#earlyCount < MAX_BATCH_COUNT) {
      this.#earlyCount += EARLY_COUNT;
      this.flush();
    }
    if (this.#isDue) return;
    this.#isDue = true;
    turnEnd(() => this.#flushLater());
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

  #flushLater(): void {
    this.#isDue = false;
    this.#earlyCount = 0;
    this.flush();
    if (this.#batches.length === 0) return;
    this.#isDue = true;
    turnEnd(() => this.#flushLater());
  }
}
