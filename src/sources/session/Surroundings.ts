import { basename, dirname } from 'node:path';
import type { Directory, Root } from '../forest/Directory.js';
import type { Forest } from '../forest/Forest.js';
import { MountWatch } from './MountWatch.js';
import type { SessionPorts } from './SessionPorts.js';
import { WayWatch } from './WayWatch.js';

export interface SurroundingsPorts
  extends Pick<SessionPorts, 'clock' | 'fileSystem' | 'wayWatcher' | 'readMounts'> {
  readonly forest: Forest;
  /** Has an entry looked at, or (name null) a whole directory, in one of the next turns. */
  readonly queueHint: (dir: string, name: string | null) => void;
  /** Called with each directory that is on another filesystem now. */
  readonly onRemounted: (directory: Directory) => void;
  /** Called per hint on the way to a root. */
  readonly onWayHint: () => void;
}

/**
 * What is around the roots, and decides what they are: links and directories on the way to them, and mounted
 * filesystems. When it changes, no hint comes for the roots themselves.
 */
export class Surroundings {
  readonly #ports: SurroundingsPorts;
  /** Undefined: the ways to the roots are not watched. */
  readonly #ways: WayWatch | undefined;
  /** Undefined: filesystems that are mounted later are not noticed. */
  readonly #mounts: MountWatch | undefined;

  constructor(ports: SurroundingsPorts) {
    const { clock, fileSystem, forest, readMounts, wayWatcher } = ports;
    this.#ports = ports;
    this.#ways =
      wayWatcher &&
      new WayWatch({
        clock,
        fileSystem,
        watcher: wayWatcher,
        onHint: ports.onWayHint,
        onMoved: (root) => this.#lookAgainAt(root),
      });
    this.#mounts =
      readMounts && new MountWatch({ clock, forest, readMounts, onChanged: ports.onRemounted });
  }

  set(roots: readonly Root[]): void {
    this.#ways?.set(roots.map(({ path }) => path));
  }

  /** Call it when everything that was there at the start is listed. */
  begin(): void {
    this.#mounts?.begin();
  }

  close(): void {
    this.#ways?.close();
    this.#mounts?.close();
  }

  /** Something on the way to a root was exchanged: has the root looked at again, and what it is reached through. */
  #lookAgainAt(root: string): void {
    const { forest, queueHint } = this.#ports;
    for (let path = root; ; path = dirname(path)) {
      if (forest.get(path)?.live !== undefined) queueHint(path, null);
      if (path === dirname(path)) break;
    }
    // The root may be a file behind a link that was written to.
    queueHint(dirname(root), basename(root));
  }
}
