import type { SchedulerLike } from 'rxjs';
import type { WatchError } from '../model/events/WatchEvent.js';
import type { WatchBackend } from './backends/WatchBackend.js';

export interface WatchOptions {
  /** Whether directories below a root are watched too. Default true. */
  readonly recursive?: boolean;
  /**
   * Whether links that are found are followed. Default false: a link is an entry of its own, and its target is not looked
   * at. A path that is named means what it leads to, either way: a root that is a link to a directory, or lies behind
   * one, is watched, and reported under the path that was named. A root that is a link to a file is an entry like others.
   */
  readonly followSymlinks?: boolean;
  /** How many levels of directories below a root are watched; 0: only what lies directly in the root. Default: all. */
  readonly depth?: number;
  /** File name endings, with or without the dot: `['ts', '.toml']`. Default: all files. */
  readonly extensions?: readonly string[];
  /** Globs relative to the root; a file is reported when one of them matches. Default: all files. */
  readonly include?: readonly string[];
  /** Globs relative to the root; what matches is not reported, and an excluded directory is never read or watched. */
  readonly exclude?: readonly string[];
  /**
   * Whether what git would not look at is left alone too: what `.gitignore` files at a root and below it name, and
   * `.git`. An edited file takes effect at once: what it lets in is `Created`, what it leaves out is `Deleted`. Files
   * above a root, and git's own settings, are not read. Default false.
   */
  readonly gitignore?: boolean;
  /** Quiet after the last hint at which a batch closes, in milliseconds. Default 10. */
  readonly settleMs?: number;
  /** The longest that a batch stays open, in milliseconds. Default 50, or `settleMs` if that is more. */
  readonly settleMaxMs?: number;
  /** Whether a directory's rename is reported as the renames of its files. Default false: one `Renamed` with kind `directory`. */
  readonly expandDirectories?: boolean;
  /** Where hints come from. Default `chokidar`. */
  readonly backend?: 'chokidar' | 'nodeFs' | 'polling' | WatchBackend;
  /** Called once per subscription, when every change from now on will be seen. */
  readonly onReady?: () => void;
  /** Called with each set of paths, when every change from now on of what it names will be seen. One that is replaced before is passed over. */
  readonly onWatching?: (paths: readonly string[]) => void;
  /** Called with what is not watched as asked, once per root and cause. The stream goes on. */
  readonly onError?: (error: WatchError) => void;
  /** Called with an error that was reported before, when its cause is gone. */
  readonly onRecovered?: (error: WatchError) => void;
  /** Times `atMs` and every wait. Default: the machine's clock. */
  readonly scheduler?: SchedulerLike;
}
