import type { IgnoredPath } from '../../model/events/IgnoredPath.js';
import type { WatchError } from '../../model/events/WatchEvent.js';
import type { DirectoryWatcher } from '../backends/DirectoryWatcher.js';
import type { Hint } from '../backends/WatchBackend.js';
import type { NetEvent } from '../changes/netEvents.js';
import type { ChangesOptions } from '../changes/OpenChanges.js';
import type { Clock } from '../disk/Clock.js';
import type { FileSystem } from '../disk/FileSystem.js';
import type { Mount } from '../disk/mounts.js';

export interface SessionOptions extends ChangesOptions {
  /** This many hints in one turn mean that the kernel may have dropped some. */
  readonly overflowCount: number;
  /** This many names in the hints of 25 ms are a storm: see `HintQueue`. */
  readonly stormCount: number;
  /** How many of the files that are known by name are looked at in one slice. Left out: as many as 2 ms allow. */
  readonly firstLooksPerSliceCount?: number;
  /** The shortest pause between two background scans, in milliseconds; Infinity: no scans. */
  readonly reconcileMs: number;
}

export interface SessionPorts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  /** Creates the watcher that sends its hints to `onHint`, also while `watch` or `release` is being called. */
  readonly watcher: (onHint: (hint: Hint) => void) => DirectoryWatcher;
  /**
   * Creates the watcher of what lies on the way to the roots: links, and directories above them. Left out: the ways are
   * not watched, because the backend polls, or watches whole trees only.
   */
  readonly wayWatcher?: ((onHint: (hint: Hint) => void) => DirectoryWatcher) | undefined;
  /** The mounts as they are now. Left out: filesystems that are mounted later are not noticed. */
  readonly readMounts?: (() => readonly Mount[]) | undefined;
  readonly onEvents: (events: readonly NetEvent[]) => void;
  readonly onReady: () => void;
  readonly onWatching: (paths: readonly string[]) => void;
  readonly onError: (error: WatchError) => void;
  /** Left out: nothing is called. */
  readonly onIgnored?: ((ignored: IgnoredPath) => void) | undefined;
  readonly onRecovered: (error: WatchError) => void;
}
