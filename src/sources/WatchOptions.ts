import type { SchedulerLike } from 'rxjs';
import type { IgnoredPath } from '../model/events/IgnoredPath.js';
import type { WatchError } from '../model/events/WatchEvent.js';
import type { WatchBackend } from './backends/WatchBackend.js';

/** Options of `watch`. All times are in milliseconds. A value out of range throws when `watch` is called. */
export interface WatchOptions {
  /** Whether directories below a root are watched too. Default true. */
  readonly recursive?: boolean;
  /**
   * Whether links that are found below a root are followed. Default false: a link is an entry of its own, and its
   * target is not looked at.
   *
   * A root itself is followed either way: one that is a link to a directory, or is behind such a link, is watched and
   * reported under the path that was given. A root that is a link to a file is an entry like others.
   */
  readonly followSymlinks?: boolean;
  /**
   * How many levels of directories below a root are watched: a whole number from 0, or Infinity. 0: only the entries of
   * the root itself. Default Infinity. Without `recursive` it is 0. Anything else throws a RangeError.
   */
  readonly depth?: number;
  /**
   * Endings of file names, with or without the dot: `['ts', '.toml']`. A file with another ending is not reported.
   * Default: all files are reported. More than 65,536 characters in all throw a RangeError; an item that is not a file
   * name ending throws a TypeError.
   */
  readonly extensions?: readonly string[];
  /**
   * Globs relative to the root. A file is reported only when one of them matches. Default: all files are reported. At
   * most 1,024 characters per glob and 65,536 in all. A glob that is longer, or could take minutes to match, throws a
   * RangeError; an item that is not a glob throws a TypeError.
   */
  readonly include?: readonly string[];
  /**
   * Globs relative to the root. A file that matches is not reported, and a directory that matches is neither listed nor
   * watched. Default: none. Limits and errors are those of `include`.
   */
  readonly exclude?: readonly string[];
  /**
   * Whether to exclude what git ignores: paths that match a `.gitignore` file at a root or below it, and `.git`. An
   * edited `.gitignore` file takes effect at once: a file that it no longer ignores is reported as `Created`, a file
   * that it now ignores as `Deleted`. Files above a root, and git's own settings, are not read. Default false.
   */
  readonly gitignore?: boolean;
  /**
   * A batch is emitted when no hint has come for this time, in milliseconds. 0: as soon as its files are stable. From 0
   * to 2,147,483,647; anything else throws a RangeError. Default 10. A backend that polls raises it to 1.5 intervals.
   *
   * A new file that looks like half of an atomic save is held back for 5 times this, at most `settleMaxMs`: one with a
   * temporary name (`a~`, `.a.swp`, `a.tmp`, `sedAb12Cd`), or a backup that was another path's file a moment ago. With 0
   * none is.
   */
  readonly settleMs?: number;
  /**
   * A batch is emitted this long after its first change at the latest, in milliseconds. At least `settleMs`, at most
   * 2,147,483,647; anything else throws a RangeError. Default 50, or `settleMs` if that is more. A backend that polls
   * raises it to 3 intervals.
   *
   * In a storm (256 paths within 25 ms) each path is looked at up to 50 ms after it was hinted at, and a file that came or went and is hinted at
   * again waits for up to 4 times this.
   */
  readonly settleMaxMs?: number;
  /**
   * Whether the rename of a directory is reported as the renames of its files. Default false: one `Renamed` with kind
   * `directory`, which implies them.
   */
  readonly expandDirectories?: boolean;
  /**
   * Where hints come from: the name of a backend with its defaults, or a backend. Default `chokidar`. Anything else
   * throws a TypeError.
   */
  readonly backend?: 'chokidar' | 'nodeFs' | 'polling' | WatchBackend;
  /**
   * Whether each file that exists already is emitted as `Created`, in one batch before `onReady`. A file that joins with
   * a later set of paths is emitted before `onWatching`. No change between that look at a file and its being watched is
   * missed. Default false. Anything but true or false throws a TypeError.
   */
  readonly initial?: boolean;
  /** Called once per subscription, when every change from now on will be seen. Default: nothing is called. */
  readonly onReady?: () => void;
  /**
   * Called once for each set of paths, when every change of them from now on will be seen. A set that is replaced
   * before that moment is skipped. Default: nothing is called.
   */
  readonly onWatching?: (paths: readonly string[]) => void;
  /**
   * Called once per root and cause, when something cannot be watched as asked. The stream goes on. Default: nothing is
   * called, and such errors go unnoticed.
   */
  readonly onError?: (error: WatchError) => void;
  /** Called with an error that was reported before, when its cause is gone. Default: nothing is called. */
  readonly onRecovered?: (error: WatchError) => void;
  /**
   * Called with what was seen and is no event: why a save did nothing. At most once a second per path. Files that are
   * neither written nor named by the backend are not told of. Default: nothing is called.
   */
  readonly onIgnored?: (ignored: IgnoredPath) => void;
  /** The clock for `atMs` and for every wait. Default: the machine's clock and timers. */
  readonly scheduler?: SchedulerLike;
}
