import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStateStore, type StateStore } from '../../../src/state/index.js';

let root: string;
let dir: string;
const stores: StateStore[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hotpipe-stores-'));
  dir = join(root, 'state');
});
afterEach(async () => {
  for (const store of stores.splice(0)) await store.close();
  rmSync(root, { recursive: true, force: true });
});

type Options = Parameters<typeof fileStateStore>[1];

function open(path: string, options?: Options): StateStore {
  const store = fileStateStore(path, options);
  stores.push(store);
  return store;
}

const SAVES_COUNT = 100;

/** So many saves of each store, all asked for at once. */
async function saveAtOnce(opened: readonly StateStore[], pluginOf: (n: number) => string) {
  const saves = Array.from({ length: SAVES_COUNT }, (_, n) =>
    opened.map((store, of) =>
      store.save({ plugin: pluginOf(n), schema: 1, codeHash: 'c0de', state: { n, of } })(),
    ),
  ).flat();
  const saved = await Promise.all(saves);
  return {
    records: saved.filter(isRight).map(({ right }) => right),
    failures: saved.filter(isLeft).map(({ left }) => left.message),
  };
}

describe('stores of one process on one directory', () => {
  it.each([
    ['two', 2, {}],
    ['three', 3, {}],
    ['two without a lock', 2, { lock: 'none' }],
    ['two that keep one record', 2, { generations: 1 }],
  ] as const)('%s: each save is kept under a number of its own', async (_what, count, options) => {
    const opened = Array.from({ length: count }, () => open(dir, options));
    const { records, failures } = await saveAtOnce(opened, () => 'counter');

    expect(failures).toEqual([]);
    expect(new Set(records.map(({ seq }) => seq)).size).toBe(count * SAVES_COUNT);
  });

  it('each load gives the newest of them all', async () => {
    const opened = [open(dir), open(dir)];
    const { records, failures } = await saveAtOnce(opened, () => 'counter');
    const newest = records.reduce((last, record) => (record.seq > last.seq ? record : last));

    expect(failures).toEqual([]);
    for (const store of opened) {
      expect(await store.load('counter')()).toMatchObject({ right: { value: newest } });
    }
  });

  it('also where one goes by a link', async () => {
    mkdirSync(dir);
    symlinkSync(dir, join(root, 'link'));
    const { failures } = await saveAtOnce([open(dir), open(join(root, 'link'))], () => 'counter');

    expect(failures).toEqual([]);
  });

  it('also of several plugins', async () => {
    const { failures } = await saveAtOnce([open(dir), open(dir)], (n) => `plugin-${n % 4}`);

    expect(failures).toEqual([]);
  });
});
