import { NEVER, startWith } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { constant, hotReload, type ReloadEvent, type WatchEvent } from '../../../src/index.js';
import type { RuntimeOptions } from '../../../src/runtime/index.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { callTimes, counter } from './countingVersions.js';
import { manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const GOOD = 'export const saveState = () => ({ n });';
const giving = (version: string, saveState: string) => counter(version).replace(GOOD, saveState);

/** Version 1 serves and was called five times; its `saveState` is this one. */
async function serving(saveState: string, options: RuntimeOptions = {}, lines = '') {
  const folders = pluginFolders();
  folders.plugin('a', { 'index.ts': giving('v1', saveState) }, lines);
  const { runtime, errors } = startRuntime(options);
  for (const loaded of right(await runtime.loadDirectory(folders.dir)())) right(loaded);
  await callTimes(runtime, 'a', 'next', 5);
  return { folders, runtime, errors };
}

describe('a worker whose saveState', () => {
  const WORKER: RuntimeOptions = {
    mode: 'worker',
    limitsMs: { save: 1_000 },
    worker: { heartbeatMs: 700, spare: 'none' },
  };
  const FAULTS = [
    ['exits', 'export const saveState = () => process.exit(3);'],
    ['loops', 'export const saveState = () => { for (;;); };'],
    ['never settles', 'export const saveState = () => new Promise(() => undefined);'],
  ] as const;

  test.each(FAULTS)('%s is mended by the next save', async (_how, saveState) => {
    const { folders, runtime } = await serving(saveState, WORKER);
    folders.write('a/index.ts', giving('v2', GOOD));
    right(await runtime.reloadPlugin('a')());

    expect(await runtime.call('a', 'version')).toBe('v2');
  });

  test.each(FAULTS)('%s is ended when its folder goes', async (_how, saveState) => {
    const { folders, runtime } = await serving(saveState, WORKER);
    folders.remove('a');
    right(await runtime.unloadPlugin('a')());

    expect(runtime.plugins()).toEqual([]);
    await expect(runtime.call('a', 'next')).rejects.toMatchObject({ _tag: 'PluginNotFound' });
  });

  test('exits is left by replacePlugin', async () => {
    const { folders, runtime } = await serving(GOOD, WORKER);
    folders.write('a/index.ts', giving('v2', FAULTS[0][1]));
    right(await runtime.reloadPlugin('a')());
    right(await runtime.replacePlugin('a', 1)());

    expect(await runtime.call('a', 'version')).toBe('v1');
    expect(await runtime.call('a', 'count')).toBe(5);
  });

  test('exits keeps what was acknowledged before', async () => {
    const { folders, runtime } = await serving(GOOD, WORKER);
    folders.write('a/index.ts', giving('v2', FAULTS[0][1]));
    right(await runtime.reloadPlugin('a')());
    folders.write('a/index.ts', giving('v3', GOOD));
    right(await runtime.reloadPlugin('a')());

    expect(await runtime.call('a', 'version')).toBe('v3');
    expect(await runtime.call('a', 'count')).toBe(5);
  });
});

describe('a state that throws while it is looked at', () => {
  const THROWING = [
    ['a getter', `({ get n() { throw new Error('not now'); } })`],
    ['a getter inside', `({ list: [{ get n() { throw new Error('not now'); } }] })`],
    [
      'a getter that throws the second time',
      `{ let looks = 0; const state = { get n() { if (++looks > 1) throw new Error('not now'); return n; } }; return state; }`,
    ],
    ['ownKeys of a Proxy', `new Proxy({ n }, { ownKeys() { throw new Error('not now'); } })`],
    [
      'getPrototypeOf of a Proxy',
      `new Proxy({ n }, { getPrototypeOf() { throw new Error('not now'); } })`,
    ],
    [
      'a revoked Proxy',
      `{ const p = Proxy.revocable({}, {}); p.revoke(); return { p: p.proxy }; }`,
    ],
    [
      'the name of its class',
      `{ class Of { static get name() { throw new Error('not now'); } } return new Of(); }`,
    ],
  ] as const;
  const saves = (state: string) => `export const saveState = () => ${state};`;

  test.each(THROWING)('%s: it is the fault of its plugin, and is mended', async (_what, state) => {
    const { folders, runtime, errors } = await serving(saves(state));
    const asked = await runtime.getPluginState('a')();
    // Whoever looks only once gets what it gave then.
    if (asked._tag === 'Left') expect(asked.left._tag).toBe('StateSaveFailed');
    folders.write('a/index.ts', giving('v2', GOOD));
    right(await runtime.reloadPlugin('a')());

    expect(await runtime.call('a', 'version')).toBe('v2');
    expect(errors.map(({ _tag }) => _tag)).not.toContain('Unexpected');
  });

  test.each(THROWING)('%s: its plugin ends with its folder', async (_what, state) => {
    const { folders, runtime } = await serving(saves(state));
    folders.remove('a');
    right(await runtime.unloadPlugin('a')());

    expect(runtime.plugins()).toEqual([]);
  });
});

describe('hand-over = "reference" with a store', () => {
  const LINES = 'hand-over = "reference"';
  const listening = (version: string) => `
let listeners = new Set();
export const version = () => '${version}';
export const listen = () => { listeners.add(() => '${version}'); };
export const heard = () => [...listeners].map((listener) => listener());
export const saveState = () => ({ listeners });
export const restoreState = (state) => { listeners = state.listeners; };`;

  async function listeningHost() {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': listening('v1') }, LINES);
    const { runtime, errors } = startRuntime({ store: memoryStateStore() });
    const events: ReloadEvent[] = [];
    const running = hotReload({ source$: NEVER, target: runtime }).subscribe((event) =>
      events.push(event),
    );
    onTestFinished(() => running.unsubscribe());
    for (const loaded of right(await runtime.loadDirectory(folders.dir)())) right(loaded);
    await runtime.call('a', 'listen');
    const save = async (version: string) => {
      folders.write('a/index.ts', listening(version));
      right(await runtime.reloadPlugin('a')());
    };
    return { runtime, errors, save };
  }

  test('hands over what cannot be encoded', async () => {
    const { runtime, save } = await listeningHost();
    await save('v2');

    expect(await runtime.call('a', 'version')).toBe('v2');
    expect(await runtime.call('a', 'heard')).toEqual(['v1']);
  });

  test('says once that it is not saved, however often it is handed over', async () => {
    const { runtime, errors, save } = await listeningHost();
    for (const version of ['v2', 'v3', 'v4']) await save(version);

    expect(await runtime.call('a', 'heard')).toEqual(['v1']);
    expect(errors).toMatchObject([{ plugin: 'a', message: expect.stringMatching(/saved|kept/) }]);
  });

  test('is not retried, and trips no breaker', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': listening('v1') }, LINES);
    const { runtime } = startRuntime({ store: memoryStateStore() });
    for (const loaded of right(await runtime.loadDirectory(folders.dir)())) right(loaded);
    await runtime.call('a', 'listen');
    folders.write('a/index.ts', listening('v2'));
    const told: ReloadEvent[] = [];
    const saved: WatchEvent = {
      _tag: 'Modified',
      path: folders.path('a/index.ts'),
      kind: 'file',
      atMs: 0,
      batch: 1,
    };
    const running = hotReload({
      source$: NEVER.pipe(startWith(saved)),
      target: runtime,
      store: memoryStateStore(),
      debounce: { minMs: 1 },
      backoff: { delay: constant(5), maxRetries: 4 },
    }).subscribe((event) => told.push(event));
    onTestFinished(() => running.unsubscribe());
    await vi.waitFor(() => expect(told.map(({ _tag }) => _tag)).toContain('Reloaded'), {
      timeout: 25_000,
    });

    expect(told.map(({ _tag }) => _tag)).not.toContain('RetryScheduled');
    expect(await runtime.call('a', 'heard')).toEqual(['v1']);
  });
});

