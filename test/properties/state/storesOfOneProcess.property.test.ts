import fc from 'fast-check';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { isSome } from 'fp-ts/lib/Option.js';
import { expect, test } from 'vitest';
import type { StateStore } from '../../../src/model/reload/StateStore.js';
import { createFileStore } from '../../../src/state/writer/createFileStore.js';
import { SharedDirectory, type StateLock } from '../../../src/state/writer/SharedDirectory.js';
import { ModelDisk } from '../../unit/state/ModelDisk.js';

const DIR = '/home/state';

/** Which store does what, to which plugin. None waits for the one before, except that `wait` waits for all of them. */
const act = fc.record({
  store: fc.nat(3),
  plugin: fc.constantFrom('a', 'b'),
  what: fc.oneof(
    { weight: 8, arbitrary: fc.constant('save' as const) },
    { weight: 3, arbitrary: fc.constant('load' as const) },
    { weight: 1, arbitrary: fc.constantFrom('reopen' as const, 'claim' as const) },
    { weight: 2, arbitrary: fc.constant('wait' as const) },
  ),
});

test('stores of one process: each save is acknowledged, in an order that each load agrees with', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(act, { minLength: 2, maxLength: 40 }),
      fc.array(fc.nat(6), { minLength: 1, maxLength: 20 }),
      fc.record({ generations: fc.integer({ min: 1, max: 3 }), isLocked: fc.boolean() }),
      async (acts, delays, { generations, isLocked }) => {
        const world = await openWorld(delays, generations, isLocked);
        const pending: Promise<void>[] = [];
        for (const { store, plugin, what } of acts) {
          if (what === 'wait') await Promise.all(pending.splice(0));
          else pending.push(world[what](store, plugin));
        }
        await Promise.all(pending);
        for (const plugin of ['a', 'b']) await world.load(0, plugin);
        await world.end();
      },
    ),
    { numRuns: 300 },
  );
});

/** Four stores on one directory of a disk that takes as many microtasks for each flush and read as `delays` says. */
async function openWorld(delays: readonly number[], generations: number, isLocked: boolean) {
  let delayed = 0;
  const later = async () => {
    const turns = delays[delayed++ % delays.length] ?? 0;
    for (let turn = 0; turn < turns; turn++) await null;
  };
  const disk = new ModelDisk();
  const sync = disk.sync.bind(disk);
  disk.sync = (file) => later().then(() => sync(file));
  const read = disk.read.bind(disk);
  disk.read = (path, maxBytes) => later().then(() => read(path, maxBytes));
  disk.makeDirectory('/home');

  const lock = modelLock(later);
  const shared = new SharedDirectory(DIR);
  const open = (): StateStore =>
    createFileStore({
      files: disk,
      writer: { pid: 7, token: '00000000000a', isAlive: () => true },
      dir: DIR,
      shared: () => shared,
      generations,
      maxBytes: 1_000,
      onCorrupt: ({ path }) => expect.unreachable(`damaged: ${path}`),
      lock: isLocked ? lock.port : undefined,
    });
  const stores = [open(), open(), open(), open()];
  const at = (index: number): StateStore => stores[index] ?? open();
  /** By plugin: the number of the newest acknowledged save, and what each save was. */
  const newest = new Map<string, number>();
  const saved = new Map<string, unknown>();
  let saves = 0;

  return {
    async save(index: number, plugin: string) {
      const state = { save: ++saves };
      const result = await at(index).save({ plugin, schema: 1, codeHash: 'c0de', state })();
      if (isLeft(result)) return expect.unreachable(result.left.message);
      const { seq } = result.right;
      expect(saved.has(`${plugin} ${seq}`)).toBe(false);
      expect(seq).toBeGreaterThan(newest.get(plugin) ?? 0);
      saved.set(`${plugin} ${seq}`, state);
      newest.set(plugin, seq);
      expect(!isLocked || lock.isHeld()).toBe(true);
    },
    async load(index: number, plugin: string) {
      const acknowledged = newest.get(plugin) ?? 0;
      const result = await at(index).load(plugin)();
      if (isLeft(result)) return expect.unreachable(result.left.message);
      const record = isSome(result.right) ? result.right.value : undefined;
      expect(record?.seq ?? 0).toBeGreaterThanOrEqual(acknowledged);
      // A record is found before the caller of its save hears of it.
      const state = saved.get(`${plugin} ${record?.seq}`);
      if (state !== undefined) expect(record?.state).toEqual(state);
    },
    async claim(index: number, plugin: string) {
      const claimed = await at(index).claim?.(plugin)();
      expect(claimed === undefined || isRight(claimed)).toBe(true);
    },
    async reopen(index: number) {
      const before = at(index);
      stores[index] = open();
      await before.close();
    },
    async end() {
      for (const store of stores) await store.close();
      expect(lock.isHeld()).toBe(false);
      const names = disk.isDirectory(DIR) ? disk.list(DIR) : [];
      expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
      expect(names.length).toBeLessThanOrEqual(2 * generations);
    },
  };
}

/** A lock that can be had once at a time, and is taken and freed with a delay. */
function modelLock(later: () => Promise<void>) {
  let isHeld = false;
  const port: StateLock = {
    async acquire() {
      await later();
      if (isHeld) return undefined;
      isHeld = true;
      return async () => {
        await later();
        isHeld = false;
      };
    },
  };
  return { port, isHeld: () => isHeld };
}
