import type { Clock } from '../disk/Clock.js';
import type { Contents } from '../changes/Contents.js';

/** How long contents are read before `onReady`, then at a time, and the pause between, in milliseconds. */
const firstMs = 3;
const sliceMs = 2;
const pauseMs = 8;

/** Reads contents while nothing else is to be done, so that a touch can be told from an edit. */
export class ReadAhead {
  readonly #clock: Clock;
  readonly #contents: Contents;
  readonly #onDifferent: (dir: string, name: string) => void;
  #cancel: (() => void) | undefined;

  /** `onDifferent` is told of each file that turned out to be another than was reported. */
  constructor(clock: Clock, contents: Contents, onDifferent: (dir: string, name: string) => void) {
    this.#clock = clock;
    this.#contents = contents;
    this.#onDifferent = onDifferent;
  }

  /** Reads for a moment at once: of a small tree that is all of it. */
  begin(): void {
    this.#read(firstMs);
  }

  /** There may be more to read. */
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
