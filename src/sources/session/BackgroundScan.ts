import type { Directory } from '../forest/Directory.js';
import type { ScanPorts } from './FullScan.js';

/** The scan works 2 ms, rests 20 ms, and so on: it takes at most a tenth of the loop's time. */
const sliceMs = 2;
const restMs = 20;
/**
 * After a whole scan it rests 1,000 times its own duration, so that a large tree costs 0.1 % of the time; at most 5
 * min.
 */
const pauseRatio = 1000;
const longestPauseMs = 300_000;

/**
 * Lists every directory again, slowly, while the session has nothing else to do. It finds changes for which no hint
 * came: the hint was dropped unnoticed, or the file was edited through a hard link elsewhere.
 */
export class BackgroundScan {
  readonly #shortestPauseMs: number;
  readonly #ports: ScanPorts;
  #cancel: (() => void) | undefined;

  /** `shortestPauseMs`: the shortest pause between two scans; Infinity: never scans. */
  constructor(shortestPauseMs: number, ports: ScanPorts) {
    this.#shortestPauseMs = shortestPauseMs;
    this.#ports = ports;
  }

  begin(): void {
    if (this.#shortestPauseMs !== Infinity) this.#pause(0);
  }

  close(): void {
    this.#cancel?.();
  }

  #pause(workedMs: number): void {
    const { clock, forest } = this.#ports;
    const longMs = Math.min(workedMs * pauseRatio, longestPauseMs);
    const pauseMs = Math.max(this.#shortestPauseMs, longMs);
    this.#cancel = clock.after(pauseMs, () => this.#scan(forest.all(), 0));
  }

  /** Lists for one slice of time, then rests and goes on, or pauses after the last directory. */
  #scan(directories: Iterator<Directory>, workedMs: number): void {
    const { clock, tree, lister, onWork } = this.#ports;
    const startMs = clock.nowMs();
    while (!lister.isListing() && clock.nowMs() - startMs < sliceMs) {
      const next = directories.next();
      if (next.done === true) {
        onWork();
        this.#pause(workedMs);
        return;
      }
      tree.relist(next.value);
      lister.workUntil(startMs + sliceMs);
    }
    onWork();
    const spentMs = workedMs + clock.nowMs() - startMs;
    this.#cancel = clock.after(restMs, () => this.#scan(directories, spentMs));
  }
}
