import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, test, vi } from 'vitest';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import { diskFiles } from '../../../src/modules/adapters/diskFiles.js';
import { type PluginFiles, PluginRuntime } from '../../../src/runtime/index.js';
import type { AttemptSight } from '../../../src/runtime/registry/Attempts.js';
import type { PluginFolders } from './pluginFolders.js';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const CODE = 'export const value = () => 1;';
const instead = (key: string, line: string) =>
  manifest('bad').replace(new RegExp(`^${key} = .*$`, 'm'), line);
const json = (more: object) =>
  JSON.stringify({
    name: 'bad',
    version: '1.0.0',
    'api-version': { major: 0, minor: 1, patch: 0 },
    source: './index.ts',
    ...more,
  });

interface BadInput {
  readonly input: string;
  /** Writes the folder `bad`. */
  readonly lay: (folders: PluginFolders) => void;
  readonly error: Readonly<Record<string, unknown>>;
}

function toml(text: string) {
  return (folders: PluginFolders) => {
    folders.write('bad/plugin.toml', text);
    folders.write('bad/index.ts', CODE);
  };
}

const inputs: readonly BadInput[] = [
  {
    input: 'a manifest that is not TOML',
    lay: toml('name = "bad"\nversion = \n'),
    error: {
      _tag: 'ManifestInvalid',
      file: 'bad/plugin.toml',
      line: 2,
      problems: ['invalid value'],
    },
  },
  {
    input: 'an array that never ends, which older parsers never finished',
    lay: toml('a=[1 #'),
    error: { _tag: 'ManifestInvalid', line: 1, column: 7 },
  },
  {
    input: 'a manifest that is not JSON',
    lay: (folders) => {
      folders.write('bad/plugin.json', '{\n  "name": "bad",\n  "version": }\n');
      folders.write('bad/index.ts', CODE);
    },
    error: { _tag: 'ManifestInvalid', file: 'bad/plugin.json', line: 3, column: 14 },
  },
  {
    input: 'an empty manifest',
    lay: toml(''),
    error: {
      _tag: 'ManifestInvalid',
      problems: [
        expect.stringMatching(/^name: missing.*add the line {2}name = "my-plugin"$/),
        expect.stringMatching(/^version: missing/),
        expect.stringMatching(/^source: missing/),
      ],
    },
  },
  {
    input: 'an unknown key',
    lay: toml(manifest('bad', 'verison = "1.0.0"')),
    error: {
      _tag: 'ManifestInvalid',
      line: 5,
      column: 1,
      frame: expect.stringContaining('> 5 | verison = "1.0.0"\n    | ^'),
      problems: ['verison: unknown key; did you mean "version"?'],
      message:
        'bad/plugin.toml:5:1: the manifest is not valid: verison: unknown key; did you mean "version"?.',
    },
  },
  {
    input: 'an unknown key in a table',
    lay: toml(instead('api-version', 'api-version = { major = 0, minro = 1, patch = 0 }')),
    error: {
      _tag: 'ManifestInvalid',
      line: 3,
      column: 28,
      problems: expect.arrayContaining(['api-version.minro: unknown key; did you mean "minor"?']),
    },
  },
  {
    input: 'an api-version of two numbers',
    lay: toml(instead('api-version', 'api-version = "0.1"')),
    error: {
      _tag: 'ManifestInvalid',
      message: expect.stringContaining('expected a version such as "0.1.0"'),
    },
  },
  ...[
    'Bad',
    '../bad',
    'bad name',
    '',
    'x'.repeat(65),
    '__proto__',
    'bad\u202egnp',
    'b\u200bad',
    'b\u0430d',
    'BAD',
  ].map((name) => ({
    input: `the name ${escape(name)}`,
    lay: toml(instead('name', `name = ${JSON.stringify(name)}`)),
    error: {
      _tag: 'ManifestInvalid',
      line: 1,
      message: expect.stringContaining('name: expected a name'),
    },
  })),
  {
    input: 'a version that is none',
    lay: toml(instead('version', 'version = "one"')),
    error: {
      _tag: 'ManifestInvalid',
      line: 2,
      problems: [expect.stringContaining('version: expected a version such as "1.0.0", got "one"')],
    },
  },
  {
    input: 'a dependency range that is none',
    lay: toml(manifest('bad', 'dependencies = { other = "not a range" }')),
    error: {
      _tag: 'ManifestInvalid',
      line: 5,
      problems: [expect.stringContaining('dependencies.other: expected a range')],
    },
  },
  {
    input: 'a mode that is none',
    lay: toml(manifest('bad', 'mode = "thread"')),
    error: {
      _tag: 'ManifestInvalid',
      problems: [expect.stringContaining('"in-process" or "worker"')],
    },
  },
  {
    input: 'keys that reach prototypes, in TOML',
    lay: toml(manifest('bad', '[metadata.deep]\n__proto__ = 1')),
    error: {
      _tag: 'ManifestInvalid',
      line: 6,
      problems: ['metadata.deep.__proto__ is a key that is refused everywhere'],
    },
  },
  {
    input: 'keys that reach prototypes, in JSON',
    lay: (folders) => {
      folders.write(
        'bad/plugin.json',
        json({ metadata: 0 }).replace('"metadata":0', '"metadata":{"__proto__":{"isAdmin":true}}'),
      );
      folders.write('bad/index.ts', CODE);
    },
    error: {
      _tag: 'ManifestInvalid',
      problems: ['metadata.__proto__ is a key that is refused everywhere'],
    },
  },
  {
    input: 'a manifest over 64 KiB',
    lay: toml(manifest('bad', `description = "${'x'.repeat(65 * 1024)}"`)),
    error: { _tag: 'Io', code: 'ETOOBIG', path: 'bad/plugin.toml' },
  },
  {
    input: 'a manifest of one byte more than 64 KiB',
    lay: toml(manifest('bad').padEnd(64 * 1024 + 1, '#')),
    error: { _tag: 'Io', code: 'ETOOBIG', path: 'bad/plugin.toml' },
  },
  {
    input: 'a manifest of 64 MB',
    lay: (folders) => {
      folders.write('bad/plugin.toml', manifest('bad'));
      truncateSync(folders.path('bad/plugin.toml'), 64 * 1024 * 1024);
    },
    error: { _tag: 'Io', code: 'ETOOBIG', path: 'bad/plugin.toml' },
  },
  {
    input: 'a manifest with NUL',
    lay: toml(`${manifest('bad')}\0`),
    error: { _tag: 'ManifestInvalid', frame: expect.stringContaining('·') },
  },
  {
    input: 'a name that is given twice',
    lay: toml(`${manifest('bad')}name = "good"\n`),
    error: { _tag: 'ManifestInvalid', line: 6 },
  },
  {
    input: 'tables in tables, 1,000 deep',
    lay: toml(`${manifest('bad')}metadata = ${'{a='.repeat(1_000)}1${'}'.repeat(1_000)}\n`),
    error: { _tag: 'ManifestInvalid' },
  },
  {
    input: 'arrays in arrays, 10,000 deep',
    lay: toml(`${manifest('bad')}tags = ${'['.repeat(10_000)}${']'.repeat(10_000)}\n`),
    error: { _tag: 'ManifestInvalid' },
  },
  {
    input: 'a manifest that is a link out of the folder',
    lay: (folders) => {
      folders.write('secret.txt', 'password = "secret"');
      folders.write('bad/index.ts', CODE);
      symlinkSync(folders.path('secret.txt'), folders.path('bad/plugin.toml'));
    },
    error: {
      _tag: 'Io',
      code: 'EOUTSIDE',
      path: 'bad/plugin.toml',
      message: expect.not.stringContaining('secret'),
    },
  },
  {
    input: 'a dotted key of 20,000 parts',
    lay: toml(manifest('bad', `${Array(20_000).fill('a').join('.')} = 1`)),
    error: { _tag: 'ManifestInvalid' },
  },
  {
    input: 'lines that slow patterns would choke on',
    lay: toml(`${'\n'.repeat(20_000)}[${' '.repeat(20_000)}\n${'.'.repeat(20_000)}`),
    error: { _tag: 'ManifestInvalid' },
  },
  ...[
    '../other/index.ts',
    '/etc/hostname',
    'file:///etc/hostname',
    'data:text/javascript,1',
    'a\\\\b.ts',
    './%2e%2e/x.ts',
    'a\\u0000b',
  ].map((source) => ({
    input: `source ${source}`,
    lay: toml(instead('source', `source = "${source}"`)),
    error: {
      _tag: 'ManifestInvalid',
      line: 4,
      message: expect.stringContaining('a relative path to a file in the plugin folder'),
    },
  })),
  {
    input: 'a source that is not there',
    lay: (folders) => folders.write('bad/plugin.toml', manifest('bad')),
    error: { _tag: 'Io', code: 'ENOENT', path: 'bad/index.ts' },
  },
  {
    input: 'a source that is a directory',
    lay: (folders) => {
      folders.write('bad/plugin.toml', manifest('bad'));
      mkdirSync(folders.path('bad/index.ts'));
    },
    error: { _tag: 'ManifestInvalid', problems: [expect.stringContaining('not a regular file')] },
  },
  {
    input: 'a source that is a pipe: it is never opened',
    lay: (folders) => {
      folders.write('bad/plugin.toml', manifest('bad'));
      execFileSync('mkfifo', [folders.path('bad/index.ts')]);
    },
    error: { _tag: 'ManifestInvalid', problems: [expect.stringContaining('not a regular file')] },
  },
  {
    input: 'a manifest that is a pipe',
    lay: (folders) => {
      folders.write('bad/index.ts', CODE);
      execFileSync('mkfifo', [folders.path('bad/plugin.toml')]);
    },
    error: { _tag: 'Io', code: 'ENOTFILE', path: 'bad/plugin.toml' },
  },
  {
    input: 'a source that is a link to a device',
    lay: (folders) => {
      folders.write('bad/plugin.toml', manifest('bad'));
      symlinkSync('/dev/zero', folders.path('bad/index.ts'));
    },
    error: { _tag: 'ManifestInvalid', problems: [expect.stringContaining('not a regular file')] },
  },
  {
    input: 'a source that is a link out of the folder',
    lay: (folders) => {
      folders.write('bad/plugin.toml', manifest('bad'));
      folders.write('secret/index.ts', `globalThis.leaked = true; ${CODE}`);
      symlinkSync(folders.path('secret/index.ts'), folders.path('bad/index.ts'));
    },
    error: { _tag: 'ManifestInvalid', problems: [expect.stringContaining('leads out of')] },
  },
  {
    input: 'a source behind a linked folder that begins with the same letters',
    lay: (folders) => {
      folders.write('bad/plugin.toml', instead('source', 'source = "./src/index.ts"'));
      folders.write('bad-other/index.ts', CODE);
      symlinkSync(folders.path('bad-other'), folders.path('bad/src'));
    },
    error: { _tag: 'ManifestInvalid', problems: [expect.stringContaining('leads out of')] },
  },
  {
    input: 'a link that leads to itself',
    lay: (folders) => {
      folders.write('bad/plugin.toml', manifest('bad'));
      symlinkSync(folders.path('bad/index.ts'), folders.path('bad/index.ts'));
    },
    error: { _tag: 'Io', code: 'ELOOP' },
  },
  {
    input: 'a source over the limit',
    lay: (folders) => {
      folders.write('bad/plugin.toml', manifest('bad'));
      writeFileSync(folders.path('bad/index.ts'), Buffer.alloc(64 * 1024 * 1024, 32));
    },
    error: { _tag: 'Io', code: 'ETOOBIG', path: 'bad/index.ts' },
  },
  {
    input: 'a source that is empty has none of the exports',
    lay: (folders) => {
      folders.write('bad/plugin.toml', manifest('bad', 'exports = ["value"]'));
      folders.write('bad/index.ts', '');
    },
    error: { _tag: 'ExportMissing', exportName: 'value' },
  },
  {
    input: 'a syntax error',
    lay: (folders) => {
      folders.write('bad/plugin.toml', manifest('bad'));
      folders.write('bad/index.ts', '// é 😀\nexport const é = "😀"; const a: = 1;\n');
    },
    error: {
      _tag: 'CompilationFailed',
      file: 'bad/index.ts',
      line: 2,
      column: 33,
      frame: expect.stringContaining('> 2 |'),
    },
  },
  {
    input: 'JSON that is imported and broken',
    lay: (folders) => {
      folders.write('bad/plugin.toml', manifest('bad'));
      folders.write(
        'bad/index.ts',
        `import data from './data.json'; export const value = () => data;`,
      );
      folders.write('bad/data.json', '{\n  "a": 1,\n}');
    },
    error: { _tag: 'CompilationFailed', file: 'bad/data.json', line: 3 },
  },
  {
    input: 'a throw at load that is not an error',
    lay: (folders) => {
      folders.write('bad/plugin.toml', manifest('bad'));
      folders.write('bad/index.ts', `throw 'a text';`);
    },
    error: {
      _tag: 'EvaluationFailed',
      file: 'bad/index.ts',
      line: 1,
      message: expect.stringContaining('a text'),
    },
  },
  {
    input: 'a folder whose manifest cannot be opened',
    lay: (folders) => {
      folders.write('bad/index.ts', CODE);
      mkdirSync(folders.path('bad/plugin.toml'));
    },
    error: { _tag: 'ManifestNotFound', file: 'bad/plugin.toml' },
  },
];

