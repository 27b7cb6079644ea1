import { mkdirSync, symlinkSync } from 'node:fs';
import { dirname, sep } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { hotReload, PluginRuntime, presets, watchPlugins } from '../../../src/index.js';
import { createModuleCompiler } from '../../../src/modules/buildGraph.js';
import {
  left,
  manifest,
  type PluginFolders,
  pluginFolders,
  right,
  startRuntime,
} from '../runtime/pluginFolders.js';

const FIELD = `class A { constructor() { (this as any).i(); } } class B extends A { x?: number; i() { this.x = 5; } } export const value = () => new B().x ?? null;`;
const ASSIGNS = '{"compilerOptions":{"useDefineForClassFields":false}}';

function link(folders: PluginFolders, path: string, target: string): void {
  mkdirSync(dirname(folders.path(path)), { recursive: true });
  symlinkSync(folders.path(target), folders.path(path));
}

async function started(folders: PluginFolders, name = 'p') {
  const { runtime } = startRuntime({ root: folders.dir });
  right(await runtime.loadManifest(folders.path(name))());
  const reload = async () => {
    right(await runtime.reloadPlugin(name)());
    return runtime.call(name, 'value');
  };
  return { runtime, reload, watched: () => firstValueFrom(runtime.watchPaths$) };
}

