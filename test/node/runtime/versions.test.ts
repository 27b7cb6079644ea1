import { none, some } from 'fp-ts/lib/Option.js';
import { describe, expect, test } from 'vitest';
import { memoryStateStore } from '../../../src/state/memoryStateStore.js';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const counter = (version: string) => `let n = 0;
export const next = () => ++n;
export const version = () => '${version}';
export const saveState = () => ({ n });
export const restoreState = (state) => { if (typeof state?.n !== 'number') throw new Error('no number n'); n = state.n; };`;

/** A plugin whose versions 1 to `count` have served. When each was replaced, its counter was ten times its number. */
async function served(count: number, keepVersions = 2) {
  const folders = pluginFolders();
  folders.plugin('a', { 'index.ts': counter('v1') });
  const { runtime } = startRuntime({ keepVersions });
  right(await runtime.loadManifest(folders.path('a'))());
  for (let version = 1; version <= count; version += 1) {
    if (version > 1) {
      folders.write('a/index.ts', counter(`v${version}`));
      right(await runtime.reloadPlugin('a')());
    }
    right(await runtime.restorePluginState('a', { n: version * 10 })());
  }
  return { folders, runtime };
}

describe('replacePlugin', () => {
  test('goes back to a version with the state saved under it, and forward again', async () => {
    const { runtime } = await served(3);
    const told: unknown[] = [];
    runtime.events$.subscribe((event) => told.push(event));

    expect(right(await runtime.replacePlugin('a', 2)())).toEqual({ version: 2 });
    expect([await runtime.call('a', 'version'), await runtime.call('a', 'next')]).toEqual([
      'v2',
      21,
    ]);
    expect(right(await runtime.replacePlugin('a', 3)())).toEqual({ version: 3 });
    expect([await runtime.call('a', 'version'), await runtime.call('a', 'next')]).toEqual([
      'v3',
      31,
    ]);
    expect(right(await runtime.replacePlugin('a', 1)())).toEqual({ version: 1 });
    expect(await runtime.call('a', 'next')).toBe(11);
    // Each goes on without what was counted under the one before.
    expect(told).toMatchObject([
      { _tag: 'StateLost', plugin: 'a', from: 3, to: 2 },
      { _tag: 'RolledBack', plugin: 'a', from: 3, to: 2 },
      { _tag: 'StateLost', plugin: 'a', from: 2, to: 3 },
      { _tag: 'StateLost', plugin: 'a', from: 3, to: 1 },
      { _tag: 'RolledBack', plugin: 'a', from: 3, to: 1 },
    ]);
  });

  test('a second call for the same version does nothing, and the next edit gets a new number', async () => {
    const { folders, runtime } = await served(2);
    right(await runtime.replacePlugin('a', 1)());
    expect(right(await runtime.replacePlugin('a', 1)())).toEqual({ version: 1 });
    expect(await runtime.call('a', 'next')).toBe(11);
    folders.write('a/index.ts', counter('v3'));

    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 3 });
    expect(await runtime.call('a', 'next')).toBe(12);
  });

  test('a version that was taken back is not loaded again while its files stay the same', async () => {
    const { folders, runtime } = await served(3);
    const change = { plugin: 'a', events: [], firstAtMs: 0, lastAtMs: 0, eventCount: 1 };
    const stays = async (version: number) => {
      folders.write('a/notes.txt', `${version}`);
      const reloaded = right(await runtime.reloadPlugin('a', { change })());
      expect(reloaded).toMatchObject({ from: version, to: version });
      expect(await runtime.call('a', 'version')).toBe(`v${version}`);
    };
    for (const version of [2, 1, 2]) {
      right(await runtime.replacePlugin('a', version)());
      await stays(version);
    }
    right(await runtime.restartPlugin('a')());
    await stays(2);
    right(await runtime.replacePlugin('a', 3)());
    await stays(3);
  });

  test('changed files are loaded, and after them also the files that were taken back', async () => {
    const { folders, runtime } = await served(2);
    right(await runtime.replacePlugin('a', 1)());
    folders.write('a/index.ts', counter('v1'));
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 1 });
    folders.write('a/index.ts', counter('v2'));
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 3 });
  });

  test('a version that is not kept is refused, and what serves stays', async () => {
    const { runtime } = await served(4);

    for (const version of [1, 0, -1, 5, 2.5, Number.NaN]) {
      expect(left(await runtime.replacePlugin('a', version)())).toMatchObject({
        _tag: 'VersionNotKept',
        kept: [2, 3],
      });
    }
    expect([await runtime.call('a', 'version'), await runtime.call('a', 'next')]).toEqual([
      'v4',
      41,
    ]);
  });

  test('a version that fails to start is refused, and what serves stays', async () => {
    const { folders, runtime } = await served(1);
    folders.write(
      'a/index.ts',
      `${counter('v2')}\nexport const health = () => globalThis.sick !== true;`,
    );
    right(await runtime.reloadPlugin('a')());
    folders.write('a/index.ts', counter('v3'));
    right(await runtime.reloadPlugin('a')());
    Reflect.set(globalThis, 'sick', true);

    expect(left(await runtime.replacePlugin('a', 2)())).toMatchObject({
      _tag: 'HealthCheckFailed',
    });
    expect([await runtime.call('a', 'version'), await runtime.call('a', 'next')]).toEqual([
      'v3',
      11,
    ]);
    Reflect.deleteProperty(globalThis, 'sick');
  });

  test('keepVersions limits the number of kept versions, down to none', async () => {
    const { runtime } = await served(2, 0);
    expect(left(await runtime.replacePlugin('a', 1)())).toMatchObject({
      _tag: 'VersionNotKept',
      kept: [],
    });
  });
});

