import { renameSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { watchPlugins } from '../../../src/pipeline/watchPlugins.js';
import type { PluginRuntime } from '../../../src/runtime/index.js';
import { COUNTER, type PipelineHost, startHost } from '../pipeline/pluginChain.js';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const code = (folder: string) => `${COUNTER}\nexport const folder = () => '${folder}';`;

/** The folders x and y, with the plugins a and b in them; a has counted to 3, and b to 5. */
async function startTwo(): Promise<PipelineHost> {
  const host = await startHost(({ folders }) => {
    for (const [folder, name] of [
      ['x', 'a'],
      ['y', 'b'],
    ] as const) {
      folders.write(`${folder}/plugin.toml`, manifest(name));
      folders.write(`${folder}/index.ts`, code(folder));
    }
  });
  await host.until(() => ['a', 'b'].every((name) => host.lastEnd(name)?._tag === 'Loaded'));
  await count(host, 'a', 3);
  await count(host, 'b', 5);
  return host;
}

/** The version that serves; 0 when none does. */
function version(runtime: PluginRuntime, plugin: string): number {
  return runtime.plugins().find((entry) => entry.plugin === plugin)?.version ?? 0;
}

const ENDS = new Set(['Loaded', 'Reloaded', 'Removed', 'ReloadFailed']);

async function count({ runtime }: PipelineHost, plugin: string, times: number): Promise<void> {
  for (let call = 0; call < times; call += 1) await runtime.call(plugin, 'next');
}

/** Where each plugin serves from, and what its next count is. */
async function served({ runtime }: PipelineHost): Promise<unknown> {
  const answers = await Promise.all(
    ['a', 'b'].map(async (plugin) => [
      plugin,
      await runtime.call(plugin, 'folder'),
      await runtime.call(plugin, 'next'),
    ]),
  );
  return answers;
}

const swapped = [
  ['a', 'y', 4],
  ['b', 'x', 6],
];

/** Both serve in the folder of the other one, and nothing was told after that. */
async function untilSwapped(host: PipelineHost): Promise<void> {
  const folders = () =>
    ['a', 'b'].map((plugin) =>
      host.runtime.pluginsOf(host.folders.path(plugin === 'a' ? 'y/index.ts' : 'x/index.ts')),
    );
  await host.until(() => JSON.stringify(folders()) === JSON.stringify([['a'], ['b']]));
  await host.until(() =>
    ['a', 'b'].every((name) => {
      const end = host.lastEnd(name)?._tag;
      return end === 'Reloaded' || end === 'Loaded';
    }),
  );
}

describe('two plugins that swap names in their manifests serve both, each with its own state', () => {
  test('when both are saved at once', async () => {
    const host = await startTwo();
    host.folders.write('x/plugin.toml', manifest('b'));
    host.folders.write('y/plugin.toml', manifest('a'));
    host.saved('x/plugin.toml', 'y/plugin.toml');
    await untilSwapped(host);
    expect(await served(host)).toEqual(swapped);
    expect(host.events.some(({ _tag }) => _tag === 'ReloadFailed' || _tag === 'Removed')).toBe(
      false,
    );
  });

  test.each([
    ['x', 'y'],
    ['y', 'x'],
  ])(
    'when %s is saved first, and refused meanwhile, while the old version serves',
    async (first, second) => {
      const host = await startTwo();
      const names: Readonly<Record<string, string>> = { x: 'b', y: 'a' };
      const old = first === 'x' ? 'a' : 'b';
      host.folders.write(`${first}/plugin.toml`, manifest(names[first]!));
      host.saved(`${first}/plugin.toml`);
      await host.until(() => host.lastEnd(old)?._tag === 'ReloadFailed');
      expect(host.lastEnd(old)).toMatchObject({ error: { _tag: 'NameTaken' }, stillServing: 1 });
      expect(await host.runtime.call(old, 'folder')).toBe(first);

      host.folders.write(`${second}/plugin.toml`, manifest(names[second]!));
      host.saved(`${second}/plugin.toml`);
      await untilSwapped(host);
      expect(await served(host)).toEqual(swapped);
      expect(host.events.some(({ _tag }) => _tag === 'Removed')).toBe(false);
    },
  );
});

describe('two folders that swap places', () => {
  test.each([
    ['all of it at once', ['x', 'y']],
    ['one, then the other', ['x', 'y', 'x/plugin.toml']],
    ['their manifests', ['x/plugin.toml', 'y/plugin.toml']],
    ['their sources', ['x/index.ts', 'y/index.ts']],
  ])('serve both, each with its own state, whatever is reported: %s', async (_what, reported) => {
    const host = await startTwo();
    // The code moves with the folders, so that the file says where it came from.
    renameSync(host.folders.path('x'), host.folders.path('between'));
    renameSync(host.folders.path('y'), host.folders.path('x'));
    renameSync(host.folders.path('between'), host.folders.path('y'));
    for (const path of reported) host.saved(path);
    const owner = (folder: string) =>
      host.runtime.pluginsOf(host.folders.path(`${folder}/index.ts`));
    await host.until(() => owner('x').join() === 'b' && owner('y').join() === 'a');
    expect(await served(host)).toEqual([
      ['a', 'x', 4],
      ['b', 'y', 6],
    ]);
    expect(host.events.some(({ _tag }) => _tag === 'ReloadFailed' || _tag === 'Removed')).toBe(
      false,
    );
    // Each goes on from where it is now.
    const moved = version(host.runtime, 'b');
    host.folders.write('x/index.ts', code('new x'));
    host.saved('x/index.ts');
    await host.until(() => version(host.runtime, 'b') > moved);
    expect(await host.runtime.call('b', 'folder')).toBe('new x');
    expect(await host.runtime.call('b', 'next')).toBe(7);
  });

  test('as the system reports it', async () => {
    const folders = pluginFolders();
    for (const [folder, name] of [
      ['x', 'a'],
      ['y', 'b'],
    ] as const) {
      folders.write(`${folder}/plugin.toml`, manifest(name));
      folders.write(`${folder}/index.ts`, code(folder));
    }
    const { runtime } = startRuntime();
    const events: ReloadEvent[] = [];
    const pipeline = hotReload({
      ...watchPlugins(runtime, folders.dir),
      target: runtime,
      root: folders.dir,
    }).subscribe((event) => events.push(event));
    onTestFinished(() => pipeline.unsubscribe());
    const until = (holds: () => boolean) => expect.poll(holds, { timeout: 20_000 }).toBe(true);
    await until(() => events.filter(({ _tag }) => _tag === 'Loaded').length === 2);
    for (const plugin of ['a', 'b']) await runtime.call(plugin, 'next');
    renameSync(folders.path('x'), folders.path('between'));
    renameSync(folders.path('y'), folders.path('x'));
    renameSync(folders.path('between'), folders.path('y'));
    const owner = (folder: string) => runtime.pluginsOf(folders.path(`${folder}/index.ts`)).join();
    await until(() => owner('x') === 'b' && owner('y') === 'a');
    const moved = version(runtime, 'b');
    folders.write('x/index.ts', code('new x'));
    await until(() => version(runtime, 'b') > moved);
    expect(await runtime.call('b', 'folder')).toBe('new x');
    expect(await runtime.call('b', 'next')).toBe(2);
    expect(await runtime.call('a', 'next')).toBe(2);
  });
});

describe('a plugin that is renamed in its manifest', () => {
  test('serves under the new name; the old one is told as removed, and its state waits for it', async () => {
    const host = await startTwo();
    host.folders.write('x/plugin.toml', manifest('fresh'));
    host.saved('x/plugin.toml');
    await host.until(
      () => host.lastEnd('fresh')?._tag === 'Loaded' && host.lastEnd('a')?._tag === 'Removed',
    );
    expect(await host.runtime.call('fresh', 'next')).toBe(1);
    expect(
      host.runtime
        .plugins()
        .map(({ plugin }) => plugin)
        .sort(),
    ).toEqual(['b', 'fresh']);
    expect(host.events.some(({ _tag }) => _tag === 'ReloadFailed')).toBe(false);

    host.folders.write('x/plugin.toml', manifest('a'));
    host.saved('x/plugin.toml');
    await host.until(
      () => host.lastEnd('fresh')?._tag === 'Removed' && host.lastEnd('a')?._tag === 'Loaded',
    );
    expect(await host.runtime.call('a', 'next')).toBe(4);
  });

  test('to a name that is taken serves on under the old one, until the new one is free', async () => {
    const host = await startTwo();
    host.folders.write('x/plugin.toml', manifest('b'));
    host.saved('x/plugin.toml');
    await host.until(() => host.lastEnd('a')?._tag === 'ReloadFailed');
    expect(await host.runtime.call('a', 'next')).toBe(4);
    host.folders.remove('y');
    host.saved('y/plugin.toml');
    // The name b moves to the folder x, and no folder has a plugin named a.
    await host.until(
      () => host.lastEnd('b')?._tag === 'Reloaded' && host.lastEnd('a')?._tag === 'Removed',
    );
    expect(await host.runtime.call('b', 'folder')).toBe('x');
    expect(await host.runtime.call('b', 'next')).toBe(6);
  });

  test('is not taken for removed while its manifest cannot be parsed', async () => {
    const host = await startTwo();
    host.folders.write('x/plugin.toml', 'name = "fresh"\nversion = ');
    host.saved('x/plugin.toml');
    await host.until(() => host.lastEnd('a')?._tag === 'ReloadFailed');
    expect(host.lastEnd('a')).toMatchObject({
      error: { _tag: 'ManifestInvalid' },
      stillServing: 1,
    });
    expect(await host.runtime.call('a', 'next')).toBe(4);
  });

  test('without a pipeline: the orders say what is to be done', async () => {
    const folders = pluginFolders();
    folders.write('x/plugin.toml', manifest('a'));
    folders.write('x/index.ts', code('x'));
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    folders.write('x/plugin.toml', manifest('fresh'));
    expect(runtime.pluginsOf(folders.path('x/plugin.toml'))).toEqual(['a', 'fresh']);
    expect(runtime.pluginsOf(folders.path('x/index.ts'))).toEqual(['a']);
    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({ _tag: 'PluginGone' });
    expect(right(await runtime.reloadPlugin('fresh')())).toMatchObject({ from: 0, to: 1 });
    right(await runtime.unloadPlugin('a')());
    expect(runtime.pluginsOf(folders.path('x/index.ts'))).toEqual(['fresh']);
  });
});

test('a ring of three folders that pass on their names', async () => {
  const names = ['a', 'b', 'c'];
  const host = await startHost(({ folders }) => {
    for (const name of names) {
      folders.write(`${name}/plugin.toml`, manifest(name));
      folders.write(`${name}/index.ts`, code(name));
    }
  });
  for (const [index, name] of names.entries()) await count(host, name, index + 1);
  const next = (name: string) => names[(names.indexOf(name) + 1) % 3]!;
  for (const name of names) {
    host.folders.write(`${name}/plugin.toml`, manifest(next(name)));
    host.saved(`${name}/plugin.toml`);
    // One at a time, so that each step is seen by itself.
    const count = host.events.length;
    await host.until(() => host.events.slice(count).some(({ _tag }) => ENDS.has(_tag)));
  }
  const owners = () =>
    names.map((name) => host.runtime.pluginsOf(host.folders.path(`${name}/index.ts`)).join());
  await host.until(() => owners().join() === 'b,c,a');
  await host.until(() => names.every((name) => version(host.runtime, name) > 0));
  for (const [index, name] of names.entries()) {
    expect(next(String(await host.runtime.call(name, 'folder')))).toBe(name);
    expect(await host.runtime.call(name, 'next')).toBe(index + 2);
  }
});
