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