describe('tsconfig.json', () => {
  test('above the folder, and what it extends: watched, and an edit concerns the plugin', async () => {
    const folders = pluginFolders();
    folders.write('tsconfig.json', '{"extends":"./conf/base.json"}');
    folders.write('conf/base.json', '{}');
    folders.plugin('p', { 'index.ts': FIELD });
    const { runtime, reload, watched } = await started(folders);
    expect(await runtime.call('p', 'value')).toBeNull();
    expect(await watched()).toEqual(
      expect.arrayContaining([folders.path('tsconfig.json'), folders.path('conf/base.json')]),
    );
    folders.write('conf/base.json', ASSIGNS);
    expect(runtime.pluginsOf(folders.path('conf/base.json'))).toEqual(['p']);
    expect(runtime.staleFiles([folders.path('conf')])).toEqual([
      { path: folders.path('conf/base.json'), change: 'Modified' },
    ]);
    expect(await reload()).toBe(5);
    expect(runtime.pluginsOf(folders.path('tsconfig.json'))).toEqual(['p']);
    expect(runtime.pluginsOf(folders.path('conf/other.json'))).toEqual([]);
  });

  test('one that appears nearer concerns the plugin, also while a wrong one keeps it from loading', async () => {
    const folders = pluginFolders();
    folders.write('tsconfig.json', '{ "compilerOptions": 5 }');
    folders.plugin('p', { 'index.ts': FIELD });
    const { runtime } = startRuntime({ root: folders.dir });
    const failure = left(await runtime.loadManifest(folders.path('p'))());
    expect(failure).toMatchObject({
      _tag: 'CompilationFailed',
      file: 'tsconfig.json',
      line: 1,
      column: 22,
    });
    expect(failure.message).toBe('tsconfig.json:1:22: compilerOptions is not an object.');
    expect(runtime.pluginsOf(folders.path('p/tsconfig.json'))).toEqual(['p']);
    folders.write('p/tsconfig.json', ASSIGNS);
    right(await runtime.reloadPlugin('p')());
    expect(await runtime.call('p', 'value')).toBe(5);
  });

  test('one that appears in a directory above that nothing else watches reloads the plugin', async () => {
    const folders = pluginFolders();
    folders.write('plugins/deep/p/plugin.toml', manifest('p'));
    folders.write('plugins/deep/p/index.ts', FIELD);
    const runtime = new PluginRuntime();
    const subscription = hotReload({
      ...presets.development,
      ...watchPlugins(runtime, folders.path('plugins/deep'), { backend: 'nodeFs' }),
      target: runtime,
    }).subscribe();
    onTestFinished(async () => {
      subscription.unsubscribe();
      await runtime.close();
    });
    const answers = (wanted: unknown) =>
      vi.waitFor(async () => expect(await runtime.call('p', 'value')).toBe(wanted), 20_000);
    await answers(null);
    folders.write('tsconfig.json', ASSIGNS);
    await answers(5);
    folders.write('plugins/tsconfig.json', '{}');
    await answers(null);
    folders.remove('plugins/tsconfig.json');
    await answers(5);
  }, 90_000);

  describe.each(['in-process', 'worker'] as const)('paths of require, %s', (mode) => {
    test('lead as those of imports do, also computed ones, and reload', async () => {
      const folders = pluginFolders();
      folders.plugin('p', {
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            paths: { '@/*': ['./near/*', './src/*'], path: ['./src/path.ts'] },
            rootDirs: ['.', './made'],
            moduleSuffixes: ['.native', ''],
          },
        }),
        'index.ts': `import { v } from './all.cjs'; export const value = () => v('x');`,
        'all.cjs': `exports.v = (name) => [require('@/x').x, require('@/' + name).x, require('path').own, require('./below').b, require('node:path').sep];`,
        'src/x.ts': `export const x = 1;`,
        'src/path.ts': `export const own = 'mine';`,
        'made/below.native.ts': `export const b = 'native';`,
        'made/below.ts': `export const b = 'plain';`,
      });
      const { runtime } = startRuntime({ root: folders.dir, mode });
      right(await runtime.loadManifest(folders.path('p'))());
      const value = async () => {
        right(await runtime.reloadPlugin('p')());
        return runtime.call('p', 'value');
      };
      expect(await runtime.call('p', 'value')).toEqual([1, 1, 'mine', 'native', sep]);
      folders.write('p/src/x.ts', `export const x = 2;`);
      expect(await value()).toEqual([2, 2, 'mine', 'native', sep]);
      expect(runtime.pluginsOf(folders.path('p/near/x.ts'))).toEqual(['p']);
      folders.write('p/near/x.ts', `export const x = 3;`);
      expect(await value()).toEqual([3, 3, 'mine', 'native', sep]);
      folders.remove('p/made/below.native.ts');
      expect(await value()).toEqual([3, 3, 'mine', 'plain', sep]);
    });
  });

  test('an edit that changes nothing for the plugin is no new version', async () => {
    const folders = pluginFolders();
    folders.plugin('p', { 'index.ts': FIELD, 'tsconfig.json': ASSIGNS });
    const { runtime } = await started(folders);
    folders.write(
      'p/tsconfig.json',
      `// only a comment\n${ASSIGNS.replace('{"comp', '{"files":["index.ts"],"comp')}`,
    );
    expect(right(await runtime.reloadPlugin('p')())).toMatchObject({ from: 1, to: 1 });
  });

  test('a wrong one does not concern JavaScript', async () => {
    const folders = pluginFolders();
    folders.plugin('p', { 'index.ts': '', 'tsconfig.json': '{ wrong' });
    folders.write('p/index.js', `export const value = () => 1;`);
    folders.write(
      'p/plugin.toml',
      'name = "p"\nversion = "1.0.0"\napi-version = { major = 0, minor = 1, patch = 0 }\nsource = "./index.js"\n',
    );
    const { runtime } = await started(folders);
    expect(await runtime.call('p', 'value')).toBe(1);
  });

  test('stacks of a file with older decorators name the lines of the source', async () => {
    const folders = pluginFolders();
    folders.plugin('p', {
      'tsconfig.json':
        '{"compilerOptions":{"experimentalDecorators":true,"emitDecoratorMetadata":true}}',
      'index.ts': `const d: any = () => {};\n\n@d export class A {\n  @d static first = 1;\n  @d m(@d x: string) {\n    throw new Error(x);\n  }\n}\nexport const value = () => {\n  try { new A().m('here'); } catch (e) { return (e as Error).stack; }\n};`,
    });
    const { runtime } = await started(folders);
    const stack = String(await runtime.call('p', 'value'));
    expect(stack).toContain(`${folders.path('p/index.ts')}:6:11`);
    expect(stack).toContain(`${folders.path('p/index.ts')}:10:`);
  });

  test('an error of a decorator is told at its line, with one dot at the end', async () => {
    const folders = pluginFolders();
    folders.plugin('p', {
      'tsconfig.json': '{"compilerOptions":{"experimentalDecorators":true}}',
      'index.ts': `const d: any = () => { throw new TypeError('not here.'); };\n\n@d\nclass A {}\nexport const value = () => A;`,
    });
    const { runtime } = startRuntime({ root: folders.dir });
    const failure = left(await runtime.loadManifest(folders.path('p'))());
    expect(failure.message).toMatch(/^p\/index\.ts:1:30: .*TypeError: not here\.$/);
  });

  test('a decorator at a parameter without the setting says which setting it needs', async () => {
    const folders = pluginFolders();
    folders.plugin('p', {
      'index.ts': `const d: any = () => {};\nclass A { constructor(@d x: string) {} }\nexport const value = () => A;`,
    });
    const { runtime } = startRuntime({ root: folders.dir });
    const { message } = left(await runtime.loadManifest(folders.path('p'))());
    expect(message).toBe(
      `p/index.ts:2:23: only TypeScript's older decorators can stand here: set "experimentalDecorators": true in tsconfig.json.`,
    );
  });

  test.each([
    ['namespace N { export let x = 1 }', 'namespaces that export variables'],
    ['class A { accessor x = 1 }', 'accessor fields'],
  ])('without TypeScript, %s says what to install', async (source, what) => {
    const compiler = createModuleCompiler('leave', () => Promise.reject(new Error('not there')));
    expect(await compiler.compile('/a/index.ts', `// first\n${source}`)).toMatchObject({
      left: [{ line: 2, reason: expect.stringContaining(`${what} need the package typescript`) }],
    });
  });
});

