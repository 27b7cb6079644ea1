import type { MessagePort } from 'node:worker_threads';
import { turnEnd } from '../adapters/turnEnd.js';

/** In one message at most: a million calls at once are no reason to hold the loop for a second. */
const MAX_BATCH_COUNT = 1_024;

/** Sends what one turn of the event loop has to say as one message. Each message costs more than what is in it. */
export class BatchedPort {
  #batches: unknown[][] = [];
  #isDue = false;

  constructor(readonly port: MessagePort) {}

  /** What is sent must be something that can be cloned. */
  add(id: number, what: number | string, payload: unknown): void {
    let batch = this.#batches.at(-1);
    if (batch === undefined || batch.length >= 3 * MAX_BATCH_COUNT) {
      batch = [];
      this.#batches.push(batch);
    }
    batch.push(id, what, payload);
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
    this.flush();
    if (this.#batches.length === 0) return;
    this.#isDue = true;
    turnEnd(() => this.#flushLater());
  }
}
