import { firstValueFrom, toArray } from 'rxjs';
import { describe, expect, test, vi } from 'vitest';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { watchPlugins } from '../../../src/pipeline/watchPlugins.js';
import { checkPlugins } from '../../../src/runtime/index.js';

import { left, pluginFolders, right, startRuntime } from './pluginFolders.js';

/** Waits for the condition, generously: the machine may be busy. */
const eventually = (holds: () => unknown) => vi.waitFor(holds, { timeout: 20_000, interval: 20 });

const CODE = 'export const value = () => 1; export const saveState = () => ({ n: 1 });';

describe('manifests: optional', () => {
  test('a folder with an index file and a single source file are plugins, named after it', async () => {
    const folders = pluginFolders();
    folders.write('counter/index.ts', CODE);
    folders.write('old/index.cjs', 'exports.value = () => 3;');
    folders.write(
      'hello.ts',
      `import { two } from './parts/two.js'; export const value = () => two;`,
    );
    folders.write('My_Bot.js', 'export const value = () => 4;');
    folders.write('parts/two.ts', 'export const two = 2;');
    folders.plugin('written', { 'index.ts': CODE }, 'exports = []');
    // None of these is a plugin.
    folders.write('types.d.ts', 'export type A = 1;');
    folders.write('hello.test.ts', 'throw new Error("a test");');
    folders.write('notes.txt', 'x');
    folders.write('empty/readme.md', 'x');
    folders.write('.hidden/index.ts', 'throw new Error("hidden");');
    folders.write('node_modules/index.js', 'throw new Error("packages");');
    const { runtime } = startRuntime({ manifests: 'optional' });
    const results = right(await runtime.loadDirectory(folders.dir)()).map(right);
    expect(results.map(({ plugin }) => plugin)).toEqual([
      'my-bot',
      'counter',
      'hello',
      'old',
      'written',
    ]);
    for (const [name, value] of [
      ['my-bot', 4],
      ['counter', 1],
      ['hello', 2],
      ['old', 3],
    ] as const) {
      expect(await runtime.call(name, 'value')).toBe(value);
    }
    await expect(runtime.call('counter', 'saveState')).rejects.toMatchObject({
      _tag: 'ExportMissing',
    });
    // A manifest that is there counts.
    await expect(runtime.call('written', 'value')).rejects.toMatchObject({ _tag: 'ExportMissing' });

    folders.write('hello.ts', 'export const value = () => 5;');
    expect(runtime.pluginsOf(folders.path('hello.ts'))).toEqual(['hello']);
    expect(right(await runtime.reloadPlugin('hello')())).toMatchObject({ from: 1, to: 2 });
    expect(await runtime.call('hello', 'value')).toBe(5);
    folders.remove('hello.ts');
    expect(left(await runtime.reloadPlugin('hello')())).toMatchObject({ _tag: 'PluginGone' });
    folders.remove('counter/index.ts');
    expect(left(await runtime.reloadPlugin('counter')())).toMatchObject({
      _tag: 'Io',
      path: 'counter/index.ts',
    });
    expect(await runtime.call('counter', 'value')).toBe(1);
  });

  test('are saved, made and deleted while the host runs', async () => {
    const folders = pluginFolders();
    folders.write('a.ts', 'export const value = () => 1;');
    const { runtime } = startRuntime({ manifests: 'optional' });
    const events: string[] = [];
    const running = hotReload({
      ...watchPlugins(runtime, folders.dir),
      target: runtime,
      debounce: { minMs: 5 },
    }).subscribe(({ _tag, plugin }) => events.push(`${plugin} ${_tag}`));
    await runtime.ready();
    folders.write('a.ts', 'export const value = () => 2;');
    folders.write('b.ts', 'export const value = () => 3;');
    folders.write('c/index.ts', 'export const value = () => 4;');
    await eventually(() => expect(events).toContain('a Reloaded'));
    await eventually(() => expect(events).toContain('b Loaded'));
    await eventually(() => expect(events).toContain('c Loaded'));
    expect(await runtime.call('a', 'value')).toBe(2);
    folders.remove('a.ts');
    folders.remove('c');
    await eventually(() => expect(events).toContain('a Removed'));
    await eventually(() => expect(events).toContain('c Removed'));
    running.unsubscribe();
  });

  test('work for checkPlugins too', async () => {
    const folders = pluginFolders();
    folders.write('a/index.ts', CODE);
    folders.write('b.ts', 'export const = 1;');
    const checks = right(await checkPlugins(folders.dir, { manifests: 'optional' }));
    expect(checks).toMatchObject([
      { plugin: 'a', problems: [] },
      { plugin: 'b', problems: [{ _tag: 'CompilationFailed' }] },
    ]);
  });
});

