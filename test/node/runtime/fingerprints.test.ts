import { cpSync, mkdirSync, renameSync, symlinkSync, utimesSync } from 'node:fs';
import { NEVER } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { hotReload, type ReloadEvent } from '../../../src/index.js';
import {
  createModuleCompiler,
  type ModuleCompiler,
} from '../../../src/modules/compile/createModuleCompiler.js';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const FILES = {
  'index.ts':
    "import { b } from './lib/b.js';\nimport data from './data.json' with { type: 'json' };\nexport const value = () => [b, data];",
  'lib/b.ts': 'export const b = 1;',
  'data.json': '{ "n": 1 }',
};

async function fingerprintIn(dir: string, plugin = 'a'): Promise<string> {
  const { runtime } = startRuntime();
  await runtime.loadDirectory(dir)();
  const fingerprint = runtime.fingerprintOf(plugin);
  await runtime.close();
  if (fingerprint === undefined) throw new Error(`${plugin} does not serve`);
  return fingerprint;
}

describe('the fingerprint of a version', () => {
  test('is the same in another place, at another time, behind a link, and with other files beside it', async () => {
    const [one, other] = [pluginFolders(), pluginFolders()];
    one.plugin('a', FILES);
    const expected = await fingerprintIn(one.dir);
    expect(expected).toMatch(/^[0-9a-f]{64}$/);

    cpSync(one.path('a'), other.path('deep/er/a'), { recursive: true });
    utimesSync(other.path('deep/er/a/index.ts'), 1, 1);
    other.write('deep/er/a/notes.log', 'not a file of the version');
    other.write('deep/er/package.json', '{ "name": "the-host" }');
    expect(await fingerprintIn(other.path('deep/er'))).toBe(expected);

    mkdirSync(other.path('links'));
    symlinkSync(one.path('a'), other.path('links/a'));
    expect(await fingerprintIn(other.path('links'))).toBe(expected);

    renameSync(one.path('a'), one.path('renamed'));
    expect(await fingerprintIn(one.dir)).toBe(expected);
  });

  test('is in the list of plugins, while a version serves', async () => {
    const folders = pluginFolders();
    folders.plugin('a', FILES);
    folders.plugin('broken', { 'index.ts': 'export const =' });
    const lists: unknown[] = [];
    const compiler: ModuleCompiler = {
      ...createModuleCompiler('off'),
      compile: (...file) => {
        lists.push(...runtime.plugins());
        return createModuleCompiler('off').compile(...file);
      },
    };
    const { runtime } = startRuntime({ compiler });
    await runtime.loadDirectory(folders.dir)();
    const loading = { version: 0, status: 'loading', fingerprint: null };
    expect(lists).toContainEqual({ plugin: 'a', ...loading });
    const fingerprint = runtime.fingerprintOf('a');
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(runtime.plugins()).toEqual([
      { plugin: 'a', version: 1, status: 'serving', fingerprint },
      { plugin: 'broken', version: 0, status: 'failed', fingerprint: null },
    ]);
  });

  test.each([
    ['a source', 'a/lib/b.ts', 'export const b = 2;'],
    ['JSON', 'a/data.json', '{ "n": 2 }'],
    ['a comment in the manifest', 'a/plugin.toml', `${manifest('a')}# more\n`],
  ])('is another one when %s changes', async (_what, path, text) => {
    const folders = pluginFolders();
    folders.plugin('a', FILES);
    const before = await fingerprintIn(folders.dir);
    folders.write(path, text);

    expect(await fingerprintIn(folders.dir)).not.toBe(before);
  });

  test('is another one when a setting leads an import elsewhere, though all modules are the same', async () => {
    const folders = pluginFolders();
    const imports = (one: string, two: string) =>
      JSON.stringify({ imports: { '#one': `./${one}.js`, '#two': `./${two}.js` } });
    folders.plugin('a', {
      'index.js':
        "import { x } from '#one';\nimport { x as y } from '#two';\nexport const value = () => [x, y];",
      'x.js': 'export const x = 1;',
      'y.js': 'export const x = 2;',
      'package.json': imports('x', 'y'),
    });
    folders.write('a/plugin.toml', manifest('a').replace('index.ts', 'index.js'));
    const before = await fingerprintIn(folders.dir);
    folders.write('a/package.json', imports('y', 'x'));

    expect(await fingerprintIn(folders.dir)).not.toBe(before);
  });

  test('counts a module outside of the folder by its path from there', async () => {
    const of = async (shared: string) => {
      const folders = pluginFolders();
      folders.plugin('plugins/a', { 'index.ts': "export { s } from '../../shared/s.js';" });
      folders.write('plugins/a/plugin.toml', manifest('a'));
      folders.write('shared/s.ts', shared);
      return fingerprintIn(folders.path('plugins'));
    };
    const [one, same, other] = [
      await of('export const s = 1;'),
      await of('export const s = 1;'),
      await of('export const s = 2;'),
    ];

    expect(same).toBe(one);
    expect(other).not.toBe(one);
  });

  test('is the same after an edit and its undoing, when only some files are read again', async () => {
    const folders = pluginFolders();
    folders.plugin('a', FILES);
    const { runtime } = startRuntime();
    await runtime.loadDirectory(folders.dir)();
    const first = runtime.fingerprintOf('a');
    folders.write('a/lib/b.ts', 'export const b = 2;');
    const second = right(await runtime.reloadPlugin('a')());
    folders.write('a/lib/b.ts', FILES['lib/b.ts']);
    const third = right(await runtime.reloadPlugin('a')());

    expect(second.fingerprint).not.toBe(first);
    expect([third.to, third.fingerprint, runtime.fingerprintOf('a')]).toEqual([3, first, first]);
  });

  test.each([
    ['does not compile', { 'lib/b.ts': 'export const b = ;' }, 'CompilationFailed'],
    ['throws', { 'lib/b.ts': "throw new Error('no'); export const b = 1;" }, 'EvaluationFailed'],
    ['has no valid manifest', { 'plugin.toml': 'name = 7' }, 'ManifestInvalid'],
  ])(
    'of a version that %s is in its failure, and depends on its files alone',
    async (_what, broken, tag) => {
      const fail = async (more: Readonly<Record<string, string>> = {}) => {
        const folders = pluginFolders();
        folders.plugin('a', FILES);
        const { runtime } = startRuntime();
        await runtime.loadDirectory(folders.dir)();
        for (const [file, text] of Object.entries({ ...broken, ...more })) {
          folders.write(`a/${file}`, text);
        }
        return left(await runtime.reloadPlugin('a')());
      };
      const [one, same] = [await fail(), await fail()];

      expect(one).toMatchObject({
        _tag: tag,
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      });
      expect(same.fingerprint).toBe(one.fingerprint);
      const [[file = '', text = ''] = []] = Object.entries(broken);
      expect((await fail({ [file]: `${text}\n` })).fingerprint).not.toBe(one.fingerprint);
    },
  );

  test('is in the events of a pipeline, from the first load to a way back', async () => {
    const folders = pluginFolders();
    folders.plugin('a', FILES);
    const { runtime } = startRuntime();
    const events: ReloadEvent[] = [];
    const running = hotReload({
      source$: NEVER,
      target: runtime,
      load: runtime.loadEach(folders.dir),
    }).subscribe((event) => events.push(event));
    onTestFinished(() => running.unsubscribe());
    await vi.waitFor(() => expect(events).toHaveLength(1), { timeout: 25_000 });
    const fingerprint = runtime.fingerprintOf('a');
    expect(events).toMatchObject([{ _tag: 'Loaded', version: 1, changes: [], fingerprint }]);

    folders.write('a/lib/b.ts', 'export const b = 2;');
    right(await runtime.reloadPlugin('a')());
    right(await runtime.replacePlugin('a', 1)());
    expect(events.at(-1)).toMatchObject({ _tag: 'RolledBack', from: 2, to: 1, fingerprint });
  });
});
