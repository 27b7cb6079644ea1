import { hash } from 'node:crypto';

/** Size and hash of a state as JSON: what events may tell of it. */
export function measureState(state: unknown): { readonly bytes: number; readonly sha256: string } {
  const json = JSON.stringify(state ?? null);
  return { bytes: Buffer.byteLength(json), sha256: hash('sha256', json) };
}
