/** Watches directories one by one, over a backend of either kind. Each `watch` is answered by `{ dir, name: null }` or an error. */
export interface DirectoryWatching {
  /** `isTree`: what lies below is wanted too. */
  watch(dir: string, isTree: boolean): void;
  release(dir: string): void;
  close(): void;
}
