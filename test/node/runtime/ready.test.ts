import { EMPTY, firstValueFrom, toArray, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { watchPlugins } from '../../../src/pipeline/watchPlugins.js';
import { manifest, pluginFolders, startRuntime } from './pluginFolders.js';

const CODE = 'export const value = () => 7;';
/** Starts when `globalThis.__open` is called. */
const SLOW = `let runs = 0; export const value = () => ++runs; export const start = () => new Promise((resolve) => { globalThis.__opens ??= []; globalThis.__opens.push(resolve); });`;

function openAll(): number {
  const opens: unknown = Reflect.get(globalThis, '__opens');
  const waiting: readonly unknown[] = Array.isArray(opens) ? opens.splice(0) : [];
  for (const open of waiting) if (typeof open === 'function') open();
  return waiting.length;
}

const refusal = (message: RegExp) =>
  expect.objectContaining({
    name: 'PluginCallError',
    _tag: 'PluginNotFound',
    message: expect.stringMatching(message),
  });

describe('calls before and during the first load', () => {
  test('wait for it, in order, through watchPlugins and hotReload', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': 'let n = 0; export const next = () => ++n;' });
    const { runtime } = startRuntime();
    const watched = watchPlugins(runtime, folders.dir);
    const early = [runtime.call('a', 'next'), runtime.call('a', 'next')];
    expect(runtime.plugins()).toEqual([
      { plugin: 'a', version: 0, status: 'loading', fingerprint: null },
    ]);
    const events = hotReload({ ...watched, target: runtime }).subscribe();
    const later = runtime.call('a', 'next');
    expect(await Promise.all([...early, later])).toEqual([1, 2, 3]);
    await runtime.ready();
    events.unsubscribe();
    expect(runtime.plugins()).toEqual([
      {
        plugin: 'a',
        version: 1,
        status: 'serving',
        fingerprint: runtime.fingerprintOf('a') ?? 'none',
      },
    ]);
  });

  test('wait in each way to load, while the plugin starts, and keep their order with calls that came later', async () => {
    const folders = pluginFolders();
    folders.plugin('slow', { 'index.ts': SLOW });
    for (const way of ['loadEach', 'loadDirectory', 'loadManifest'] as const) {
      const { runtime } = startRuntime();
      const each$ = way === 'loadEach' ? runtime.loadEach(folders.dir) : EMPTY;
      const load =
        way === 'loadDirectory'
          ? runtime.loadDirectory(folders.dir)
          : way === 'loadManifest'
            ? runtime.loadManifest(folders.path('slow'))
            : () => firstValueFrom(each$.pipe(toArray()));
      const call = () => runtime.call('slow', 'value');
      const first = call();
      const loading = load();
      const second = call();
      await expect.poll(() => runtime.plugins()).toMatchObject([{ status: 'loading' }]);
      await expect.poll(() => openAll(), { timeout: 10_000 }).toBe(1);
      const third = call();
      expect(await Promise.all([first, second, third])).toEqual([1, 2, 3]);
      await loading;
    }
  });

  test('are refused at once for a name that nobody loads, with the names that there are', async () => {
    const folders = pluginFolders();
    folders.plugin('counter', { 'index.ts': SLOW });
    const { runtime } = startRuntime();
    await expect(runtime.call('conter', 'x')).rejects.toEqual(refusal(/none is/));
    const load = runtime.loadDirectory(folders.dir);
    await expect(runtime.call('conter', 'x')).rejects.toEqual(refusal(/did you mean "counter"/));
    await expect(runtime.ready('other')).rejects.toEqual(refusal(/counter/));
    const loading = load();
    await expect(runtime.call('other', 'x')).rejects.toEqual(refusal(/counter/));
    await expect.poll(() => openAll(), { timeout: 10_000 }).toBe(1);
    await loading;
  });

  test('are refused with the reason when the load fails, also when the manifest cannot be read', async () => {
    const folders = pluginFolders();
    folders.plugin('broken', { 'index.ts': 'export const = 1;' });
    folders.write('torn/plugin.toml', 'name = "torn"\nversion = ');
    const { runtime } = startRuntime();
    const load = runtime.loadDirectory(folders.dir);
    const calls = ['broken', 'torn'].map((name) => runtime.call(name, 'x'));
    const readies = ['broken', 'torn'].map((name) => runtime.ready(name));
    const all = runtime.ready();
    const settled = Promise.allSettled([...calls, ...readies, all]);
    await load();
    const expected = [/broken\/index\.ts/, /torn\/plugin\.toml/];
    const reasons = (await settled).map((result) => result.status === 'rejected' && result.reason);
    expect(reasons.slice(0, 4)).toEqual([...expected, ...expected].map(refusal));
    expect(reasons[4]).toEqual(refusal(/and 1 more did not load/));
    await expect(runtime.call('broken', 'x')).rejects.toEqual(refusal(/broken\/index\.ts/));
    expect(runtime.plugins()).toMatchObject([{ plugin: 'broken', version: 0, status: 'failed' }]);
  });

  test('wait also while a plugin that failed is loaded again', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': 'export const = 1;' });
    const { runtime } = startRuntime();
    await runtime.loadDirectory(folders.dir)();
    folders.write('a/index.ts', SLOW);
    const reloading = runtime.reloadPlugin('a')();
    await expect.poll(() => openAll(), { timeout: 10_000 }).toBe(1);
    expect(await runtime.call('a', 'value')).toBe(1);
    await reloading;
    await runtime.ready('a');
    await runtime.ready();
  });

  test('are refused after 30 s when nobody starts the load, and at once when the runtime is closed', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': CODE });
    const scheduler = new VirtualTimeScheduler();
    const { runtime } = startRuntime({ scheduler });
    const load = runtime.loadDirectory(folders.dir);
    const late = runtime.call('a', 'value');
    scheduler.flush();
    expect(scheduler.now()).toBe(30_000);
    await expect(late).rejects.toEqual(refusal(/within 30000 ms/));
    const closed = runtime.call('a', 'value');
    const ready = runtime.ready('a');
    await Promise.all([
      runtime.close(),
      expect(closed).rejects.toMatchObject({ _tag: 'Aborted' }),
      expect(ready).rejects.toEqual(refusal(/a/)),
    ]);
    await load();
  });
});