describe('package.json with the key hotpipe', () => {
  test.each([
    ['{}', '{ "name": "@me/My.Tool", "version": "2.0.0", "hotpipe": {} }', 'my-tool'],
    ['true', '{ "name": "tool", "hotpipe": true }', 'tool'],
    ['a name', '{ "name": "tool", "hotpipe": { "name": "other", "mode": "in-process" } }', 'other'],
    ['main', '{ "name": "tool", "main": "./index.ts", "hotpipe": {} }', 'tool'],
    ['no name', '{ "hotpipe": { "name": "own", "source": "./index.ts" } }', 'own'],
  ])('is a manifest: %s', async (_what, text, name) => {
    const folders = pluginFolders();
    folders.write('a/package.json', text);
    folders.write('a/index.ts', CODE);
    const { runtime } = startRuntime();
    expect(right(await runtime.loadDirectory(folders.dir)())).toMatchObject([
      { right: { plugin: name, version: 1 } },
    ]);
    expect(await runtime.call(name, 'value')).toBe(1);
    expect(runtime.pluginsOf(folders.path('a/package.json'))).toEqual([name]);
  });

  test('says in that file what is wrong, and is none without the key', async () => {
    const folders = pluginFolders();
    folders.write('a/package.json', '{ "name": "a",\n  "hotpipe": { "mod": "worker" } }');
    folders.write('a/index.ts', CODE);
    folders.write('b/package.json', '{ "name": "b", "version": "1.0.0" }');
    const { runtime } = startRuntime();
    const results = right(await runtime.loadDirectory(folders.dir)());
    expect(results).toHaveLength(1);
    expect(left(results[0] ?? expect.fail())).toMatchObject({
      _tag: 'ManifestInvalid',
      file: 'a/package.json',
      line: 2,
      problems: [expect.stringMatching(/^mod: unknown key; did you mean "mode"/)],
    });
  });
});

test('a package.json that leaves its source to the index file follows that file', async () => {
  const folders = pluginFolders();
  folders.write('a/package.json', '{ "name": "a", "hotpipe": {} }');
  folders.write('a/index.ts', 'export const value = () => 1;');
  const { runtime } = startRuntime();
  right(await runtime.loadDirectory(folders.dir)());
  folders.remove('a/index.ts');
  folders.write('a/index.js', 'export const value = () => 2;');
  expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ to: 2 });
  expect(await runtime.call('a', 'value')).toBe(2);
});

describe('a manifest', () => {
  test.each([
    ['left out', '', true],
    ['"0.1.0"', 'api-version = "0.1.0"', true],
    ['"0.0.9"', 'api-version = "0.0.9"', true],
    ['"0.2.0"', 'api-version = "0.2.0"', false],
    ['"1.0.0"', 'api-version = "1.0.0"', false],
  ])('takes api-version %s', async (_what, line, fits) => {
    const folders = pluginFolders();
    folders.write(
      'a/plugin.toml',
      `name = "a"\nversion = "1.0.0"\nsource = "./index.ts"\n${line}\n`,
    );
    folders.write('a/index.ts', CODE);
    const { runtime } = startRuntime();
    const [result = expect.fail()] = right(await runtime.loadDirectory(folders.dir)());
    if (fits) expect(right(result)).toMatchObject({ plugin: 'a' });
    else expect(left(result)).toMatchObject({ _tag: 'ApiVersionMismatch' });
  });

  test('is told all that is missing in it at once', async () => {
    const folders = pluginFolders();
    folders.write('a/plugin.toml', 'exports = ["value"]\napi-version = "1"\n');
    folders.write('a/index.ts', CODE);
    const { runtime } = startRuntime();
    const [result = expect.fail()] = right(await runtime.loadDirectory(folders.dir)());
    const { message } = left(result);
    for (const part of ['name = "my-plugin"', 'version = "0.1.0"', 'source = "./index.ts"']) {
      expect(message).toContain(`missing`);
      expect(message).toContain(part);
    }
    expect(message).toContain('api-version: expected a version such as "0.1.0"');
  });
});

