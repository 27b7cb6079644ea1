import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import { isSome } from 'fp-ts/lib/Option.js';
import { expect } from 'vitest';
import { fileStateStore, type StateStore } from '../../../src/state/index.js';

/** Whole sweeps: `HOTPIPE_FAULTS=long npx vitest run --project faults`. */
export const isLong = process.env['HOTPIPE_FAULTS'] === 'long';

export const save = (store: StateStore, count: number, pad = '') =>
  store.save({ plugin: 'counter', schema: 1, codeHash: 'c0de', state: { count, pad } })();

/** Saves in a host that then ends, so that the next one may save. */
export async function saveCounts(dir: string, counts: readonly number[]): Promise<void> {
  const store = fileStateStore(dir);
  for (const count of counts) expect(isRight(await save(store, count))).toBe(true);
  await store.close();
}

/** The count that the next host loads. A damaged record or a temporary file left behind fails the test. */
export async function loadedCount(dir: string): Promise<unknown> {
  const corrupt: string[] = [];
  const store = fileStateStore(dir, { onCorrupt: ({ path }) => corrupt.push(path) });
  const loaded = await store.load('counter')();
  await store.close();
  expect(corrupt).toEqual([]);
  expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  if (!isRight(loaded)) return loaded.left;
  return isSome(loaded.right)
    ? (loaded.right.value.state as { readonly count: number }).count
    : undefined;
}

/** Runs with a directory that is removed afterwards. */
export async function inDirectory(run: (dir: string) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'hotpipe-faults-'));
  try {
    await run(join(root, 'state'));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