describe('ready', () => {
  test('resolves when no load was made, or when the directory has no plugin', async () => {
    const folders = pluginFolders();
    const { runtime } = startRuntime();
    await runtime.ready();
    const load = runtime.loadDirectory(folders.dir);
    await Promise.all([runtime.ready(), load()]);
  });

  test('rejects when the directory cannot be listed', async () => {
    const folders = pluginFolders();
    const { runtime } = startRuntime();
    const load = runtime.loadDirectory(folders.path('missing'));
    const ready = runtime.ready();
    await Promise.all([load(), expect(ready).rejects.toEqual(refusal(/missing/))]);
  });

  test('does not hold a failure against a plugin that is gone, or that serves by now', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': 'export const = 1;' });
    folders.write('torn/plugin.toml', 'name = ');
    const { runtime } = startRuntime();
    await runtime.loadDirectory(folders.dir)();
    await expect(runtime.ready()).rejects.toEqual(refusal(/./));
    folders.write('a/index.ts', CODE);
    folders.remove('torn');
    await runtime.reloadPlugin('a')();
    await runtime.ready();
  });

  test('does not hold a failure against a folder whose plugin has got another name with its fix', async () => {
    const folders = pluginFolders();
    folders.write('torn/plugin.toml', 'name = ');
    const { runtime } = startRuntime();
    await runtime.loadDirectory(folders.dir)();
    await expect(runtime.ready()).rejects.toEqual(refusal(/torn/));
    folders.write('torn/plugin.toml', manifest('mended'));
    folders.write('torn/index.ts', CODE);
    expect(runtime.pluginsOf(folders.path('torn/plugin.toml'))).toEqual(['mended']);
    await runtime.reloadPlugin('mended')();
    await runtime.ready();
  });

  test('does not wait for a load that was made after the runtime was closed', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': CODE });
    const { runtime } = startRuntime();
    await runtime.close();
    const load = runtime.loadDirectory(folders.dir);
    runtime.loadManifest(folders.path('a'));
    await runtime.ready();
    await expect(runtime.ready('a')).rejects.toEqual(refusal(/a/));
    await expect(runtime.call('a', 'value')).rejects.toEqual(refusal(/a/));
    expect(await load()).toMatchObject({ right: [{ left: { _tag: 'Aborted' } }] });
  });
});
