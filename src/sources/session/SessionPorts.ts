import type { WatchError } from '../../model/events/WatchEvent.js';
import type { Clock } from '../disk/Clock.js';
import type { DirectoryWatching } from '../backends/DirectoryWatching.js';
import type { FileSystem } from '../disk/FileSystem.js';
import type { Hint } from '../backends/WatchBackend.js';
import type { NetEvent } from '../changes/netEvents.js';
import type { ChangesOptions } from '../changes/OpenChanges.js';

export interface SessionOptions extends ChangesOptions {
  /** Hints in one turn from which some may have been lost. */
  readonly overflowCount: number;
  /** The shortest pause between two slow looks at everything, in milliseconds; Infinity: never. */
  readonly reconcileMs: number;
}

export interface SessionPorts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly watcher: (onHint: (hint: Hint) => void) => DirectoryWatching;
  readonly onEvents: (events: readonly NetEvent[]) => void;
  readonly onReady: () => void;
  readonly onWatching: (paths: readonly string[]) => void;
  readonly onError: (error: WatchError) => void;
  readonly onRecovered: (error: WatchError) => void;
}
