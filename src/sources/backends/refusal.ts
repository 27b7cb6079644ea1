import type { Hint } from './Hint.js';

/** The hint that a directory is not watched, and why. */
export function refusal(dir: string, error: Error): Hint {
  const code = 'code' in error ? error.code : 'EBACKEND';
  return { error: Object.assign(new Error(error.message), { code, path: dir }) };
}

export const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error(String(error));