describe('what JSON would drop without a word', () => {
  test.each([
    ['a symbol key', `{ n, [Symbol('of')]: 1 }`],
    ['a key that is not enumerable', `Object.defineProperty({ n }, 'hidden', { value: 1 })`],
    ['a property of an array beside its items', `{ n, list: Object.assign([1], { extra: 2 }) }`],
    ['minus zero', `{ n, zero: -0 }`],
    ['a symbol key inside', `{ n, list: [{ [Symbol('of')]: 1 }] }`],
  ])('is told: %s', async (_what, state) => {
    const { folders, runtime, errors } = await serving(
      `export const saveState = () => (${state});`,
    );
    folders.write('a/index.ts', giving('v2', GOOD));
    const reloaded = await runtime.reloadPlugin('a')();
    const told = [...errors, ...(reloaded._tag === 'Left' ? [reloaded.left] : [])];

    expect(told).toMatchObject([{ plugin: 'a', message: expect.stringMatching(/state/) }]);
  });
});

test('a manifest may be mended together with a state that cannot be given', async () => {
  const { folders, runtime } = await serving(
    `export const saveState = () => { throw new Error('no'); };`,
  );
  folders.write('a/plugin.toml', manifest('a', 'state-version = 2'));
  folders.write('a/index.ts', giving('v2', GOOD));
  right(await runtime.reloadPlugin('a')());

  expect(await runtime.call('a', 'version')).toBe('v2');
});
