import type { Contents } from '../changes/Contents.js';
import type { Clock } from '../disk/Clock.js';

/** Contents are read for 3 ms before `onReady`, and then for 2 ms at a time with 8 ms between. */
const firstMs = 3;
const sliceMs = 2;
const pauseMs = 8;

/** Reads contents while the session has nothing else to do, so that a touch can be told from an edit. */
export class ReadAhead {
  readonly #clock: Clock;
  readonly #contents: Contents;
  readonly #onDifferent: (dir: string, name: string) => void;
  #cancel: (() => void) | undefined;

  /** `onDifferent` is called with each file that differs from what was reported of it. */
  constructor(clock: Clock, contents: Contents, onDifferent: (dir: string, name: string) => void) {
    this.#clock = clock;
    this.#contents = contents;
    this.#onDifferent = onDifferent;
  }

  /** Reads for a moment at once: a small tree is read whole. */
  begin(): void {
    this.#read(firstMs);
  }

  /** Goes on if there is more to read. */
  resume(): void {
    if (!this.#contents.isReadingDue) return;
    this.#cancel ??= this.#clock.after(pauseMs, () => {
      this.#cancel = undefined;
      this.#read(sliceMs);
    });
  }

  close(): void {
    this.#cancel?.();
  }

  #read(forMs: number): void {
    const untilMs = this.#clock.nowMs() + forMs;
    // In virtual time no time passes here, and everything is read at once.
    while (this.#contents.isReadingDue && this.#clock.nowMs() < untilMs) {
      const different = this.#contents.readNext();
      if (different !== undefined) this.#onDifferent(different.directory.path, different.name);
    }
    this.resume();
  }
}