describe('getPluginState and restorePluginState', () => {
  test('getPluginState returns what the plugin would save; none when it saves nothing', async () => {
    const { folders, runtime } = await served(1);
    expect(right(await runtime.getPluginState('a')())).toEqual(some({ n: 10 }));

    folders.plugin('b', { 'index.ts': 'export const value = () => 1;' });
    right(await runtime.loadManifest(folders.path('b'))());
    expect(right(await runtime.getPluginState('b')())).toEqual(none);
    expect(left(await runtime.restorePluginState('b', {})())).toMatchObject({
      _tag: 'StateRejected',
    });
  });

  test('a state that is refused leaves the old state in place', async () => {
    const { runtime } = await served(1);

    expect(left(await runtime.restorePluginState('a', { n: 'ten' })())).toMatchObject({
      _tag: 'StateRejected',
      reason: 'restoreState() threw: no number n',
    });
    expect(left(await runtime.restorePluginState('a', { n: new Date(0) })())).toMatchObject({
      _tag: 'StateRejected',
      reason: expect.stringContaining('state.n is a Date'),
    });
    expect(await runtime.call('a', 'next')).toBe(11);
  });

  test('a plugin returns and receives copies', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `let held = { list: [1] }; export const saveState = () => held; export const restoreState = (state) => { held = state; held.list.push(2); }; export const value = () => held.list;`,
    });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    const given = { list: [5] };
    right(await runtime.restorePluginState('a', given)());

    expect(given).toEqual({ list: [5] });
    expect(await runtime.call('a', 'value')).toEqual([5, 2]);
    expect(right(await runtime.restartPlugin('a')())).toEqual({ version: 1 });
    expect(await runtime.call('a', 'value')).toEqual([5, 2]);
  });
});

