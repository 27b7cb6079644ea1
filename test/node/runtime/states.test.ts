import { left as leftOf } from 'fp-ts/lib/Either.js';
import { lastValueFrom } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import type { SaveState } from '../../../src/model/reload/ReloadTarget.js';
import type { StateKeeper } from '../../../src/runtime/index.js';
import { restoreState } from '../../../src/sinks/restoreState.js';
import { saveState } from '../../../src/sinks/saveState.js';
import { memoryStateStore } from '../../../src/state/memoryStateStore.js';
import { left, pluginFolders, right, startRuntime } from './pluginFolders.js';

const counter = (version: string) => `let n = 0;
export const next = () => ++n;
export const version = () => '${version}';
export const die = () => process.exit(1);
export const fail = () => { throw new Error('broken'); };
export const saveState = () => ({ n });
export const restoreState = (state) => { n = state.n; };
export const stop = () => { globalThis.stops?.push('${version}'); };`;

/** A store whose first save waits until it is released. `begun` resolves when it waits, `late` when it has ended. */
function stalledOnce(save: SaveState) {
  let letGo = () => undefined as void;
  let isDone = () => undefined as void;
  let isBegun = () => undefined as void;
  const stalled = new Promise<void>((resolve) => (letGo = resolve));
  const late = new Promise<void>((resolve) => (isDone = resolve));
  const begun = new Promise<void>((resolve) => (isBegun = resolve));
  let saves = 0;
  const stallFirst: SaveState = (record) => async () => {
    saves += 1;
    if (saves > 1) return save(record)();
    isBegun();
    await stalled;
    const saved = await save(record)();
    // Whoever waits for this save continues in the same turn.
    setImmediate(isDone);
    return saved;
  };
  return { begun, late, letGo: () => letGo(), save: stallFirst };
}

/** A counter whose first version has counted to 1; its second version is on disk and not loaded yet. */
async function counting(options: Parameters<typeof startRuntime>[0] = {}) {
  const folders = pluginFolders();
  folders.plugin('a', { 'index.ts': counter('v1') });
  const { runtime, errors } = startRuntime(options);
  right(await runtime.loadManifest(folders.path('a'))());
  await runtime.call('a', 'next');
  folders.write('a/index.ts', counter('v2'));
  const count = async (to: number) => {
    while (Number(await runtime.call('a', 'next')) < to);
  };
  return { folders, runtime, errors, count };
}

describe('a save that ends after its reload was given up', () => {
  test.each(['its deadline', 'an abort'])(
    '%s: the version that serves by then keeps its own state',
    async (end) => {
      const stops: string[] = [];
      Reflect.set(globalThis, 'stops', stops);
      const store = memoryStateStore();
      const stalled = stalledOnce((record) => store.save(record));
      const limitsMs = { save: end === 'an abort' ? 60_000 : 30 };
      const { folders, runtime, count } = await counting({ store, limitsMs });
      const abort = new AbortController();
      const options = { saveState: stalled.save, signal: abort.signal };
      const reloading = runtime.reloadPlugin('a', options)();
      await stalled.begun;
      if (end === 'an abort') abort.abort();
      expect(left(await reloading)._tag).toBe(end === 'an abort' ? 'Aborted' : 'TimedOut');
      expect(right(await runtime.reloadPlugin('a', { saveState: stalled.save })())).toMatchObject({
        to: 2,
      });
      await count(11);
      stalled.letGo();
      await stalled.late;

      expect(runtime.plugins()).toMatchObject([{ version: 2 }]);
      folders.write('a/index.ts', counter('v3'));
      expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 2, to: 3 });
      expect(await runtime.call('a', 'next')).toBe(12);
      await runtime.close();
      expect(stops).toEqual(['v1', 'v2', 'v3']);
      Reflect.deleteProperty(globalThis, 'stops');
    },
  );

  test('a restart starts from the state that was acknowledged later, although the late record is the newest in the store', async () => {
    const store = memoryStateStore();
    const stalled = stalledOnce((record) => store.save(record));
    const keeper: StateKeeper = { save: stalled.save, load: (plugin) => store.load(plugin) };
    const { runtime, count } = await counting({ store: keeper, limitsMs: { save: 30 } });
    left(await runtime.reloadPlugin('a')());
    await count(5);
    right(await runtime.reloadPlugin('a')());
    stalled.letGo();
    await stalled.late;

    expect(right(await store.load('a')())).toMatchObject({ value: { seq: 2, state: { n: 1 } } });
    right(await runtime.restartPlugin('a')());
    expect(await runtime.call('a', 'next')).toBe(6);
  });
});

