import type { Observable } from 'rxjs';

export interface BackendOptions {
  /** True for a path that nobody wants to hear of: it need not be watched, nor anything below it. */
  readonly ignored: (path: string) => boolean;
  readonly recursive: boolean;
  readonly followSymlinks: boolean;
}

/** One directory to watch from now on, without what lies below it, or no longer. */
export interface DirectoryDemand {
  readonly _tag: 'watch' | 'release';
  readonly dir: string;
}

/**
 * Where hints come from. A backend may repeat, delay, reorder and invent hints; `watch` looks at the disk and reports the
 * net difference. What it must not do is to stay silent about a change without saying `overflow` or an error.
 */
export interface WatchBackend {
  readonly name: string;
  /** For a backend that asks for looks now and then: how far apart, in milliseconds. What is gone at one look may be back at the next. */
  readonly intervalMs?: number;
  /** Hints for everything under `root`. Cold: each subscription watches, unsubscribing closes every handle. */
  watch(root: string, options: BackendOptions): Observable<Hint>;
  /**
   * For a backend whose unit is one directory. `watch` then names each directory as it finds it, before it reads it, so
   * that nothing is walked twice and nothing slips between a walk and a watch. Answer each `watch` demand with the hint
   * `{ dir, name: null }` once the directory is watched, or with an error that has its `path`.
   */
  watchDirectories?(
    demands$: Observable<DirectoryDemand>,
    options: Pick<BackendOptions, 'followSymlinks'>,
  ): Observable<Hint>;
}

/**
 * What a backend says: not what happened, only where to look again.
 *
 * - `{ dir, name }`: the entry `name` of the directory `dir` may have changed; with `name: null` anything directly in `dir` may have.
 * - `'ready'`: from now on the backend will hint at every change.
 * - `'overflow'`: hints were lost, or may have been: look at everything again.
 * - `{ error }`: something is not watched. A system error keeps its `code` and `path`.
 */
export type Hint =
  | { readonly dir: string; readonly name: string | null }
  | 'ready'
  | 'overflow'
  | { readonly error: Error };