describe('bad input: one typed error that names the file, nothing of it runs, another plugin serves on', () => {
  test.each(inputs)('$input', async ({ lay, error }) => {
    const folders = pluginFolders();
    lay(folders);
    folders.plugin('neighbour', { 'index.ts': CODE });
    const opened: string[] = [];
    const read: PluginFiles['read'] = (path, maxBytes) => {
      opened.push(realpathSync(path));
      return diskFiles.read(path, maxBytes);
    };
    const { runtime } = startRuntime({ files: { ...diskFiles, read } });
    // Processor time: beside other work, a clock measures that work.
    const used = process.cpuUsage();

    const alone = await runtime.loadManifest(folders.path('bad'))();
    const loads = right(await runtime.loadDirectory(folders.dir)());

    folders.write('neighbour/index.ts', CODE.replace('1', '2'));
    expect(right(await runtime.reloadPlugin('neighbour')())).toMatchObject({ from: 1, to: 2 });

    const { user, system } = process.cpuUsage(used);
    expect((user + system) / 1_000).toBeLessThan(1_000);
    expect(left(alone)).toMatchObject(error);
    expect(loads.filter(isRight)).toMatchObject([{ right: { plugin: 'neighbour', version: 1 } }]);
    expect(await runtime.call('neighbour', 'value')).toBe(2);
    const isOwn = (path: string) =>
      path.startsWith(folders.path('bad/')) || path.startsWith(folders.path('neighbour/'));
    expect(opened.filter((path) => !isOwn(path))).toEqual([]);
    expect(Reflect.get(globalThis, 'leaked')).toBeUndefined();
    expect(Reflect.get({}, 'isAdmin')).toBeUndefined();
  });

  test.each(inputs)(
    '$input: nothing is tried again as long as nothing has changed',
    async ({ lay }) => {
      const folders = pluginFolders();
      const { runtime } = startRuntime();
      const sights: AttemptSight[] = [];
      runtime.attempts$.subscribe((sight) => sights.push(sight));
      const otherwise = () => sights.splice(0).flatMap((sight) => runtime.changedSince(sight));
      folders.plugin('bad', { 'index.ts': CODE });
      right(await runtime.loadManifest(folders.path('bad'))());
      rmSync(folders.path('bad'), { recursive: true });
      lay(folders);
      sights.length = 0;
      left(await runtime.reloadPlugin('bad')());
      expect(otherwise()).toEqual([]);

      const { runtime: fresh } = startRuntime();
      fresh.attempts$.subscribe((sight) => sights.push(sight));
      left(await fresh.loadManifest(folders.path('bad'))());
      expect(sights.splice(0).flatMap((sight) => fresh.changedSince(sight))).toEqual([]);
    },
  );

  test('a file without read permission', async () => {
    const folders = pluginFolders();
    folders.plugin('bad', { 'index.ts': CODE });
    chmodSync(folders.path('bad/index.ts'), 0o000);
    const { runtime } = startRuntime();
    const loaded = await runtime.loadManifest(folders.path('bad'))();

    // The superuser can read every file.
    if (process.getuid?.() === 0) expect(right(loaded).version).toBe(1);
    else expect(left(loaded)).toMatchObject({ _tag: 'Io', code: 'EACCES', path: 'bad/index.ts' });
  });

  test('a name that a plugin in another folder has', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': CODE });
    folders.write('b/plugin.toml', manifest('a'));
    folders.write('b/index.ts', CODE);
    const { runtime } = startRuntime();

    expect(right(await runtime.loadDirectory(folders.dir)())).toMatchObject([
      { right: { plugin: 'a' } },
      { left: { _tag: 'NameTaken', plugin: 'a', file: 'b/plugin.toml', takenBy: 'a' } },
    ]);
    expect(runtime.pluginsOf(folders.path('b/index.ts'))).toEqual(['b']);
    expect(left(await runtime.reloadPlugin('b')())).toMatchObject({ _tag: 'NameTaken' });
  });

  test('a manifest whose name changes while it serves', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': CODE });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    folders.write('a/plugin.toml', manifest('b'));

    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({
      _tag: 'PluginGone',
      plugin: 'a',
      path: 'a',
      message: 'No folder has a plugin named "a" any more, a has "b": unload it.',
    });
    expect(await runtime.call('a', 'value')).toBe(1);
  });

  test('an empty directory, and a missing one', async () => {
    const folders = pluginFolders();
    const { runtime } = startRuntime();

    expect(right(await runtime.loadDirectory(folders.dir)())).toEqual([]);
    expect(right(await runtime.loadDirectory(join(folders.dir, 'absent'))())).toMatchObject([
      { left: { _tag: 'Io', code: 'ENOENT' } },
    ]);
  });

  test('capabilities that the host does not allow: refused at load, and on a reload the old version serves', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': CODE }, 'capabilities = ["fs"]');
    folders.plugin('b', { 'index.ts': CODE }, 'capabilities = ["fs", "net"]');
    const { runtime } = startRuntime({ capabilities: ['fs', 'timers'] });
    const problem =
      'capabilities: asks for "net", which this host does not allow (allowed: fs, timers)';
    expect(right(await runtime.loadDirectory(folders.dir)())).toMatchObject([
      { right: { plugin: 'a' } },
      { left: { _tag: 'ManifestInvalid', plugin: 'b', line: 5, problems: [problem] } },
    ]);

    folders.write('a/plugin.toml', manifest('a', 'capabilities = ["net"]'));
    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({ problems: [problem] });
    expect(await runtime.call('a', 'value')).toBe(1);
  });

  test('a port of the host that throws becomes a failure, and nothing rejects', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': CODE });
    const throws = (): never => {
      throw new Error('port is broken');
    };
    const { runtime } = startRuntime({
      files: { stat: throws, read: throws, list: () => ['a'], realPath: throws },
      store: { save: throws, load: throws },
    });

    for (const load of [
      runtime.loadManifest(folders.path('a')),
      runtime.reloadPlugin('a'),
      runtime.validatePlugin('a'),
    ]) {
      expect((await load())._tag).toBe('Left');
    }
    expect(right(await runtime.loadDirectory(folders.dir)())).toEqual([]);
  });

  test('options that cannot work', () => {
    expect(() => startRuntime({ worker: { heartbeatMs: 5 } })).toThrow('worker.heartbeatMs (5)');
    for (const maxStartingCount of [0, -1, 1.5, Number.NaN]) {
      expect(() => startRuntime({ worker: { maxStartingCount } })).toThrow(
        `PluginRuntime: worker.maxStartingCount (${maxStartingCount}) is`,
      );
    }
    expect(() => startRuntime({ worker: { maxHeapBytes: 1e6 } })).toThrow('maxHeapBytes (1000000)');
    expect(() => startRuntime({ keepVersions: -1 })).toThrow('PluginRuntime: keepVersions (-1)');
    expect(() => startRuntime({ limitsMs: { load: -5 } })).toThrow('limitsMs.load (-5)');
    expect(() => startRuntime({ apiVersion: { major: 0, minor: 1.5, patch: 0 } })).toThrow(
      'apiVersion.minor (1.5)',
    );
    // A host in JavaScript has no types: a misspelt mode must not run a plugin in this thread.
    for (const [options, message] of [
      [{ mode: 'workers' }, 'PluginRuntime: mode (workers) is not one of in-process, worker'],
      [{ whenBusy: 'wait' }, 'PluginRuntime: whenBusy (wait) is not one of refuse, abandon, abort'],
      [{ capabilityGrowth: 'no' }, 'PluginRuntime: capabilityGrowth (no) is not one of ask, allow'],
      [{ stackTraces: 'on' }, 'PluginRuntime: stackTraces (on) is not one of mapped, untouched'],
      [{ compilationCache: 'on' }, 'PluginRuntime: compilationCache (on) is not one of off, leave'],
      [{ worker: { spare: 'hot' } }, 'PluginRuntime: worker.spare (hot) is not one of warm, none'],
      [{ limitsMs: { drain: 5 } }, 'PluginRuntime: limitsMs (drain) is not one of compile, load'],
      [{ apiVersion: { major: 1 } }, 'PluginRuntime: apiVersion.minor (undefined) is not a count'],
    ] as const) {
      expect(() => {
        Reflect.construct(PluginRuntime, [options]);
      }).toThrow(message);
    }
  });

  const hostile = `new Proxy({}, new Proxy({}, { get: () => () => { throw new Error('trap'); } }))`;
  const unreadable = {
    'an object without a prototype': ['Object.create(null)', '{}'],
    'a proxy whose traps throw': [hostile, 'an object that cannot be shown'],
    'an error whose fields are no text': [
      'Object.assign(new Error(), { name: Object.create(null), message: {}, stack: Object.create(null) })',
      'an object that cannot be shown',
    ],
  } as const;
  test.each(Object.entries(unreadable))(
    '%s is thrown: at load, by a lifecycle function, by a listener, in probation',
    async (_, [thrown, text]) => {
      const folders = pluginFolders();
      folders.plugin('a', { 'index.ts': `\nthrow ${thrown};` });
      folders.plugin('b', { 'index.ts': `export const init = () => { throw ${thrown}; };` });
      folders.plugin('c', {
        'index.ts': `export const init = (ctx) => { ctx.setTimeout(() => { throw ${thrown}; }, 0); };
          export const fails = () => { throw ${thrown}; };`,
      });
      const { runtime, errors } = startRuntime({ probation: { forMs: 60_000 } });

      expect(left(await runtime.loadManifest(folders.path('a'))())).toMatchObject({
        _tag: 'EvaluationFailed',
        message: expect.stringMatching(`loading the module threw .*${text}`),
      });
      expect(left(await runtime.loadManifest(folders.path('b'))())).toMatchObject({
        _tag: 'LifecycleFailed',
        message: expect.stringContaining(`init() threw: ${text}`),
      });
      right(await runtime.loadManifest(folders.path('c'))());
      await vi.waitFor(() => expect(errors.map(({ _tag }) => _tag)).toEqual(['Crashed']));
      const outcome = await runtime.call('c', 'fails').then(
        () => 'returned',
        () => 'threw',
      );
      expect([outcome, errors.length]).toEqual(['threw', 1]);
    },
  );

  test('names that do not exist, names with a typo, and functions that are not offered', async () => {
    const folders = pluginFolders();
    folders.plugin('counter', {
      'index.ts': `${CODE} export const saveState = () => 1; export const hidden = 5;`,
    });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('counter'))());

    expect(left(await runtime.reloadPlugin('conter')()).message).toContain(
      'did you mean "counter"?',
    );
    const refusals: ReloadError[] = [
      left(await runtime.validatePlugin('__proto__')()),
      left(await runtime.getPluginState('__proto__')()),
      left(await runtime.restartPlugin('__proto__')()),
      left(await runtime.unloadPlugin('__proto__')()),
    ];
    expect(new Set(refusals.map(({ _tag }) => _tag))).toEqual(new Set(['PluginNotFound']));
    await expect(runtime.call('conter', 'value')).rejects.toMatchObject({ _tag: 'PluginNotFound' });
    for (const name of ['valeu', 'saveState', 'hidden', 'constructor', '__proto__', 'toString']) {
      await expect(runtime.call('counter', name)).rejects.toMatchObject({ _tag: 'ExportMissing' });
    }
  });
});