test('a state that a plugin returns too late does not overwrite a newer one', async () => {
  const store = memoryStateStore();
  const { folders, runtime, errors } = await counting({ store, limitsMs: { save: 30 } });
  const late = { give: () => undefined as void, isAsked: false };
  const given = new Promise<void>((resolve) => (late.give = resolve));
  Reflect.set(globalThis, 'late', (n: number) => {
    if (late.isAsked) return { n };
    late.isAsked = true;
    return given.then(() => ({ n: -1 }));
  });
  folders.write('a/index.ts', counter('v2').replace('({ n })', 'globalThis.late(n)'));
  right(await runtime.reloadPlugin('a')());
  folders.write('a/index.ts', counter('v3'));
  right(await runtime.reloadPlugin('a')());
  expect(errors).toMatchObject([{ phase: 'save', by: 'plugin' }]);
  late.give();
  await given;
  await new Promise(setImmediate);

  expect(right(await store.load('a')())).toMatchObject({ value: { state: { n: 1 } } });
  Reflect.deleteProperty(globalThis, 'late');
});

describe('a plugin is started again', () => {
  /** Version 2 took the state over at 1 and counted to 10; then its state was saved to the store from outside. */
  const savedAside = async (mode: 'in-process' | 'worker' = 'in-process') => {
    const store = memoryStateStore();
    const { runtime, count } = await counting({ store, mode });
    right(await runtime.reloadPlugin('a')());
    await count(10);
    await lastValueFrom(saveState(runtime, 'a', { saveTo: store }));
    await count(15);
    return { store, runtime };
  };

  test('by an order: with the state that the sink saved after the reload', async () => {
    const { runtime } = await savedAside();
    right(await runtime.restartPlugin('a')());
    expect(await runtime.call('a', 'next')).toBe(11);
  });

  test('after its worker died: with the state that the sink saved after the reload', async () => {
    const { runtime } = await savedAside('worker');
    await expect(runtime.call('a', 'die')).rejects.toMatchObject({ _tag: 'Crashed' });
    expect(await runtime.call('a', 'next')).toBe(11);
  });

  test('with the state that a reload saved elsewhere, when the store has none that is newer', async () => {
    const [store, elsewhere] = [memoryStateStore(), memoryStateStore()];
    const { runtime, count } = await counting({ store });
    await lastValueFrom(saveState(runtime, 'a', { saveTo: store }));
    await count(7);
    right(await runtime.reloadPlugin('a', { saveState: (record) => elsewhere.save(record) })());
    await count(9);
    right(await runtime.restartPlugin('a')());
    expect(await runtime.call('a', 'next')).toBe(8);
  });

  test('with the state in memory, when all records of the store are damaged; but not when the store cannot be read', async () => {
    const store = memoryStateStore();
    const load = vi.fn((plugin: string) => store.load(plugin));
    const { runtime, count } = await counting({
      store: { save: (record) => store.save(record), load },
    });
    right(await runtime.reloadPlugin('a')());
    await count(5);
    const failure = (_tag: string) => () => async () =>
      leftOf({ _tag, plugin: 'a', message: 'cannot be read' });
    load.mockImplementation(failure('Io'));
    expect(left(await runtime.restartPlugin('a')())).toMatchObject({ _tag: 'Io' });
    expect(await runtime.call('a', 'next')).toBe(6);
    load.mockImplementation(failure('StateCorrupt'));
    right(await runtime.restartPlugin('a')());
    expect(await runtime.call('a', 'next')).toBe(2);
  });
});

