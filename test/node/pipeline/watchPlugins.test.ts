import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { EMPTY, filter, firstValueFrom, map, take, takeWhile, tap, timeout, toArray } from 'rxjs';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { watchPlugins } from '../../../src/pipeline/watchPlugins.js';
import { PluginRuntime } from '../../../src/runtime/PluginRuntime.js';

const LIMIT_MS = 25_000;
const MANIFEST = `name = "a"
version = "1.0.0"
api-version = { major = 0, minor = 1, patch = 0 }
source = "./index.ts"`;
const code = (version: number) => `export const version = () => ${version};`;

let dir: string;
let source: string;

beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-watchPlugins-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  source = join(dir, 'a', 'index.ts');
  mkdirSync(join(dir, 'a'));
  writeFileSync(join(dir, 'a', 'plugin.toml'), MANIFEST);
  writeFileSync(source, code(1));
});

function start() {
  const runtime = new PluginRuntime({ root: dir });
  onTestFinished(() => runtime.close());
  return { runtime, options: { ...watchPlugins(runtime, dir), target: runtime, root: dir } };
}

/** With `watch(runtime.watchPaths$)` and `runtime.loadEach`, most trials lose the save. */
it.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'loses no save in the same turn in which a plugin is loaded (trial %i)',
  async () => {
    const { runtime, options } = start();
    const reloaded = new Promise((resolve, reject) => {
      const pipeline = hotReload(options)
        .pipe(timeout({ each: LIMIT_MS }))
        .subscribe({
          next: (event) => {
            if (event._tag === 'Loaded') writeFileSync(source, code(2));
            if (event._tag === 'Reloaded') resolve(event);
          },
          error: reject,
        });
      onTestFinished(() => pipeline.unsubscribe());
    });

    expect(await reloaded).toMatchObject({ plugin: 'a', from: 1, to: 2 });
    expect(await runtime.call('a', 'version')).toBe(2);
  },
);

const next = 'export const helper = 2;';

/** Each saves between the reading of the file and its watching. With the watch alone, each would be lost. */
it.each([
  ['written', (helper: string) => writeFileSync(helper, next)],
  [
    'replaced',
    (helper: string) => {
      writeFileSync(`${helper}.new`, next);
      renameSync(`${helper}.new`, helper);
    },
  ],
])(
  'loses no save of a file outside the directory that is %s while its plugin is loaded',
  async (_how, save) => {
    const helper = join(dir, 'outside', 'helper.ts');
    mkdirSync(join(dir, 'outside'));
    writeFileSync(helper, 'export const helper = 1;');
    mkdirSync(join(dir, 'plugins'));
    renameSync(join(dir, 'a'), join(dir, 'plugins', 'a'));
    writeFileSync(
      join(dir, 'plugins', 'a', 'index.ts'),
      `import { helper } from '../../outside/helper.ts';
     export const version = () => helper;`,
    );
    const runtime = new PluginRuntime({ root: dir });
    onTestFinished(() => runtime.close());
    const plugins = join(dir, 'plugins');
    const load = runtime.loadEach(plugins).pipe(tap(() => save(helper)));
    const events = await firstValueFrom(
      hotReload({ ...watchPlugins(runtime, plugins, { load }), target: runtime, root: dir }).pipe(
        takeWhile(({ _tag }) => _tag !== 'Reloaded', true),
        toArray(),
        timeout(LIMIT_MS),
      ),
    );

    expect(events.at(-1)).toMatchObject({ plugin: 'a', from: 1, to: 2 });
    expect(await runtime.call('a', 'version')).toBe(2);
  },
);

it('watches again, and then loads, for a later subscription', async () => {
  const { options } = start();
  const loaded = () =>
    firstValueFrom(
      hotReload(options).pipe(
        filter(({ _tag }) => _tag === 'Loaded'),
        timeout(LIMIT_MS),
      ),
    );
  expect(await loaded()).toMatchObject({ plugin: 'a' });
  expect(await loaded()).toMatchObject({ plugin: 'a' });
});

it('reports in the stream what cannot be watched, and loads all the same', async () => {
  const runtime = new PluginRuntime();
  onTestFinished(() => runtime.close());
  const told = firstValueFrom(
    hotReload({ ...watchPlugins(runtime, join(dir, 'absent')), target: runtime }).pipe(
      take(2),
      toArray(),
      timeout(LIMIT_MS),
    ),
  );
  expect(await told).toMatchObject([
    { _tag: 'WatchFailed', code: 'ENOENT' },
    { _tag: 'ReloadFailed', error: { _tag: 'Io' } },
  ]);
});

/** A plugin's folder is listed as a path too, although its directory is watched: that must not bring back excluded files. */
it.each([
  ['exclude', { exclude: ['a/out/**'] }],
  ['include', { include: ['*/*.ts'] }],
  ['gitignore', { gitignore: true }],
])("applies `%s` to plugins' folders, relative to the directory", async (_name, filters) => {
  writeFileSync(join(dir, '.gitignore'), 'out/\n');
  mkdirSync(join(dir, 'a', 'out'));
  const { runtime } = start();
  const write = (name: string) => writeFileSync(join(dir, 'a', name), '');
  let isWritten = false;
  const { source$, load } = watchPlugins(runtime, dir, {
    ...filters,
    // Called again when other paths are watched.
    onWatching: () => {
      if (isWritten || runtime.plugins().length === 0) return;
      isWritten = true;
      write('out/built.ts');
      write('first.ts');
    },
  });
  const loading = load.subscribe();
  onTestFinished(() => loading.unsubscribe());

  const paths$ = source$.pipe(
    map(({ path }) => relative(join(dir, 'a'), path)),
    tap((path) => {
      if (path === 'first.ts') write('last.ts'); // in a batch of its own
    }),
    takeWhile((path) => path !== 'last.ts', true),
    toArray(),
    timeout(LIMIT_MS),
  );
  expect(await firstValueFrom(paths$)).toEqual(['first.ts', 'last.ts']);
});

