import type { Hint } from './WatchBackend.js';

/**
 * Watches directories one by one, over a backend of either kind. It answers each `watch` with the hint
 * `{ dir, name: null }`, or with an error.
 */
export interface DirectoryWatcher {
  /** `isTree`: directories below it will be wanted too. */
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
