import { renameSync, symlinkSync } from 'node:fs';
import { firstValueFrom } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const CODE = 'export const value = () => 1;';
const COUNTER = `let n = 0; export const next = () => ++n; export const saveState = () => ({ n }); export const restoreState = (state) => { n = state.n; };`;

describe('pluginsOf', () => {
  test('returns the plugin of a folder, and each plugin that uses a file outside of its folder', async () => {
    const folders = pluginFolders();
    folders.write('shared/step.ts', 'export const step = 1;');
    folders.write('shared/unused.ts', 'export const unused = 1;');
    const uses = `import { step } from '../shared/step.js'; export const value = () => step;`;
    folders.plugin('a', { 'index.ts': uses });
    folders.plugin('b', { 'index.ts': uses });
    folders.plugin('c', { 'index.ts': CODE });
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());

    expect(runtime.pluginsOf(folders.path('a/any/thing.txt'))).toEqual([]);
    expect(runtime.pluginsOf(folders.path('a/plugin.json'))).toEqual(['a']);
    expect(runtime.pluginsOf(folders.path('a'))).toEqual(['a']);
    expect(runtime.pluginsOf(folders.path('shared/step.ts'))).toEqual(['a', 'b']);
    expect(runtime.pluginsOf(folders.path('shared/unused.ts'))).toEqual([]);
    expect(runtime.pluginsOf(folders.path('abc/plugin.txt'))).toEqual([]);
    expect(runtime.pluginsOf('/elsewhere/file.ts')).toEqual([]);
  });

  test('returns the plugins that look for a missing file, until they find it', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `import { x } from '../shared/x.js'; export const value = () => x;`,
    });
    const { runtime } = startRuntime();
    expect(right(await runtime.loadDirectory(folders.dir)())).toMatchObject([
      { left: { _tag: 'CompilationFailed' } },
    ]);
    expect(runtime.plugins()).toMatchObject([{ plugin: 'a', version: 0, status: 'failed' }]);

    expect(runtime.pluginsOf(folders.path('shared/x.ts'))).toEqual(['a']);
    folders.write('shared/x.ts', 'export const x = 7;');
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 0, to: 1 });
    expect(await runtime.call('a', 'value')).toBe(7);
    expect(runtime.pluginsOf(folders.path('shared/x.tsx'))).toEqual([]);
  });

  test('includes the files of a failed build, beside those that serve', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': CODE });
    folders.write('shared/broken.ts', 'export const = 1;');
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    folders.write('a/index.ts', `import '../shared/broken.js'; ${CODE}`);
    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({ file: 'shared/broken.ts' });

    expect(runtime.pluginsOf(folders.path('shared/broken.ts'))).toEqual(['a']);
    folders.write('shared/broken.ts', 'export {};');
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 2 });
  });

  test('a file of a computed import belongs to its plugin once it is imported', async () => {
    const folders = pluginFolders();
    folders.write('shared/late.ts', 'export const late = 1;');
    folders.plugin('a', {
      'index.ts': `export const value = (name) => import('../shared/' + name + '.js').then((m) => m.late);`,
    });
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    expect(runtime.pluginsOf(folders.path('shared/late.ts'))).toEqual([]);
    await runtime.call('a', 'value', 'late');

    expect(runtime.pluginsOf(folders.path('shared/late.ts'))).toEqual(['a']);
    folders.write('shared/late.ts', 'export const late = 2;');
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 2 });
    expect(await runtime.call('a', 'value', 'late')).toBe(2);
  });
});

