import { right as rightOf } from 'fp-ts/lib/Either.js';
import { some } from 'fp-ts/lib/Option.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { PluginFolders } from './pluginFolders.js';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const CODE = 'export const value = () => 1;';

function lay(
  folders: PluginFolders,
  name: string,
  version: string,
  needs: Readonly<Record<string, string>> = {},
) {
  const entries = Object.entries(needs).map(([plugin, range]) => `${plugin} = "${range}"`);
  const text = manifest(
    name,
    entries.length === 0 ? '' : `dependencies = { ${entries.join(', ')} }`,
  );
  folders.write(`${name}/plugin.toml`, text.replace('1.0.0', version));
  folders.write(`${name}/index.ts`, CODE);
}

describe('dependencies between plugins', () => {
  test('are loaded first, whatever their names, and once each', async () => {
    const folders = pluginFolders();
    const log: string[] = [];
    Reflect.set(globalThis, 'log', log);
    for (const [name, needs] of [
      ['a', { m: '^1.0.0', z: '*' }],
      ['m', { z: '>=1' }],
      ['z', {}],
    ] as const) {
      lay(folders, name, '1.0.0', needs);
      folders.write(
        `${name}/index.ts`,
        `export const start = () => { globalThis.log.push('${name}'); };`,
      );
    }
    const { runtime } = startRuntime();

    expect(right(await runtime.loadDirectory(folders.dir)()).map(right)).toEqual(
      ['a', 'm', 'z'].map((plugin) => ({ plugin, version: 1 })),
    );
    expect(log).toEqual(['z', 'm', 'a']);
    Reflect.deleteProperty(globalThis, 'log');
  });

  test('report the state that they started from, also when the load of another plugin loaded them', async () => {
    const folders = pluginFolders();
    lay(folders, 'a', '1.0.0', { z: '*' });
    lay(folders, 'z', '1.0.0');
    folders.write('z/index.ts', 'export const restoreState = () => {};');
    const { runtime } = startRuntime({
      store: {
        save: (record) => async () => rightOf({ ...record, seq: 1 }),
        load: (plugin) => async () =>
          rightOf(some({ plugin, seq: 1, schema: 1, codeHash: '', state: [] })),
      },
    });

    expect(right(await runtime.loadDirectory(folders.dir)())).toMatchObject([
      { right: { plugin: 'a' } },
      { right: { plugin: 'z', restored: { bytes: 2 } } },
    ]);
  });

  test.each([
    ['that is not there', {}, 'no plugin of that name serves'],
    ['of another version', { b: '2.0.0' }, '2.0.0 serves'],
    ['that fails to load', { b: 'broken' }, 'no plugin of that name serves'],
  ])(
    'one %s: the plugin does not serve, and the error says why',
    async (_, others: Readonly<Record<string, string>>, found) => {
      const folders = pluginFolders();
      lay(folders, 'a', '1.0.0', { b: '^1.0.0' });
      for (const [name, version] of Object.entries(others)) lay(folders, name, version);
      const { runtime } = startRuntime();

      expect(right(await runtime.loadDirectory(folders.dir)())[0]).toMatchObject({
        left: {
          _tag: 'ManifestInvalid',
          plugin: 'a',
          line: 5,
          problems: [
            `dependencies.b: needs "b" ^1.0.0, and ${found}; load one that fits, or change the range`,
          ],
        },
      });
    },
  );

  test('a cycle is reported with its path, and none of its plugins serves', async () => {
    const folders = pluginFolders();
    lay(folders, 'a', '1.0.0', { b: '*' });
    lay(folders, 'b', '1.0.0', { c: '*' });
    lay(folders, 'c', '1.0.0', { a: '*' });
    lay(folders, 'own', '1.0.0', { own: '*' });
    const { runtime } = startRuntime();
    const problems = right(await runtime.loadDirectory(folders.dir)()).map(
      (load) => left(load).message,
    );

    expect(problems).toEqual([
      expect.stringContaining('dependencies.b: depends on itself: a → b → c → a'),
      expect.stringContaining('dependencies.c: depends on itself: b → c → a → b'),
      expect.stringContaining('dependencies.a: depends on itself: c → a → b → c'),
      expect.stringContaining('dependencies.own: depends on itself: own → own'),
    ]);
  });

  test('a new version that a serving dependant cannot use is refused, and the old version serves on', async () => {
    const folders = pluginFolders();
    lay(folders, 'a', '1.0.0', { b: '^1.0.0' });
    lay(folders, 'b', '1.0.0');
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    lay(folders, 'b', '2.0.0');

    expect(left(await runtime.reloadPlugin('b')())).toMatchObject({
      _tag: 'ManifestInvalid',
      plugin: 'b',
      line: 2,
      problems: ['version: "a" serves and needs ^1.0.0; widen its range before this goes to 2.0.0'],
    });
    lay(folders, 'b', '1.5.0');
    expect(right(await runtime.reloadPlugin('b')())).toMatchObject({ from: 1, to: 2 });
  });

  test.each([['a'], ['b']])(
    'both change together: they go live also when %s is reloaded first',
    async (first) => {
      const folders = pluginFolders();
      lay(folders, 'a', '1.0.0', { b: '^1.0.0' });
      lay(folders, 'b', '1.0.0');
      const { runtime } = startRuntime();
      right(await runtime.loadDirectory(folders.dir)());
      lay(folders, 'a', '1.0.0', { b: '^2.0.0' });
      lay(folders, 'b', '2.0.0');
      for (const plugin of [first, 'a', 'b']) right(await runtime.reloadPlugin(plugin)());

      expect(runtime.plugins()).toMatchObject([
        { plugin: 'a', version: 2, status: 'serving' },
        { plugin: 'b', version: 2, status: 'serving' },
      ]);
    },
  );

  test.each([
    ['a', 'b', { plugin: 'a', message: 'needs "b" ^1.0.0, and 2.0.0 serves' }],
    ['b', 'a', { plugin: 'b', message: '"a" serves and needs ^1.0.0' }],
  ])(
    'two that do not fit go live at the same time: %s, which comes later than %s, is refused',
    async (later, sooner, { plugin, message }) => {
      const folders = pluginFolders();
      lay(folders, 'b', '1.0.0');
      const { runtime } = startRuntime();
      right(await runtime.loadDirectory(folders.dir)());
      let goOn = () => {};
      const turn = new Promise<void>((resolve) => (goOn = resolve));
      let starts = () => {};
      const started = new Promise<void>((resolve) => (starts = resolve));
      Reflect.set(globalThis, 'gate', { turn, starts: () => starts() });
      onTestFinished(() => void Reflect.deleteProperty(globalThis, 'gate'));
      lay(folders, 'a', '1.0.0', { b: '^1.0.0' });
      lay(folders, 'b', '2.0.0');
      folders.write(
        `${later}/index.ts`,
        `${CODE} export const start = () => { globalThis.gate.starts(); return globalThis.gate.turn; };`,
      );
      const live = (name: string) =>
        name === 'a' ? runtime.loadManifest(folders.path('a'))() : runtime.reloadPlugin('b')();

      const ends = live(later);
      await started;
      const soonerEnd = await live(sooner);
      goOn();
      right<unknown>(soonerEnd);
      const failure = left<unknown>(await ends);
      expect(failure).toMatchObject({ _tag: 'ManifestInvalid', plugin });
      expect(failure.message).toContain(message);
      const versions = runtime
        .plugins()
        .flatMap(({ plugin, version }) => (version > 0 ? [`${plugin} ${version}`] : []));
      expect(versions.sort()).toEqual(later === 'a' ? ['b 2'] : ['a 1', 'b 1']);
    },
  );

  test('a change of a plugin also reloads the plugin that waits for it', async () => {
    const folders = pluginFolders();
    lay(folders, 'a', '1.0.0', { b: '*' });
    const { runtime } = startRuntime();
    left(right(await runtime.loadDirectory(folders.dir)())[0]!);
    lay(folders, 'b', '1.0.0');

    expect(runtime.pluginsOf(folders.path('b/plugin.toml'))).toEqual(['b', 'a']);
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 0, to: 1 });
    expect(runtime.pluginsOf(folders.path('b/plugin.toml'))).toEqual(['b']);
    expect(right(await runtime.reloadPlugin('b')())).toMatchObject({ from: 1, to: 1 });
  });

  test('a change also reloads those that wait indirectly, in order, and each starts once', async () => {
    const folders = pluginFolders();
    const log: string[] = [];
    Reflect.set(globalThis, 'log', log);
    onTestFinished(() => void Reflect.deleteProperty(globalThis, 'log'));
    const needs = { a: { b: '*', d: '*' }, b: { c: '*' }, d: { b: '*', c: '*' }, c: {}, e: {} };
    const layLogged = (name: string, wanted: Readonly<Record<string, string>>) => {
      lay(folders, name, '1.0.0', wanted);
      const start = `export const start = () => { globalThis.log.push('${name}'); };`;
      folders.write(`${name}/index.ts`, start);
    };
    for (const [name, wanted] of Object.entries(needs)) if (name !== 'c') layLogged(name, wanted);
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    expect(log).toEqual(['e']);
    layLogged('c', needs.c);
    const concerned = runtime.pluginsOf(folders.path('c/plugin.toml'));

    expect(concerned).toEqual(['c', 'b', 'd', 'a']);
    const reloads = concerned.map((name) => runtime.reloadPlugin(name)());
    for (const reload of await Promise.all(reloads)) right(reload);
    expect(log).toEqual(['e', 'c', 'b', 'd', 'a']);
    expect(runtime.pluginsOf(folders.path('c/plugin.toml'))).toEqual(['c']);
  });

  test('one that waits for a plugin of a cycle goes live when the cycle is fixed', async () => {
    const folders = pluginFolders();
    lay(folders, 'a', '1.0.0', { z: '*' });
    lay(folders, 'm', '1.0.0', { z: '*' });
    lay(folders, 'z', '1.0.0', { a: '*' });
    const { runtime } = startRuntime();
    for (const load of right(await runtime.loadDirectory(folders.dir)())) left(load);
    const concerned = runtime.pluginsOf(folders.path('a/plugin.toml'));
    expect(concerned).toEqual(['a', 'z', 'm']);
    // Still a cycle: each fails once, and the reload ends.
    const failed = await Promise.all(concerned.map((name) => runtime.reloadPlugin(name)()));
    for (const reload of failed) left(reload);
    lay(folders, 'a', '1.0.0');

    const reloads = concerned.map((name) => runtime.reloadPlugin(name)());
    for (const reload of await Promise.all(reloads)) right(reload);
  });

  test('a file outside of the folders also concerns those that wait for a plugin that uses it', async () => {
    const folders = pluginFolders();
    lay(folders, 'plugins/a', '1.0.0');
    folders.write('plugins/a/plugin.toml', manifest('a', 'dependencies = { b = "*" }'));
    folders.write('plugins/b/plugin.toml', manifest('b'));
    folders.write('plugins/b/index.ts', `export { value } from '../../shared.ts';`);
    folders.write('shared.ts', 'export const value = ;');
    const { runtime } = startRuntime();
    for (const load of right(await runtime.loadDirectory(folders.path('plugins'))())) left(load);

    expect(runtime.pluginsOf(folders.path('shared.ts'))).toEqual(['b', 'a']);
  });

  test('a dependency that fails is tried once, also when several dependencies need it', async () => {
    const folders = pluginFolders();
    const log: string[] = [];
    Reflect.set(globalThis, 'log', log);
    onTestFinished(() => void Reflect.deleteProperty(globalThis, 'log'));
    lay(folders, 'a', '1.0.0', { b: '*', c: '*', x: '*' });
    lay(folders, 'b', '1.0.0', { x: '*' });
    lay(folders, 'c', '1.0.0', { x: '*' });
    lay(folders, 'x', '1.0.0');
    folders.write('x/index.ts', `globalThis.log.push('x'); throw new Error('broken');`);
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());
    log.length = 0;

    left(await runtime.reloadPlugin('a')());
    expect(log).toEqual(['x']);
  });
});
