import { fileURLToPath } from 'node:url';
import { defer } from 'rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { watchPlugins } from '../../../src/pipeline/watchPlugins.js';
import { PluginRuntime } from '../../../src/runtime/index.js';
import { TalkingChild } from '../../faults/support/TalkingChild.js';
import { left, type PluginFolders, pluginFolders, right, startRuntime } from './pluginFolders.js';

const LIMIT_MS = 25_000;
const HOST = fileURLToPath(new URL('../../fixtures/runtime/sharingHost.mjs', import.meta.url));
const DB = `export const opened = [];
export function open(name) { opened.push(name); return opened.length; }`;
const user = (name: string, version: number) => `import { open } from '../../shared/db.mjs';
import '../../shared/own.mjs';
export const count = () => open('${name} ${version}');
export const version = () => ${version};`;

function startHost(folders: PluginFolders, mode: string, shared: string): TalkingChild {
  const host = new TalkingChild(HOST, [folders.dir, mode, shared]);
  onTestFinished(async () => void (await host.kill()));
  return host;
}

function sharing(): PluginFolders {
  const folders = pluginFolders();
  folders.write('shared/db.mjs', DB);
  folders.write('shared/own.mjs', 'export {};');
  for (const name of ['a', 'b']) folders.plugin(`plugins/${name}`, { 'index.ts': user(name, 1) });
  for (const name of ['a', 'b']) {
    folders.write(`plugins/${name}/plugin.toml`, manifestOf(name));
  }
  return folders;
}

function manifestOf(name: string): string {
  return `name = "${name}"\nversion = "1.0.0"\nsource = "./index.ts"\napi-version = { major = 0, minor = 1, patch = 0 }\n`;
}

describe('shared', () => {
  test('is one instance for the host and all versions of its plugins; an edit is told once', async () => {
    const folders = sharing();
    const host = startHost(folders, 'in-process', 'shared/db.mjs');
    await host.hears({ _tag: 'Loaded', plugin: 'a' });
    await host.hears({ _tag: 'Loaded', plugin: 'b' });
    expect(await host.ask('call a count')).toBe(1);
    expect(await host.ask('call b count')).toBe(2);
    folders.write('plugins/a/index.ts', user('a', 2));
    await host.hears({ _tag: 'Reloaded', plugin: 'a' });
    expect(await host.ask('call a count')).toBe(3);
    expect(await host.ask('own')).toBe(3);

    folders.write('shared/db.mjs', `${DB}\n// edited`);
    expect(await host.hears({ _tag: 'RestartNeeded' })).toMatchObject({
      paths: ['shared/db.mjs'],
      reason: expect.stringContaining('until it is started again'),
    });
    folders.write('shared/db.mjs', `${DB}\n// edited again`);
    folders.write('shared/own.mjs', 'export const x = 1;');
    await host.hears({ _tag: 'Reloaded', plugin: 'b' });
    await host.hears({ _tag: 'Reloaded', plugin: 'a', to: 3 });
    folders.write('plugins/a/index.ts', user('a', 3));
    await host.hears({ _tag: 'Reloaded', plugin: 'a', to: 4 });
    expect(await host.ask('call a count')).toBe(4);
    expect(await host.ask('own')).toBe(4);
  });

  test('can be asked for without telling that the file has changed', async () => {
    const folders = sharing();
    const { runtime } = startRuntime({ root: folders.dir, shared: ['shared/db.mjs'] });
    const restarts: unknown[] = [];
    runtime.events$.subscribe((event) => {
      if (event._tag === 'RestartNeeded') restarts.push(event.paths);
    });
    const db = folders.path('shared/db.mjs');
    expect(runtime.isShared(db)).toBe(false);
    await runtime.loadManifest(folders.path('plugins/a'))();
    folders.write('shared/db.mjs', `${DB}\n// edited`);

    expect(runtime.isShared(db)).toBe(true);
    expect(runtime.isShared(folders.path('shared/own.mjs'))).toBe(false);
    expect(restarts).toEqual([]);
    expect(runtime.pluginsOf(db)).toEqual([]);
    expect(restarts).toEqual([['shared/db.mjs']]);
  });

  test('a save of such a file is not told as one that nobody uses', async () => {
    const folders = sharing();
    const { runtime } = startRuntime({ root: folders.dir, shared: ['shared/db.mjs'] });
    const ignored: string[] = [];
    const events$ = hotReload({
      ...watchPlugins(runtime, folders.dir, {
        load: defer(runtime.loadManifest(folders.path('plugins/a'))),
        onIgnored: ({ path }) => ignored.push(path),
      }),
      target: runtime,
    });
    const told = new Set<string>();
    const pipeline = events$.subscribe(({ _tag }) => told.add(_tag));
    onTestFinished(() => pipeline.unsubscribe());
    await expect.poll(() => told, { timeout: LIMIT_MS }).toContain('Loaded');
    folders.write('shared/db.mjs', `${DB}\n// edited`);
    folders.write('shared/of-nobody.mjs', 'export {};');
    await expect.poll(() => told, { timeout: LIMIT_MS }).toContain('RestartNeeded');
    await expect
      .poll(() => ignored, { timeout: LIMIT_MS })
      .toContain(folders.path('shared/of-nobody.mjs'));

    expect(ignored).not.toContain(folders.path('shared/db.mjs'));
  });

  test('is refused in a worker, with what to do instead', async () => {
    const folders = sharing();
    const { runtime } = startRuntime({
      mode: 'worker',
      root: folders.dir,
      shared: ['shared/*.mjs'],
    });
    const loaded = await runtime.loadManifest(folders.path('plugins/a'))();

    expect(loaded).toMatchObject({
      left: {
        _tag: 'CompilationFailed',
        line: 1,
        message: expect.stringMatching(
          /"\.\.\/\.\.\/shared\/db\.mjs" is shared with the host.*mode = "in-process"/,
        ),
      },
    });
    folders.write(
      'plugins/a/index.ts',
      "export const v = (name = 'db') => import(`../../shared/${name}.mjs`).then(() => 'loaded', String);",
    );
    expect(await runtime.loadManifest(folders.path('plugins/a'))()).toMatchObject({
      _tag: 'Right',
    });
    expect(await runtime.call('a', 'v')).toMatch(/is shared with the host/);
  });

  test.each([
    [{ shared: [''] }, 'shared has a pattern of 0 characters'],
    [{ shared: Array.from({ length: 101 }, () => 'a') }, 'shared has 101 patterns'],
  ])('throws for what cannot be: %j', (options, message) => {
    expect(() => new PluginRuntime(options)).toThrow(message);
  });
});

