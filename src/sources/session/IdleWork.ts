import type { OpenChanges } from '../changes/OpenChanges.js';
import { BackgroundScan } from './BackgroundScan.js';
import { FirstLooks } from './FirstLooks.js';
import type { ScanPorts } from './FullScan.js';
import type { HintFollower } from './HintFollower.js';
import { ReadAhead } from './ReadAhead.js';
import type { SessionOptions } from './SessionPorts.js';

export interface IdleWorkPorts extends ScanPorts {
  readonly changes: OpenChanges;
  /** The hints that wait to be followed. */
  readonly hints: Pick<HintFollower, 'isEmpty' | 'has'>;
  /** Has an entry looked at in one of the next turns. */
  readonly queueHint: (dir: string, name: string) => void;
}

/**
 * What a session does from `onReady` on while it has nothing else to do: first it looks at the files that it knows by name, then it reads
 * files, and then it lists everything again and again.
 */
export class IdleWork {
  readonly #firstLooks: FirstLooks;
  readonly #readAhead: ReadAhead;
  readonly #backgroundScan: BackgroundScan;
  #isScanning = false;

  constructor(options: SessionOptions, ports: IdleWorkPorts) {
    const { changes, hints, queueHint } = ports;
    const { contents, named } = changes;
    const { reconcileMs, stormCount, firstLooksPerSliceCount = Infinity } = options;
    this.#firstLooks = new FirstLooks({
      ...ports,
      perSliceCount: firstLooksPerSliceCount,
      isHinted: (dir, name) => hints.has(dir, name),
      onDone: () => this.#onFirstLooksDone(),
    });
    this.#readAhead = new ReadAhead({
      ...ports,
      contents,
      isBusy: () => !hints.isEmpty || named.isLeft || changes.pendingCount >= stormCount,
      onDifferent: queueHint,
    });
    this.#backgroundScan = new BackgroundScan(reconcileMs, ports);
  }

  begin(): void {
    this.#readAhead.begin();
    this.#firstLooks.begin();
  }

  /** Files may have come that are to be looked at. */
  resumeLooks(): void {
    this.#firstLooks.resume();
  }

  /** Files may have come that are to be read. */
  resumeReads(): void {
    this.#readAhead.resume();
  }

  close(): void {
    this.#firstLooks.close();
    this.#readAhead.close();
    this.#backgroundScan.close();
  }

  #onFirstLooksDone(): void {
    this.#readAhead.resume();
    if (this.#isScanning) return;
    this.#isScanning = true;
    // Before, there was nothing to compare with.
    this.#backgroundScan.begin();
  }
}
