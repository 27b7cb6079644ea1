import type { Hint } from './WatchBackend.js';

/**
 * Watches directories one by one. The backend may be of either kind: it watches single directories, or trees. The
 * watcher answers each `watch` with the hint `{ dir, name: null }`, or with an error.
 */
export interface DirectoryWatcher {
  /**
   * `isTree`: directories below `dir` will be watched too, so a backend that watches trees can watch them all at once.
   */
  watch(dir: string, isTree: boolean): void;
  release(dir: string): void;
  close(): void;
}

/** The hint that a directory is not watched, with the reason. */
export function refusal(dir: string, error: Error): Hint {
  const code = 'code' in error ? error.code : 'EBACKEND';
  return { error: Object.assign(new Error(error.message), { code, path: dir }) };
}

export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