describe('folders that are created, deleted and renamed', () => {
  test('a directory that begins like the one behind a link does not belong to the plugin of that link', async () => {
    const folders = pluginFolders();
    folders.write('real/p/plugin.toml', manifest('p'));
    folders.write('real/p/index.ts', `export { value } from '../p-more/value.js';`);
    folders.write('real/p-more/value.ts', 'export const value = () => 1;');
    folders.write('plugins/note.txt', '');
    symlinkSync(folders.path('real/p'), folders.path('plugins/p'));
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.path('plugins'))());
    expect(await runtime.call('p', 'value')).toBe(1);
    expect(runtime.pluginsOf(folders.path('real/p-more/value.ts'))).toEqual(['p']);
    expect(runtime.pluginsOf(folders.path('plugins/p/index.ts'))).toEqual(['p']);
    expect(runtime.pluginsOf(folders.path('plugins/p-more/value.ts'))).toEqual([]);
  });

  test('plugins of a package are plugins like others, and packages of a plugin are none of its sources', async () => {
    const folders = pluginFolders();
    const dir = 'node_modules/host/plugins';
    folders.write(`${dir}/a/plugin.toml`, manifest('a'));
    folders.write(`${dir}/a/index.ts`, 'export const = 1;');
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.path(dir))());
    expect(runtime.pluginsOf(folders.path(`${dir}/a/other.ts`))).toEqual(['a']);
    expect(runtime.pluginsOf(folders.path(`${dir}/a/node_modules/b/other.ts`))).toEqual([]);
  });

  test('a new folder is a candidate under the name in its manifest, or its own while that cannot be read', async () => {
    const folders = pluginFolders();
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    expect(runtime.pluginsOf(folders.path('fresh/index.ts'))).toEqual([]);

    folders.write('fresh/plugin.toml', '= broken');
    folders.write('fresh/index.ts', CODE);
    expect(runtime.pluginsOf(folders.path('fresh/index.ts'))).toEqual(['fresh']);
    expect(left(await runtime.reloadPlugin('fresh')())).toMatchObject({
      _tag: 'ManifestInvalid',
      plugin: 'fresh',
    });

    folders.write('fresh/plugin.toml', manifest('renamed'));
    expect(runtime.pluginsOf(folders.path('fresh/plugin.toml'))).toEqual(['renamed']);
    expect(right(await runtime.reloadPlugin('renamed')())).toMatchObject({ from: 0, to: 1 });
    expect(await runtime.call('renamed', 'value')).toBe(1);
  });

  test('a folder that failed to load goes live under the reported name once it is fixed', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': 'export const = 1' });
    const { runtime } = startRuntime();
    expect(right(await runtime.loadDirectory(folders.dir)())).toMatchObject([
      { left: { plugin: 'a' } },
    ]);
    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({ _tag: 'CompilationFailed' });
    folders.write('a/index.ts', CODE);

    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 0, to: 1 });
    expect(runtime.plugins()).toMatchObject([{ plugin: 'a', version: 1, status: 'serving' }]);
  });

  test('without its manifest the old version serves on; without its folder it can be unloaded, which saves its state', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': COUNTER });
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    await runtime.call('a', 'next');

    folders.remove('a/plugin.toml');
    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({
      _tag: 'ManifestNotFound',
      plugin: 'a',
      file: 'a/plugin.toml',
    });
    expect(await runtime.call('a', 'next')).toBe(2);

    folders.remove('a');
    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({
      _tag: 'PluginGone',
      plugin: 'a',
      path: 'a',
    });
    expect(await runtime.call('a', 'next')).toBe(3);
    right(await runtime.unloadPlugin('a')());
    expect(runtime.plugins()).toMatchObject([]);

    folders.plugin('a', { 'index.ts': COUNTER });
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({
      from: 0,
      to: 1,
      restored: { bytes: 7 },
    });
    expect(await runtime.call('a', 'next')).toBe(4);
  });

  test('a renamed folder is found again: the next version serves with the state, and no call is lost', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': COUNTER });
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    await runtime.call('a', 'next');
    renameSync(folders.path('a'), folders.path('z'));
    folders.write('z/index.ts', `${COUNTER}\n// edited`);

    expect(runtime.pluginsOf(folders.path('z/index.ts'))).toEqual(['a']);
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 2 });
    expect(await runtime.call('a', 'next')).toBe(2);
    expect(runtime.pluginsOf(folders.path('z/index.ts'))).toEqual(['a']);
    expect(runtime.pluginsOf(folders.path('a/index.ts'))).toEqual([]);
  });

  test('loads a plugin by its manifest, and one behind a link', async () => {
    const folders = pluginFolders();
    folders.plugin('real/a', { 'index.ts': CODE });
    folders.write('real/a/plugin.toml', manifest('a'));
    symlinkSync(folders.path('real/a'), folders.path('linked'));
    const { runtime } = startRuntime();

    expect(right(await runtime.loadManifest(folders.path('linked/plugin.toml'))())).toEqual({
      plugin: 'a',
      version: 1,
    });
    expect(runtime.pluginsOf(folders.path('linked/index.ts'))).toEqual(['a']);
    expect(runtime.pluginsOf(folders.path('real/a/index.ts'))).toEqual(['a']);
  });
});

