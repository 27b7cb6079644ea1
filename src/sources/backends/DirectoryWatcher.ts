import type { Hint } from './WatchBackend.js';

/** Watches directories one by one, over a backend of either kind. Each `watch` is answered by `{ dir, name: null }` or an error. */
export interface DirectoryWatcher {
  /** `isTree`: what lies below is wanted too. */
  watch(dir: string, isTree: boolean): void;
  release(dir: string): void;
  close(): void;
}

/** The hint that a directory is not watched, and why. */
export function refusal(dir: string, error: Error): Hint {
  const code = 'code' in error ? error.code : 'EBACKEND';
  return { error: Object.assign(new Error(error.message), { code, path: dir }) };
}

export const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));