describe('provide', () => {
  const source = `let host;
export const start = (ctx) => { host = ctx.host; };
export const isIt = (given) => host.connection === given;
export const names = () => Object.keys(host);
export const write = () => { host.more = 1; };`;

  test('gives each plugin in process the very objects', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': source });
    const connection = { query: () => 1 };
    const { runtime } = startRuntime({ provide: { connection } });
    await runtime.loadManifest(folders.path('a'))();

    expect(await runtime.call('a', 'isIt', connection)).toBe(true);
    expect(await runtime.call('a', 'names')).toEqual(['connection']);
    await expect(runtime.call('a', 'write')).rejects.toThrow(TypeError);
  });

  test('in a worker, reading it throws, and says what to do', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': source });
    folders.plugin('b', {
      'index.ts': 'export const start = (ctx) => { ctx.host.connection.query(); };',
    });
    const { runtime } = startRuntime({ mode: 'worker', provide: { connection: {} } });
    await runtime.loadManifest(folders.path('a'))();

    await expect(runtime.call('a', 'isIt', {})).rejects.toThrow(
      /ctx\.host\.connection: a runs in a worker/,
    );
    expect(await runtime.loadManifest(folders.path('b'))()).toMatchObject({
      left: { _tag: 'LifecycleFailed', message: expect.stringContaining('mode = "in-process"') },
    });
  });
});

describe('a package that keeps what it was given by name', () => {
  const register = (version: number, mode = '') => ({
    'plugin.toml': `${manifestOf('p')}${mode}`,
    'index.ts': `import { register } from 'registry';\nregister('users');\nexport const version = () => ${version};`,
  });
  const laid = (mode?: string): PluginFolders => {
    const folders = pluginFolders();
    folders.write(
      'node_modules/registry/package.json',
      '{ "name": "registry", "main": "index.js" }',
    );
    folders.write(
      'node_modules/registry/index.js',
      'const names = new Set();\nexports.register = (name) => {\n  if (names.has(name)) throw new Error(`${name} is already registered.`);\n  names.add(name);\n};\n',
    );
    folders.plugin('p', register(1, mode));
    return folders;
  };

  test('refuses the name of the next version, and the failure says why and what to do', async () => {
    const folders = laid();
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('p'))());
    folders.write('p/index.ts', register(2)['index.ts']);
    const failed = left(await runtime.reloadPlugin('p')());
    expect(failed).toMatchObject({ _tag: 'EvaluationFailed', file: 'p/index.ts', line: 2 });
    expect(failed.message).toContain(
      'users is already registered. The package "registry" is one for all versions, and has what an earlier one gave to it',
    );
    expect(await runtime.call('p', 'version')).toBe(1);
  });

  test('does not know of the version before in a thread', async () => {
    const folders = laid('mode = "worker"\n');
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('p'))());
    folders.write('p/index.ts', register(2)['index.ts']);
    right(await runtime.reloadPlugin('p')());
    expect(await runtime.call('p', 'version')).toBe(2);
  });

  test('is not blamed for what the first version does', async () => {
    const folders = laid();
    folders.write('p/index.ts', `${register(1)['index.ts']}\nregister('users');`);
    const { runtime } = startRuntime();
    const failed = left(await runtime.loadManifest(folders.path('p'))());
    expect(failed.message).toMatch(/users is already registered\.$/);
  });
});