describe('manifests', () => {
  test('plugin.json works too, and plugin.toml is preferred', async () => {
    const folders = pluginFolders();
    const json = {
      name: 'a',
      version: '1.0.0',
      'api-version': { major: 0, minor: 0, patch: 9 },
      source: 'src/main.js',
    };
    folders.write('a/plugin.json', JSON.stringify(json));
    folders.write('a/src/main.js', 'export const value = () => "js";');
    folders.write('a/index.ts', CODE);
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a/plugin.json'))());
    expect(await runtime.call('a', 'value')).toBe('js');
    folders.write('a/plugin.toml', manifest('a'));

    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 2 });
    expect(await runtime.call('a', 'value')).toBe(1);
  });

  test('one with another file name, broken when it was loaded, goes live once it is fixed', async () => {
    const folders = pluginFolders();
    folders.write('x/dev.toml', `${manifest('mine')}\nbroken`);
    folders.write('x/index.ts', CODE);
    const { runtime } = startRuntime();
    const told: (readonly string[])[] = [];
    runtime.watchPaths$.subscribe((paths) => told.push(paths));
    expect(left(await runtime.loadManifest(folders.path('x/dev.toml'))())).toMatchObject({
      _tag: 'ManifestInvalid',
      plugin: 'mine',
      file: 'x/dev.toml',
    });
    expect(told.at(-1)).toEqual([folders.path('x')]);
    folders.write('x/dev.toml', manifest('mine'));

    expect(runtime.pluginsOf(folders.path('x/dev.toml'))).toEqual(['mine']);
    expect(right(await runtime.reloadPlugin('mine')())).toMatchObject({ from: 0, to: 1 });
    expect(await runtime.call('mine', 'value')).toBe(1);
  });
});

describe('validatePlugin', () => {
  test('reads and compiles without running anything', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': CODE });
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    Reflect.set(globalThis, 'ran', false);
    folders.write('a/index.ts', `globalThis.ran = true; ${CODE}`);
    expect(right(await runtime.validatePlugin('a')())).toBeUndefined();
    folders.write('a/index.ts', `import './absent.js'; ${CODE}`);
    expect(left(await runtime.validatePlugin('a')())).toMatchObject({
      _tag: 'CompilationFailed',
      plugin: 'a',
    });

    expect(Reflect.get(globalThis, 'ran')).toBe(false);
    expect(runtime.plugins()).toMatchObject([{ plugin: 'a', version: 1, status: 'serving' }]);
    Reflect.deleteProperty(globalThis, 'ran');
  });
});

describe('watchPaths$', () => {
  test('emits directories, folders, and files in use outside of them, only when they change', async () => {
    const folders = pluginFolders();
    folders.write('shared/step.ts', 'export const step = 1;');
    folders.plugin('plugins/a', { 'index.ts': CODE });
    folders.write('plugins/a/plugin.toml', manifest('a'));
    const { runtime } = startRuntime();
    const told: (readonly string[])[] = [];
    runtime.watchPaths$.subscribe((paths) => told.push(paths));
    right(await runtime.loadDirectory(folders.path('plugins'))());
    folders.write('plugins/a/index.ts', `${CODE} // again`);
    right(await runtime.reloadPlugin('a')());
    folders.write('plugins/a/index.ts', `import '../../shared/step.js'; ${CODE}`);
    right(await runtime.reloadPlugin('a')());
    folders.write('plugins/a/index.ts', `import '../../absent/x.js'; ${CODE}`);
    left(await runtime.reloadPlugin('a')());

    const base = [folders.path('plugins'), folders.path('plugins/a')];
    expect(told).toEqual([
      [],
      base,
      [...base, folders.path('shared/step.ts')],
      [folders.dir, ...base, folders.path('shared/step.ts')],
    ]);
    expect(await firstValueFrom(runtime.watchPaths$)).toEqual(told.at(-1));
  });
});
