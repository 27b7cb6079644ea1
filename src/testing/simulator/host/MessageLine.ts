import type { VirtualTime } from '../../../trace/virtual/VirtualTime.js';

/** One direction of the line between a host and a thread: messages are cloned, take a while, and arrive in their order. */
export class MessageLine {
  readonly #time: VirtualTime;
  readonly #latencyMs: () => number;
  readonly #deliver: (message: unknown) => void;
  /** When the last message arrives: no later one may arrive before. */
  #lastMs = 0;
  /** How much later than usual the next message arrives. */
  #delayMs = 0;

  constructor(time: VirtualTime, latencyMs: () => number, deliver: (message: unknown) => void) {
    this.#time = time;
    this.#latencyMs = latencyMs;
    this.#deliver = deliver;
  }

  send(message: unknown): void {
    const copy: unknown = structuredClone(message);
    const delayMs = this.#delayMs;
    this.#delayMs = 0;
    this.#arrive(delayMs + this.#latencyMs(), () => this.#deliver(copy));
  }

  /** Does something when all that was sent before has arrived. */
  after(work: () => void): void {
    this.#arrive(0, work);
  }

  /** The next message, and those after it, arrive so much later. */
  delay(byMs: number): void {
    this.#delayMs = byMs;
  }

  #arrive(afterMs: number, work: () => void): void {
    const nowMs = this.#time.elapsedMs;
    this.#lastMs = Math.max(this.#lastMs, nowMs + afterMs);
    this.#time.schedule(work, this.#lastMs - nowMs);
  }
}
