import type { Clock } from '../disk/Clock.js';
import { changedMountPoints, isOn, type Mount } from '../disk/mounts.js';
import type { Directory } from '../forest/Directory.js';
import type { Forest } from '../forest/Forest.js';

/**
 * Time between two readings of the mounts, in milliseconds. A mount sends no event to a watch of the directory that it
 * hides. One reading takes less than 0.1 ms.
 */
const readMs = 1000;

export interface MountWatchPorts {
  readonly clock: Clock;
  readonly forest: Forest;
  readonly readMounts: () => readonly Mount[];
  /** Called with each directory that a mount now hides, or that an unmount shows again. */
  readonly onChanged: (directory: Directory) => void;
}

/** Notices filesystems that are mounted or unmounted at or below the watched directories, or above them. */
export class MountWatch {
  readonly #ports: MountWatchPorts;
  #mounts: readonly Mount[] = [];
  #cancel: (() => void) | undefined;

  constructor(ports: MountWatchPorts) {
    this.#ports = ports;
  }

  begin(): void {
    this.#mounts = this.#ports.readMounts();
    // No list: another system than Linux, or it cannot be read.
    if (this.#mounts.length > 0) this.#wait();
  }

  close(): void {
    this.#cancel?.();
  }

  #wait(): void {
    this.#cancel = this.#ports.clock.after(readMs, () => this.#read());
  }

  #read(): void {
    const mounts = this.#ports.readMounts();
    const points = changedMountPoints(this.#mounts, mounts);
    this.#mounts = mounts;
    this.#wait();
    if (points.length === 0) return;
    for (const directory of [...this.#ports.forest.all()]) {
      if (points.some((point) => isOn(point, directory.path))) this.#ports.onChanged(directory);
    }
  }
}
