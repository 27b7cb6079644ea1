import type { Observable } from 'rxjs';

/** Options that `watch` passes to a backend. Every field is set. */
export interface BackendOptions {
  /** Returns true for an absolute path that is excluded: neither it nor anything below it needs to be watched. */
  readonly ignored: (path: string) => boolean;
  /** Whether directories below the root are watched too. */
  readonly recursive: boolean;
  /** Whether links below the root are followed. */
  readonly followSymlinks: boolean;
}

/** An order to watch one directory, without those below it, or to stop. */
export interface DirectoryDemand {
  readonly _tag: 'watch' | 'release';
  /** Absolute path. */
  readonly dir: string;
}

/**
 * Where hints come from. A backend may repeat, delay, reorder and invent hints: `watch` looks at the disk and reports
 * the net difference. It must not miss a change silently: when it may have missed one, it sends `overflow` or an error.
 */
export interface WatchBackend {
  /** For messages and logs. */
  readonly name: string;
  /**
   * Only for a backend that polls: the time between two polls, in milliseconds. Batches wait for longer than that, so
   * that the two halves of a rename are seen together.
   */
  readonly intervalMs?: number;
  /** Hints for everything under `root`. Cold: a subscription starts to watch, and unsubscribing closes every handle. */
  watch(root: string, options: BackendOptions): Observable<Hint>;
  /**
   * For a backend that watches directories one by one. `watch` then demands each directory when it finds it, before it
   * lists it: the tree is walked once, and no change is missed between a walk and a watch. Answer each `watch` demand
   * with the hint `{ dir, name: null }` when the directory is watched, or with an error that has its `path`.
   */
  watchDirectories?(
    demands$: Observable<DirectoryDemand>,
    options: Pick<BackendOptions, 'followSymlinks'>,
  ): Observable<Hint>;
  /**
   * What watches the directories above the roots and on the way to them, of which one name each matters and which may hold anything, such as
   * a home or `/tmp`. Default: this backend.
   */
  readonly forWays?: WatchBackend;
}

/**
 * What a backend sends: not what happened, only where to look again.
 *
 * - `{ dir, name }`: the entry `name` of the directory `dir` may have changed. With `name: null` any entry of it may
 *   have.
 * - `'ready'`: from now on the backend hints at every change.
 * - `'overflow'`: hints were lost, or may have been. A full scan follows.
 * - `{ error }`: something is not watched. A system error keeps its `code` and `path`.
 */
export type Hint =
  | { readonly dir: string; readonly name: string | null }
  | 'ready'
  | 'overflow'
  | { readonly error: Error };