describe('a store that never answers a save', () => {
  /** Its saves succeed until `hangs` is set. */
  const hanging = () => {
    const store = memoryStateStore();
    const keeper: StateKeeper & { hangs: boolean } = {
      hangs: false,
      load: (plugin) => store.load(plugin),
      save: (record) => (keeper.hangs ? () => new Promise(() => undefined) : store.save(record)),
    };
    return keeper;
  };
  const late = { _tag: 'TimedOut', phase: 'save', limitMs: 30 };

  test('restorePluginState fails at the deadline of the save', async () => {
    const store = hanging();
    const { runtime } = await counting({ store, limitsMs: { save: 30 } });
    store.hangs = true;
    expect(left(await runtime.restorePluginState('a', { n: 5 })())).toMatchObject(late);
    expect(await runtime.call('a', 'next')).toBe(6);
  });

  test('calls do not wait for the save of restorePluginState', async () => {
    const store = hanging();
    const { runtime } = await counting({ store, limitsMs: { save: 60_000 } });
    store.hangs = true;
    const giving = runtime.restorePluginState('a', { n: 5 })();
    await vi.waitFor(async () => expect(await runtime.call('a', 'next')).toBeGreaterThan(5));
    store.hangs = false;
    await runtime.close();
    expect(left(await giving)).toMatchObject({ _tag: 'Aborted' });
  });

  test('a version that was ordered serves, and the failed save of its state is reported', async () => {
    const store = hanging();
    const { runtime, errors } = await counting({ store, limitsMs: { save: 30 } });
    right(await runtime.reloadPlugin('a')());
    const replacing = runtime.replacePlugin('a', 1)();
    runtime.events$.subscribe(() => (store.hangs = true));
    expect(right(await replacing)).toEqual({ version: 1 });
    expect(errors).toMatchObject([late]);
    store.hangs = false;
    right(await runtime.restartPlugin('a')());
    expect(await runtime.call('a', 'next')).toBe(2);
  });

  test('so does a version that comes back after a probation', async () => {
    const store = hanging();
    const { runtime, errors } = await counting({
      store,
      limitsMs: { save: 30 },
      probation: { forMs: 60_000 },
    });
    right(await runtime.reloadPlugin('a')());
    runtime.events$.subscribe(() => (store.hangs = true));
    for (let call = 0; call < 3; call += 1) await runtime.call('a', 'fail').catch(() => undefined);
    await vi.waitFor(() => expect(errors).toMatchObject([late]));
    store.hangs = false;
    right(await runtime.restartPlugin('a')());
    expect(await runtime.call('a', 'version')).toBe('v1');
  });
});

describe('a state in another format', () => {
  /** A plugin with version 2 of the format. It returns the state that it was given, and what it migrated. */
  const brought = `let held = { total: 0 }; const log = [];
export const get = () => held;
export const calls = () => log;
export const saveState = () => held;
export const restoreState = (state, from) => { log.push(['restore', from]); held = state; };
export const migrate = (state, from, to) => { log.push(['migrate', from, to]); return { total: state.count }; };`;
  const serving = async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': brought }, 'state-version = 2');
    const store = memoryStateStore();
    const { runtime } = startRuntime({ store });
    right(await runtime.loadManifest(folders.path('a'))());
    return { runtime, store };
  };

  test('is migrated when the sink restores it, and kept in the new format', async () => {
    const { runtime, store } = await serving();
    const record = { plugin: 'a', schema: 1, codeHash: '', state: { count: 7 } };
    const from = memoryStateStore();
    right(await from.save(record)());
    await lastValueFrom(restoreState(runtime, 'a', { loadFrom: from }));

    expect(await runtime.call('a', 'get')).toEqual({ total: 7 });
    expect(await runtime.call('a', 'calls')).toEqual([
      ['migrate', 1, 2],
      ['restore', 1],
    ]);
    expect(right(await store.load('a')())).toMatchObject({
      value: { schema: 2, state: { total: 7 } },
    });
  });

  test('is saved by the sink with its own version', async () => {
    const { runtime } = await serving();
    const to = memoryStateStore();
    await lastValueFrom(saveState(runtime, 'a', { saveTo: to }));

    expect(right(await to.load('a')())).toMatchObject({
      value: { schema: 2, codeHash: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
    expect(runtime.stateStampOf('b')).toBeUndefined();
  });
});