describe('what looks like a plugin and has no manifest', () => {
  test('is told in the stream with the lines that are missing, unless a plugin uses it', async () => {
    const folders = pluginFolders();
    folders.write('forgot/index.ts', CODE);
    folders.write('packed/package.json', '{ "name": "packed" }');
    folders.write('shared/index.ts', 'export const one = 1;');
    folders.write('empty/notes.txt', '');
    folders.plugin('a', {
      'index.ts': `import { one } from '../shared/index.js'; export const value = () => one;`,
    });
    const { runtime } = startRuntime();
    const { load } = watchPlugins(runtime, folders.dir);
    const failures: { plugin: string; message: string }[] = [];
    const running = hotReload({
      ...watchPlugins(runtime, folders.dir),
      target: runtime,
      debounce: { minMs: 5 },
    }).subscribe((event) => {
      if (event._tag === 'ReloadFailed')
        failures.push({
          plugin: event.plugin,
          message: `${event.error._tag} ${event.error.message}`,
        });
    });
    expect(load).toBeDefined();
    await eventually(() => expect(failures).toHaveLength(2));
    expect(failures).toEqual([
      {
        plugin: 'forgot',
        message: expect.stringMatching(
          /^ManifestNotFound forgot .*forgot\/plugin\.toml .*name = "forgot" {2}version = "0\.1\.0" {2}source = "\.\/index\.ts"/,
        ),
      },
      {
        plugin: 'packed',
        message: expect.stringMatching(/add "hotpipe": \{\} to packed\/package/),
      },
    ]);
    // It is loaded as soon as the lines are there.
    folders.write(
      'forgot/plugin.toml',
      'name = "forgot"\nversion = "0.1.0"\nsource = "./index.ts"',
    );
    await eventually(async () => expect(await runtime.call('forgot', 'value')).toBe(1));
    running.unsubscribe();
  });

  test('is told once under the name of the directory, where nothing in it is a plugin', async () => {
    const folders = pluginFolders();
    folders.write('plugins/single.ts', CODE);
    folders.write('plugins/empty/notes.txt', '');
    const { runtime } = startRuntime();
    const missing = runtime.missingManifests(folders.path('plugins'));
    expect(missing).toMatchObject([
      {
        _tag: 'ManifestNotFound',
        plugin: 'plugins',
        message: expect.stringMatching(/No plugin in .*single\.ts would be loaded/),
      },
    ]);
    expect(right(await runtime.loadDirectory(folders.path('plugins'))())).toEqual([]);
    const checks = right(await checkPlugins(folders.path('plugins')));
    expect(checks).toEqual([]);
  });

  test('is named by checkPlugins', async () => {
    const folders = pluginFolders();
    folders.write('forgot/index.js', CODE);
    folders.plugin('a', { 'index.ts': CODE });
    expect(right(await checkPlugins(folders.dir))).toMatchObject([
      { plugin: 'a', problems: [] },
      { plugin: 'forgot', version: null, problems: [{ _tag: 'ManifestNotFound' }] },
    ]);
  });
});

describe('loadModule', () => {
  test('loads an unchanged file under another name, and with other exports, after it was unloaded', async () => {
    const folders = pluginFolders();
    folders.write('m.ts', 'export const one = () => 1; export const two = () => 2;');
    const { runtime } = startRuntime();
    const file = folders.path('m.ts');
    right(await runtime.loadModule(file, { name: 'first', exports: ['one'] })());
    right(await runtime.unloadPlugin('first')());
    const again = await runtime.loadModule(file, { name: 'second', exports: ['two'] })();
    expect(right(again)).toMatchObject({ plugin: 'second' });
    expect(await runtime.call('second', 'two')).toBe(2);
  });

  test('serves one module of a program, with its imports, and reloads it', async () => {
    const folders = pluginFolders();
    folders.write('src/part.ts', 'export const part = 1;');
    folders.write(
      'src/server.ts',
      `import { part } from './part.js'; export const value = () => part; export const hidden = () => 2;`,
    );
    const { runtime } = startRuntime({ root: folders.dir });
    expect(right(await runtime.loadModule(folders.path('src/server.ts'))())).toEqual({
      plugin: 'server',
      version: 1,
    });
    expect(await runtime.call('server', 'value')).toBe(1);
    folders.write('src/part.ts', 'export const part = 3;');
    expect(runtime.pluginsOf(folders.path('src/part.ts'))).toEqual(['server']);
    right(await runtime.reloadPlugin('server')());
    expect(await runtime.call('server', 'value')).toBe(3);
    // Several modules of one directory, with names and exports of their own.
    const named = { name: 'web', exports: ['value'] };
    expect(right(await runtime.loadModule(folders.path('src/part.ts'), { name: 'p' })())).toEqual({
      plugin: 'p',
      version: 1,
    });
    const other = startRuntime({ root: folders.dir }).runtime;
    right(await other.loadModule(folders.path('src/server.ts'), named)());
    expect(await other.call('web', 'value')).toBe(3);
    await expect(other.call('web', 'hidden')).rejects.toMatchObject({ _tag: 'ExportMissing' });
    expect(() => other.loadModule('x.ts', { name: 'No Name' })).toThrow(/no-name/);
    expect(left(await other.loadModule(folders.path('src/none.ts'))())).toMatchObject({
      _tag: 'Io',
      message: expect.stringMatching(/src\/none\.ts: it does not exist/),
    });
    expect(
      await firstValueFrom(other.loadEach(folders.path('nothing')).pipe(toArray())),
    ).toHaveLength(1);
  });

  test('keeps its state and its name over a restart of the host, and is watched where it is', async () => {
    const folders = pluginFolders();
    folders.write('app.ts', 'export const value = () => 1;');
    folders.write('other.txt', '');
    const { runtime } = startRuntime();
    const paths: (readonly string[])[] = [];
    const watching = runtime.watchPaths$.subscribe((next) => paths.push(next));
    right(await runtime.loadModule(folders.path('app.ts'))());
    expect(paths.at(-1)).toEqual([folders.path('app.ts')]);
    watching.unsubscribe();
  });
});