it("watches a plugin's folder that is a link", async () => {
  const elsewhere = join(dir, 'elsewhere');
  const plugins = join(dir, 'plugins');
  mkdirSync(plugins);
  renameSync(join(dir, 'a'), elsewhere);
  symlinkSync(elsewhere, join(plugins, 'a'));
  const { runtime } = start();
  const events = await firstValueFrom(
    hotReload({ ...watchPlugins(runtime, plugins), target: runtime, root: dir }).pipe(
      tap(({ _tag }) => {
        if (_tag === 'Loaded') writeFileSync(join(elsewhere, 'index.ts'), code(2));
      }),
      takeWhile(({ _tag }) => _tag !== 'Reloaded', true),
      toArray(),
      timeout(LIMIT_MS),
    ),
  );
  expect(events.at(-1)).toMatchObject({ plugin: 'a', from: 1, to: 2 });
});

it('throws at once for options that cannot work', () => {
  const { runtime } = start();
  expect(() => watchPlugins(runtime, dir, { settleMs: -1 })).toThrow('watch: settleMs (-1)');
  expect(() => watchPlugins(runtime, '')).toThrow('watch: paths[0] ("") is not a path');
  expect(() => {
    Reflect.apply(watchPlugins, undefined, [runtime, dir, { backend: 'nodefs' }]);
  }).toThrow('watch: backend ("nodefs") is not one of chokidar, nodeFs, polling');
});

it('announces no plugins when it throws for its options: nobody waits for them', async () => {
  const { runtime } = start();
  const other = new PluginRuntime({ root: dir });
  onTestFinished(() => other.close());
  expect(() => watchPlugins(other, dir, { settleMs: -1 })).toThrow('settleMs');
  expect(other.plugins()).toEqual([]);
  await other.ready();
  expect(runtime.plugins()).toMatchObject([{ plugin: 'a', status: 'loading' }]);
});

it('a target that throws when it is asked for plugins does not end the source, also where unused paths are told', async () => {
  const { runtime } = start();
  const target = {
    ...{ watchPaths$: runtime.watchPaths$, attempts$: runtime.attempts$ },
    loadEach: () => EMPTY,
    staleFiles: () => [],
    changedSince: () => [],
    pluginsOf: (): never => {
      throw new Error('the target is broken');
    },
  };
  const ignored: string[] = [];
  let isWatching = false;
  const { source$ } = watchPlugins(target, dir, {
    onIgnored: ({ path }) => ignored.push(path),
    onReady: () => {
      isWatching = true;
    },
  });
  const seen = firstValueFrom(source$.pipe(timeout(LIMIT_MS)));
  await expect.poll(() => isWatching, { timeout: LIMIT_MS }).toBe(true);
  writeFileSync(source, code(2));
  expect(await seen).toMatchObject({ _tag: 'Modified', path: source });
  expect(ignored).toEqual([]);
});

it('a directory that is renamed concerns the plugins that use, or look for, a file below it', async () => {
  const outside = join(dir, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'helper.ts'), 'export const helper = 1;');
  writeFileSync(source, "export { helper } from '../outside/helper.js';");
  const { runtime } = start();
  await runtime.loadDirectory(dir)();

  expect(runtime.pluginsOf(outside)).toEqual(['a']);
  renameSync(outside, join(dir, 'elsewhere'));
  await runtime.reloadPlugin('a')();
  expect(runtime.pluginsOf(outside)).toEqual(['a']);
  expect(runtime.pluginsOf(join(dir, 'outs'))).toEqual([]);
});

function layPlugin(name: string, needs: readonly string[] = []): void {
  const dependencies = needs.map((other) => `${other} = "*"`).join(', ');
  mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(join(dir, name, 'index.ts'), code(1));
  const manifest = MANIFEST.replace('"a"', `"${name}"`);
  writeFileSync(
    join(dir, name, 'plugin.toml'),
    `${manifest}\ndependencies = { ${dependencies} }\n`,
  );
}

it.each([
  ['arrives', []],
  ['leaves the cycle that it was in', ['x']],
])(
  'loads the plugins that wait, also those that wait for a waiting one, when a plugin %s',
  async (_, atFirst) => {
    layPlugin('a', ['b']);
    layPlugin('b', ['x']);
    for (const name of atFirst) layPlugin(name, ['b']);
    const { runtime, options } = start();
    const failed = new Set<string>();
    const pipeline = hotReload(options).subscribe(({ _tag, plugin }) => {
      if (_tag === 'ReloadFailed') failed.add(plugin);
    });
    onTestFinished(() => pipeline.unsubscribe());
    await expect.poll(() => failed.size, { timeout: LIMIT_MS }).toBe(2 + atFirst.length);
    layPlugin('x');

    const served = () => runtime.plugins().map(({ plugin, version }) => `${plugin} ${version}`);
    await expect.poll(() => served().sort(), { timeout: LIMIT_MS }).toEqual(['a 1', 'b 1', 'x 1']);
  },
);