describe('a state that is handed over by reference', () => {
  const holding = (state: string) => (version: string) =>
    `let held = { since: ${state} };
export const get = () => held;
export const version = () => '${version}';
export const saveState = () => held;
export const restoreState = (state) => { held = state; };`;
  const holder = holding('new Map([[1, () => 1]])');
  const json = holding('[2, 3]');
  const REFERENCE = 'hand-over = "reference"';

  async function reloaded(first: string, second: string, options = {}, source = holder) {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': source('v1') }, first);
    const { runtime, errors } = startRuntime(options);
    right(await runtime.loadManifest(folders.path('a'))());
    const before = await runtime.call('a', 'get');
    folders.write('a/plugin.toml', manifest('a', second));
    folders.write('a/index.ts', source('v2'));
    const result = await runtime.reloadPlugin('a')();
    return { runtime, errors, before, result, after: await runtime.call('a', 'get') };
  }

  test('is the same object, whatever it holds, also in a rollback', async () => {
    const { runtime, before, after, result } = await reloaded(REFERENCE, REFERENCE);
    expect(after).toBe(before);
    expect(right(result)).not.toHaveProperty('restored');

    right(await runtime.restorePluginState('a', { plain: 1 })());
    right(await runtime.replacePlugin('a', 1)());
    expect(await runtime.call('a', 'version')).toBe('v1');
    expect(await runtime.call('a', 'get')).toEqual({ plain: 1 });
  });

  test.each([
    [REFERENCE, ''],
    ['', REFERENCE],
    [REFERENCE, `${REFERENCE}\nstate-version = 2`],
  ])('only where both versions and one format allow it: %j, %j', async (first, second) => {
    const { before, after } = await reloaded(first, second, {}, json);
    expect(after).toEqual(before);
    expect(after).not.toBe(before);
    // Here the state is copied, so JSON must be able to hold it.
    const lost = await reloaded(first, second);
    right(lost.result);
    expect(lost.after).not.toEqual(lost.before);
    expect(lost.errors).toMatchObject([{ _tag: 'StateSaveFailed', by: 'plugin' }]);
  });

  test('is also saved when there is a store', async () => {
    const store = memoryStateStore();
    const { before, after, result } = await reloaded(REFERENCE, REFERENCE, { store }, json);
    expect(after).toBe(before);
    expect(right(result)).toMatchObject({ restored: { bytes: expect.any(Number) } });
    expect(right(await store.load('a')())).toMatchObject({ value: { state: before } });
  });

  test('a copy above 5 MB is reported once', async () => {
    const large = holding(`'x'.repeat(6 * 1024 * 1024)`);
    const { runtime, errors } = await reloaded('', '', {}, large);
    right(await runtime.unloadPlugin('a')());
    expect(errors).toMatchObject([
      {
        _tag: 'StateLarge',
        limitBytes: 5 * 1024 * 1024,
        message: expect.stringContaining('hand-over = "reference"'),
      },
    ]);
  });
});

describe('restartPlugin', () => {
  test('starts a fresh instance of the same version with the newest acknowledged state', async () => {
    const { runtime } = await served(2);
    await runtime.call('a', 'next');

    expect(right(await runtime.restartPlugin('a')())).toEqual({ version: 2 });
    expect(await runtime.call('a', 'next')).toBe(21);
    expect(runtime.plugins()).toMatchObject([{ plugin: 'a', version: 2, status: 'serving' }]);
  });

  test('does not wait for calls that hang: they stay in the old instance, and do not delay a later reload', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `let end; export const hang = () => new Promise((resolve) => { globalThis.endHang = resolve; }); export const value = () => 1;`,
    });
    const { runtime } = startRuntime({ limitsMs: { quiesce: 30 } });
    right(await runtime.loadManifest(folders.path('a'))());
    const hanging = runtime.call('a', 'hang');

    expect(right(await runtime.restartPlugin('a')())).toEqual({ version: 1 });
    expect(await runtime.call('a', 'value')).toBe(1);
    folders.write('a/index.ts', 'export const value = () => 2;');
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 2 });
    Reflect.get(globalThis, 'endHang')('ended');
    expect(await hanging).toBe('ended');
    Reflect.deleteProperty(globalThis, 'endHang');
  });
});