describe('a package of one’s own', () => {
  test('is watched where it really is, and its edits concern the plugin: sources and package.json', async () => {
    const folders = pluginFolders();
    folders.write(
      'packages/w/package.json',
      '{"name":"@my/w","type":"module","exports":"./src/i.ts"}',
    );
    folders.write('packages/w/src/i.ts', `export { x } from './x.js';`);
    folders.write('packages/w/src/x.ts', `enum E { A = 1 } export const x = E.A;`);
    folders.plugin('p', { 'index.ts': `import { x } from '@my/w'; export const value = () => x;` });
    link(folders, 'node_modules/@my/w', 'packages/w');
    const { runtime, reload, watched } = await started(folders);
    expect(await runtime.call('p', 'value')).toBe(1);
    const paths = ['package.json', 'src/i.ts', 'src/x.ts'].map((file) =>
      folders.path(`packages/w/${file}`),
    );
    expect(await watched()).toEqual(expect.arrayContaining(paths));
    for (const path of paths) expect(runtime.pluginsOf(path), path).toEqual(['p']);
    folders.write('packages/w/src/x.ts', `enum E { A = 2 } export const x = E.A;`);
    expect(await reload()).toBe(2);
  });

  test('a source that appears beside what was compiled from it concerns the plugin, outside of its folder too', async () => {
    const folders = pluginFolders();
    folders.write('shared/lib.js', `export const x = 'compiled';`);
    folders.plugin('p', {
      'index.ts': `import { x } from '../shared/lib.js'; export const value = () => x;`,
    });
    const { runtime, reload, watched } = await started(folders);
    expect(await runtime.call('p', 'value')).toBe('compiled');
    expect(runtime.pluginsOf(folders.path('shared/lib.ts'))).toEqual(['p']);
    expect(await watched()).toContain(folders.path('shared'));
    folders.write('shared/lib.ts', `export const x: string = 'source';`);
    expect(await reload()).toBe('source');
  });
});
