import type { Contents } from '../changes/Contents.js';
import type { Clock } from '../disk/Clock.js';

/** Contents are read for 3 ms before `onReady`, and then for 2 ms at a time with 8 ms between. */
const firstMs = 3;
const sliceMs = 2;
const pauseMs = 8;

export interface ReadAheadPorts {
  readonly clock: Clock;
  readonly contents: Contents;
  /** Whether hints wait, or many changes are to be reported first. */
  readonly isBusy: () => boolean;
  /** Called with each file that differs from what was reported of it. */
  readonly onDifferent: (dir: string, name: string) => void;
}

/** Reads contents while the session has nothing else to do, so that a touch can be told from an edit. */
export class ReadAhead {
  readonly #ports: ReadAheadPorts;
  #cancel: (() => void) | undefined;

  constructor(ports: ReadAheadPorts) {
    this.#ports = ports;
  }

  /** Reads for a moment at once: a small tree is read whole. */
  begin(): void {
    this.#read(firstMs);
  }

  /** Goes on if there is more to read. */
  resume(): void {
    const { clock, contents, isBusy } = this.#ports;
    if (!contents.isReadingDue) return;
    this.#cancel ??= clock.after(pauseMs, () => {
      this.#cancel = undefined;
      if (isBusy()) this.resume();
      else this.#read(sliceMs);
    });
  }

  close(): void {
    this.#cancel?.();
  }

  #read(forMs: number): void {
    const { clock, contents, onDifferent } = this.#ports;
    const untilMs = clock.nowMs() + forMs;
    // In virtual time no time passes here, and everything is read at once.
    while (contents.isReadingDue && clock.nowMs() < untilMs) {
      const different = contents.readNext();
      if (different !== undefined) onDifferent(different.directory.path, different.name);
    }
    this.resume();
  }
}
