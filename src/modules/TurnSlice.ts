import type { SchedulerLike } from 'rxjs';
import { clockOf } from './adapters/clock.js';

/** Reading and compiling are synchronous. After this time the other work of the event loop gets its turn. */
const MAX_SLICE_MS = 8;

/** A turn of the event loop, as far as one build may use it. */
export class TurnSlice {
  readonly #nowMs: () => number;
  #startMs: number;

  constructor(
    readonly ports: {
      readonly scheduler: SchedulerLike;
      /** Gives the event loop's other work its turn. */
      readonly nextTurn: () => Promise<void>;
    },
  ) {
    this.#nowMs = clockOf(ports.scheduler);
    this.#startMs = this.#nowMs();
  }

  get isOver(): boolean {
    return this.#nowMs() - this.#startMs > MAX_SLICE_MS;
  }

  /** Gives other work its turn when this one is over. */
  async rest(): Promise<void> {
    if (!this.isOver) return;
    await this.ports.nextTurn();
    this.#startMs = this.#nowMs();
  }
}
