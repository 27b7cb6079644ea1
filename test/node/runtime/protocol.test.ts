import { symlinkSync } from 'node:fs';
import { left as leftOf, right as rightOf } from 'fp-ts/lib/Either.js';
import { none, some } from 'fp-ts/lib/Option.js';
import { asyncScheduler, type SchedulerLike, type Subscription } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { RuntimeOptions, StateKeeper } from '../../../src/runtime/index.js';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const OLD = `let n = 0;
export const next = () => ++n;
export const version = () => 'old';
export const slow = () => new Promise((resolve) => setTimeout(resolve, 400, 'slow'));
export const saveState = () => ({ n });
export const restoreState = (state) => { n = state.n; };
export const stop = () => { globalThis.stopped?.push('old'); };`;
/** Each version starts a timer that must end with it. */
const ticking = (source: string) =>
  source.includes('export const start')
    ? source
    : `${source}\nexport const start = (ctx) => { ctx.setInterval(() => {}, 60_000); };`;
const NEW = OLD.replaceAll("'old'", "'new'");

interface Failure {
  readonly step: string;
  /** The source of the new version; other changes are in `files`. */
  readonly source?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly options?: RuntimeOptions;
  readonly error: Readonly<Record<string, unknown>>;
  /** The source of the old version, where it matters. */
  readonly old?: string;
  /** Whether a call runs when the reload starts. */
  readonly isBusy?: boolean;
}

const broken: readonly Failure[] = [
  {
    step: 'compile: a syntax error',
    source: `export const next = () => ;`,
    error: { _tag: 'CompilationFailed', file: 'plugin/index.ts', line: 1, column: 27 },
  },
  {
    step: 'compile: an import that leads nowhere',
    source: `import './absent.js';\n${NEW}`,
    error: { _tag: 'CompilationFailed', line: 1, column: 8 },
  },
  {
    step: 'compile: a package that is not installed',
    source: `import 'not-installed-anywhere';\n${NEW}`,
    error: {
      _tag: 'CompilationFailed',
      line: 1,
      column: 8,
      message: expect.stringContaining('npm install'),
    },
  },
  {
    step: 'compile: the manifest is broken',
    files: { 'plugin.toml': 'name = "plugin' },
    error: { _tag: 'ManifestInvalid', file: 'plugin/plugin.toml', line: 1 },
  },
  {
    step: 'compile: the api version is another',
    files: { 'plugin.toml': manifest('plugin').replace('minor = 1', 'minor = 2') },
    error: { _tag: 'ApiVersionMismatch', wanted: '0.2.0', host: '0.1.0' },
  },
  {
    step: 'load: a throw at the top level',
    source: `${NEW}\nthrow new RangeError('at load');`,
    error: {
      _tag: 'EvaluationFailed',
      line: 8,
      message: expect.stringContaining('RangeError: at load'),
    },
  },
  {
    step: 'load: a top-level await that never ends',
    source: `${NEW}\nawait new Promise(() => {});`,
    options: { limitsMs: { load: 30 } },
    error: { _tag: 'TimedOut', phase: 'load', limitMs: 30 },
  },
  {
    step: 'validate: an export that the manifest names is missing',
    source: NEW.replace('const next', 'const nxt'),
    error: { _tag: 'ExportMissing', exportName: 'next', message: expect.stringContaining('"nxt"') },
  },
  {
    step: 'validate: an export is not a function',
    source: NEW.replace('() => ++n', '5'),
    error: { _tag: 'ExportMissing', exportName: 'next' },
  },
  {
    step: 'validate: a lifecycle export is not a function',
    source: `${NEW}\nexport const health = true;`,
    error: { _tag: 'ExportMissing', exportName: 'health' },
  },
  {
    step: 'quiesce: a call does not end',
    source: NEW,
    isBusy: true,
    options: { limitsMs: { quiesce: 40 } },
    error: { _tag: 'TimedOut', phase: 'quiesce', limitMs: 40 },
  },
  {
    step: 'save: the store never answers',
    source: NEW,
    options: {
      limitsMs: { save: 30 },
      store: {
        save: () => () => new Promise(() => undefined),
        load: () => async () => rightOf({ _tag: 'None' }),
      },
    },
    error: { _tag: 'TimedOut', phase: 'save' },
  },
  {
    step: 'save: the store fails',
    source: NEW,
    options: {
      store: {
        save: () => async () =>
          leftOf({ _tag: 'Io', plugin: 'plugin', message: 'disk full', code: 'ENOSPC' }),
        load: () => async () => rightOf({ _tag: 'None' }),
      },
    },
    error: { _tag: 'Io', code: 'ENOSPC' },
  },
  {
    step: 'migrate: migrate throws',
    files: {
      'plugin.toml': manifest('plugin', 'exports = ["next", "version", "slow"]\nstate-version = 2'),
      'index.ts': `${NEW}\nexport const migrate = () => { throw new Error('cannot'); };`,
    },
    error: { _tag: 'StateRejected', reason: 'migrate() threw: cannot' },
  },
  {
    step: 'migrate: the state is newer than the plugin',
    files: {
      'plugin.toml': manifest('plugin', 'exports = ["next", "version", "slow"]\nstate-version = 0'),
      'index.ts': NEW,
    },
    error: { _tag: 'StateRejected', reason: expect.stringContaining('newer than') },
  },
  {
    step: 'migrate: migrate never ends',
    files: {
      'plugin.toml': manifest('plugin', 'exports = ["next", "version", "slow"]\nstate-version = 2'),
      'index.ts': `${NEW}\nexport const migrate = () => new Promise(() => {});`,
    },
    options: { limitsMs: { migrate: 30 } },
    error: { _tag: 'TimedOut', phase: 'migrate' },
  },
  {
    step: 'migrate: what it returns cannot be kept',
    files: {
      'plugin.toml': manifest('plugin', 'exports = ["next", "version", "slow"]\nstate-version = 2'),
      'index.ts': `${NEW}\nexport const migrate = () => ({ n: 1n });`,
    },
    error: { _tag: 'StateRejected', reason: expect.stringContaining('migrate()') },
  },
  {
    step: 'restore: restoreState throws',
    source: NEW.replace('n = state.n;', `throw new Error('not this one');`),
    error: { _tag: 'StateRejected', reason: 'restoreState() threw: not this one' },
  },
  {
    step: 'restore: restoreState never ends',
    source: NEW.replace('n = state.n;', 'return new Promise(() => {});'),
    options: { limitsMs: { restore: 30 } },
    error: { _tag: 'TimedOut', phase: 'restore' },
  },
  {
    step: 'start: init throws',
    source: `${NEW}\nexport const init = () => { throw new Error('no port'); };`,
    error: { _tag: 'LifecycleFailed', phase: 'init', reason: 'init() threw: no port' },
  },
  {
    step: 'start: start rejects',
    source: `${NEW}\nexport const start = async () => { throw new Error('no port'); };`,
    error: { _tag: 'LifecycleFailed', phase: 'start', reason: 'start() threw: no port' },
  },
  {
    step: 'start: init never ends',
    source: `${NEW}\nexport const init = () => new Promise(() => {});`,
    options: { limitsMs: { start: 30 } },
    error: { _tag: 'TimedOut', phase: 'start', limitMs: 30 },
  },
  {
    step: 'health: never answers',
    source: `${NEW}\nexport const health = () => new Promise(() => {});`,
    options: { limitsMs: { health: 30 } },
    error: { _tag: 'TimedOut', phase: 'health', limitMs: 30 },
  },
  {
    step: 'health: false',
    source: `${NEW}\nexport const health = async () => false;`,
    error: { _tag: 'HealthCheckFailed' },
  },
  {
    step: 'health: a throw',
    source: `${NEW}\nexport const health = () => { throw new Error('sick'); };`,
    error: { _tag: 'HealthCheckFailed', reason: 'health() threw: sick' },
  },
];

/** A scheduler in real time that counts its pending timers. */
function countingScheduler() {
  let pending = 0;
  const schedule = (...args: Parameters<typeof asyncScheduler.schedule>): Subscription => {
    pending += 1;
    const action = asyncScheduler.schedule(...args);
    action.add(() => (pending -= 1));
    return action;
  };
  const scheduler = { now: () => asyncScheduler.now(), schedule } as SchedulerLike;
  return { scheduler, pendingCount: () => pending };
}

describe('a failure before COMMIT: the old version serves on, with its state', () => {
  test.each(broken)('$step', async ({ source, files, options, error, old, isBusy }) => {
    const folders = pluginFolders();
    folders.plugin(
      'plugin',
      { 'index.ts': ticking(old ?? OLD) },
      'exports = ["next", "version", "slow"]',
    );
    const { scheduler, pendingCount } = countingScheduler();
    const { runtime } = startRuntime({ scheduler, ...options });
    right(await runtime.loadManifest(folders.path('plugin'))());
    expect([await runtime.call('plugin', 'next'), await runtime.call('plugin', 'next')]).toEqual([
      1, 2,
    ]);
    const busy = isBusy === true ? runtime.call('plugin', 'slow') : undefined;
    for (const [file, text] of Object.entries(files ?? { 'index.ts': source ?? '' })) {
      folders.write(`plugin/${file}`, file.endsWith('.ts') ? ticking(text) : text);
    }

    const reloading = runtime.reloadPlugin('plugin')();
    const during = [runtime.call('plugin', 'next'), runtime.call('plugin', 'next')];

    expect(left(await reloading)).toMatchObject({ ...error, plugin: 'plugin' });
    expect(await Promise.all(during)).toEqual([3, 4]);
    expect(await runtime.call('plugin', 'version')).toBe('old');
    expect(await runtime.call('plugin', 'next')).toBe(5);
    expect(runtime.plugins()).toMatchObject([{ plugin: 'plugin', version: 1, status: 'serving' }]);
    expect(await busy).toBe(isBusy === true ? 'slow' : undefined);
    // Nothing is left: the timers of the failed version ended with it, and no deadline is pending.
    expect(pendingCount()).toBe(1);
  });

  test.each([
    ['throws', `{ throw new Error('no state') }`, { reason: 'saveState() threw: no state' }],
    [
      'gives what JSON cannot hold',
      '({ n, at: new Map() })',
      { _tag: 'StateSaveFailed', reason: expect.stringContaining('state.at is a Map') },
    ],
    [
      'never ends',
      'new Promise(() => {})',
      {
        _tag: 'TimedOut',
        phase: 'save',
        limitMs: 30,
        message: expect.stringContaining('saveState() did not return within 30 ms'),
      },
    ],
  ])(
    'is not: a saveState that %s. The new version serves, and it is told',
    async (_, state, told) => {
      const folders = pluginFolders();
      folders.plugin('plugin', { 'index.ts': OLD.replace('({ n })', state) });
      const { runtime, errors } = startRuntime({ limitsMs: { save: 30 } });
      right(await runtime.loadManifest(folders.path('plugin'))());
      await runtime.call('plugin', 'next');
      folders.write('plugin/index.ts', NEW);
      const reloading = runtime.reloadPlugin('plugin')();
      const during = [runtime.call('plugin', 'next'), runtime.call('plugin', 'next')];
      right(await reloading);

      expect(await Promise.all(during)).toEqual([2, 3]);
      expect(await runtime.call('plugin', 'version')).toBe('new');
      expect(await runtime.call('plugin', 'next')).toBe(1);
      expect(errors).toMatchObject([{ plugin: 'plugin', by: 'plugin', ...told }]);
    },
  );

  test('the failed version is stopped once if it was started, and the old one never', async () => {
    const folders = pluginFolders();
    const stops: string[] = [];
    Reflect.set(globalThis, 'stopped', stops);
    folders.plugin('plugin', { 'index.ts': OLD });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());

    folders.write('plugin/index.ts', `${NEW}\nexport const health = () => false;`);
    left(await runtime.reloadPlugin('plugin')());
    expect(stops).toEqual(['new']);

    folders.write('plugin/index.ts', `${NEW.replace('n = state.n', 'throw 1')}`);
    left(await runtime.reloadPlugin('plugin')());
    expect(stops).toEqual(['new']);

    folders.write('plugin/index.ts', NEW);
    right(await runtime.reloadPlugin('plugin')());
    expect(stops).toEqual(['new', 'old']);
    Reflect.deleteProperty(globalThis, 'stopped');
  });

  test('calls do not wait for a failed version to stop', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD });
    const { runtime } = startRuntime({ limitsMs: { dispose: 60_000 } });
    right(await runtime.loadManifest(folders.path('plugin'))());
    folders.write(
      'plugin/index.ts',
      `export const health = () => { globalThis.failing(); return false; };
       export const stop = () => new Promise((resolve) => { globalThis.endStop = resolve; });`,
    );
    const failing = new Promise<void>((resolve) => Reflect.set(globalThis, 'failing', resolve));
    const reloading = runtime.reloadPlugin('plugin')();
    await failing;

    expect(await runtime.call('plugin', 'version')).toBe('old');
    Reflect.get(globalThis, 'endStop')();
    expect(left(await reloading)).toMatchObject({ _tag: 'HealthCheckFailed' });
    for (const name of ['failing', 'endStop']) Reflect.deleteProperty(globalThis, name);
  });

  test('a mend goes live, and the numbers of versions tell only what served', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());
    await runtime.call('plugin', 'next');
    folders.write('plugin/index.ts', 'export const = 1');
    left(await runtime.reloadPlugin('plugin')());
    folders.write('plugin/index.ts', NEW);

    expect(right(await runtime.reloadPlugin('plugin')())).toMatchObject({ from: 1, to: 2 });
    expect([await runtime.call('plugin', 'version'), await runtime.call('plugin', 'next')]).toEqual(
      ['new', 2],
    );
  });
});

describe('a swap', () => {
  test('times every stage, and reports the state that was handed over', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());
    folders.write('plugin/index.ts', NEW);

    const { stageMs, restored } = right(await runtime.reloadPlugin('plugin')());

    expect(Object.keys(stageMs)).toEqual([
      ...['compile', 'load', 'validate', 'quiesce', 'save', 'restore', 'start', 'health'],
      ...['commit', 'dispose'],
    ]);
    expect(Object.values(stageMs).every((ms) => ms > 0 && !Number.isInteger(ms))).toBe(true);
    expect(restored).toEqual({ bytes: 7, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });

  test('the same bytes start nothing, also when the manifest only looks different', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());
    folders.write('plugin/index.ts', OLD);
    folders.write('plugin/plugin.toml', `# a comment\n${manifest('plugin')}`);

    expect(right(await runtime.reloadPlugin('plugin')())).toMatchObject({ from: 1, to: 1 });
  });

  test.each(['"data.json"', '"link.json"', '"*.json"', '"data.json", "none.json"'])(
    'the same bytes start nothing, also where data files count: %s',
    async (patterns) => {
      const folders = pluginFolders();
      folders.plugin('plugin', { 'index.ts': OLD, 'data.json': '1' }, `reload-on = [${patterns}]`);
      symlinkSync('data.json', folders.path('plugin/link.json'));
      const { runtime } = startRuntime();
      right(await runtime.loadManifest(folders.path('plugin'))());
      const reload = async () => right(await runtime.reloadPlugin('plugin')());
      folders.write('plugin/index.ts', OLD);
      expect(await reload()).toMatchObject({ from: 1, to: 1 });

      folders.write('plugin/data.json', '22');
      expect(await reload()).toMatchObject({ from: 1, to: 2 });
      expect(await reload()).toMatchObject({ from: 2, to: 2 });
    },
  );

  test('another order of the keys of a manifest starts nothing', async () => {
    const folders = pluginFolders();
    const metadata = (keys: readonly string[]) => keys.map((key) => `${key} = "1"`).join(', ');
    const lines = (keys: readonly string[]) => `metadata = { ${metadata(keys)} }`;
    folders.plugin('plugin', { 'index.ts': OLD }, lines(['one', 'two']));
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());
    const reversed = manifest('plugin', lines(['two', 'one']))
      .trim()
      .split('\n')
      .reverse();
    folders.write('plugin/plugin.toml', reversed.join('\n'));

    expect(right(await runtime.reloadPlugin('plugin')())).toMatchObject({ from: 1, to: 1 });
  });

  test('a change of the manifest alone is a reload', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());
    folders.write('plugin/plugin.toml', manifest('plugin', 'exports = ["next"]'));

    expect(right(await runtime.reloadPlugin('plugin')())).toMatchObject({ from: 1, to: 2 });
    await expect(runtime.call('plugin', 'version')).rejects.toMatchObject({
      _tag: 'ExportMissing',
    });
  });

  test('a change of data that reload-on names reloads the same code; other data does not', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD }, 'reload-on = ["data/*.csv"]');
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());
    const changed = (path: string) => ({
      change: {
        plugin: 'plugin',
        events: [
          { _tag: 'Modified', path: folders.path(path), kind: 'file', atMs: 0, batch: 1 } as const,
        ],
        firstAtMs: 0,
        lastAtMs: 0,
        eventCount: 1,
      },
    });

    expect(
      right(await runtime.reloadPlugin('plugin', changed('plugin/data/a.csv'))()),
    ).toMatchObject({ from: 1, to: 2 });
    expect(right(await runtime.reloadPlugin('plugin', changed('plugin/notes.md'))())).toMatchObject(
      { from: 2, to: 2 },
    );
  });

  test('migrates a copy, and passes the version of the saved state to restoreState', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());
    await runtime.call('plugin', 'next');
    folders.write('plugin/plugin.toml', manifest('plugin', 'state-version = 3'));
    folders.write(
      'plugin/index.ts',
      `let seen; export const migrate = (state, from, to) => { state.m = state.n * 10; delete state.n; return { ...state, from, to }; };
       export const restoreState = (state, from) => { seen = { state, from }; }; export const saveState = () => seen.state; export const value = () => seen;`,
    );
    const { restored } = right(await runtime.reloadPlugin('plugin')());

    expect(await runtime.call('plugin', 'value')).toEqual({
      state: { m: 10, from: 1, to: 3 },
      from: 1,
    });
    expect(restored?.bytes).toBe(JSON.stringify({ m: 10, from: 1, to: 3 }).length);
  });

  test('saves by options.saveState before the new version serves', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());
    await runtime.call('plugin', 'next');
    folders.write('plugin/index.ts', NEW);
    const records: unknown[] = [];

    const reload = runtime.reloadPlugin('plugin', {
      saveState: (record) => async () => {
        records.push(record, runtime.plugins()[0]?.version);
        return rightOf({ ...record, seq: 1 });
      },
    });

    expect(right(await reload())).toMatchObject({ from: 1, to: 2 });
    expect(records).toEqual([
      {
        plugin: 'plugin',
        schema: 1,
        codeHash: expect.stringMatching(/^[0-9a-f]{64}$/),
        state: { n: 1 },
      },
      1,
    ]);
  });

  test('an abort before COMMIT ends it; one after COMMIT changes nothing', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD });
    const { runtime, errors } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());
    const early = new AbortController();
    folders.write('plugin/index.ts', `${NEW}\nexport const start = () => new Promise(() => {});`);
    const reloading = runtime.reloadPlugin('plugin', { signal: early.signal })();
    setTimeout(() => early.abort(new Error('nobody waits')), 30);
    expect(left(await reloading)).toMatchObject({ _tag: 'Aborted', reason: 'nobody waits' });
    expect(await runtime.call('plugin', 'version')).toBe('old');

    const late = new AbortController();
    Reflect.set(globalThis, 'stopped', { push: () => late.abort() });
    folders.write('plugin/index.ts', NEW);
    expect(right(await runtime.reloadPlugin('plugin', { signal: late.signal })())).toMatchObject({
      to: 2,
    });
    expect([late.signal.aborted, errors]).toEqual([true, []]);
    Reflect.deleteProperty(globalThis, 'stopped');
  });

  test('two reloads of a plugin take turns, and end with the newest content', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());
    folders.write('plugin/index.ts', `${NEW}\n// one`);
    const first = runtime.reloadPlugin('plugin')();
    folders.write('plugin/index.ts', `${NEW}\n// two`);
    const second = runtime.reloadPlugin('plugin')();

    const results = [right(await first), right(await second)];
    expect(results.at(-1)?.to).toBe(runtime.plugins()[0]?.version);
    expect(right(await runtime.reloadPlugin('plugin')())).toMatchObject({
      from: results.at(-1)?.to,
      to: results.at(-1)?.to,
    });
  });

  test('a file that is saved while the new version starts is built again before anything serves', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('plugin'))());
    const slowStart = `\nexport const start = () => new Promise((resolve) => setTimeout(resolve, 60));`;
    folders.write(
      'plugin/index.ts',
      NEW.replace("version = () => 'new'", "version = () => 'passed over'") + slowStart,
    );
    const reloading = runtime.reloadPlugin('plugin')();
    setTimeout(() => folders.write('plugin/index.ts', NEW), 30);

    expect(right(await reloading)).toMatchObject({ from: 1, to: 2 });
    expect(await runtime.call('plugin', 'version')).toBe('new');
  });

  test('a plugin is restored from the store before it serves, and saved when it is unloaded or the runtime closes', async () => {
    const folders = pluginFolders();
    folders.plugin('plugin', { 'index.ts': OLD });
    const saved: unknown[] = [];
    const store: StateKeeper = {
      save: (record) => async () => {
        saved.push(record.state);
        return rightOf({ ...record, seq: saved.length });
      },
      load: (plugin) => async () =>
        rightOf(some({ plugin, seq: 1, schema: 1, codeHash: '', state: { n: 41 } })),
    };
    const { runtime } = startRuntime({ store });
    const loaded = right(await runtime.loadManifest(folders.path('plugin'))());

    expect(loaded).toMatchObject({ plugin: 'plugin', version: 1, restored: { bytes: 8 } });
    expect(await runtime.call('plugin', 'next')).toBe(42);
    right(await runtime.unloadPlugin('plugin')());
    expect(saved).toEqual([{ n: 42 }]);
    await expect(runtime.call('plugin', 'next')).rejects.toMatchObject({ _tag: 'PluginNotFound' });
  });
});

test('a stop that throws or never ends is reported and changes nothing', async () => {
  const folders = pluginFolders();
  folders.plugin('plugin', {
    'index.ts': `${OLD.replace(/globalThis.*$/m, `throw new Error('will not') };`)}`,
  });
  const { runtime, errors } = startRuntime({ limitsMs: { dispose: 30 } });
  right(await runtime.loadManifest(folders.path('plugin'))());
  folders.write(
    'plugin/index.ts',
    `${NEW.replace(/export const stop.*$/m, '')}\nexport const stop = () => new Promise(() => {});`,
  );
  expect(right(await runtime.reloadPlugin('plugin')())).toMatchObject({ to: 2 });
  folders.write('plugin/index.ts', OLD);
  expect(right(await runtime.reloadPlugin('plugin')())).toMatchObject({ to: 3 });

  expect(errors).toMatchObject([
    { _tag: 'LifecycleFailed', phase: 'stop', reason: 'stop() threw: will not' },
    { _tag: 'TimedOut', phase: 'dispose', limitMs: 30 },
  ]);
});

describe('close', () => {
  test('ends within two seconds whatever plugins do: a call that hangs, a reload that runs, a stop that never ends', async () => {
    const folders = pluginFolders();
    folders.plugin('hangs', {
      'index.ts': `${OLD}\nexport const hang = () => new Promise(() => {});`,
    });
    folders.plugin('stays', { 'index.ts': `export const stop = () => new Promise(() => {});` });
    folders.plugin('swaps', { 'index.ts': OLD });
    const saved: unknown[] = [];
    const { runtime, errors } = startRuntime({
      store: {
        save: (record) => async () => {
          saved.push([record.plugin, record.state]);
          return rightOf({ ...record, seq: 1 });
        },
        load: () => async () => rightOf(none),
      },
    });
    right(await runtime.loadDirectory(folders.dir)());
    await runtime.call('hangs', 'next');
    void runtime.call('hangs', 'hang');
    folders.write('swaps/index.ts', `${NEW}\nexport const start = () => new Promise(() => {});`);
    const reloading = runtime.reloadPlugin('swaps')();
    await new Promise((resolve) => setTimeout(resolve, 30));
    const startMs = performance.now();
    await runtime.close();

    expect(performance.now() - startMs).toBeLessThan(2_000);
    expect(left(await reloading)).toMatchObject({ _tag: 'Aborted', reason: 'the runtime closes' });
    expect(saved).toEqual(
      expect.arrayContaining([
        ['hangs', { n: 1 }],
        ['swaps', { n: 0 }],
      ]),
    );
    expect(errors).toMatchObject([{ _tag: 'TimedOut', plugin: 'stays', phase: 'dispose' }]);
    await expect(runtime.call('hangs', 'next')).rejects.toMatchObject({ _tag: 'PluginNotFound' });
    expect(left(await runtime.reloadPlugin('swaps')())).toMatchObject({ _tag: 'Aborted' });
    expect(left(await runtime.loadManifest(folders.path('swaps'))())).toMatchObject({
      _tag: 'Aborted',
    });
  });

  test.each([
    [`{ throw new Error('no state') }`, 'StateSaveFailed'],
    ['new Promise(() => undefined)', 'TimedOut'],
  ])('lets a plugin go that gives no state, and tells so: %s', async (state, told) => {
    const folders = pluginFolders();
    const stops: string[] = [];
    Reflect.set(globalThis, 'stopped', stops);
    folders.plugin('plugin', {
      'index.ts': OLD.replace('({ n })', state),
    });
    const { runtime, errors } = startRuntime({ limitsMs: { save: 30 } });
    right(await runtime.loadManifest(folders.path('plugin'))());
    right(await runtime.unloadPlugin('plugin')());

    expect(stops).toEqual(['old']);
    expect(errors).toMatchObject([{ _tag: told, by: 'plugin' }]);
    expect(runtime.plugins()).toMatchObject([]);
    Reflect.deleteProperty(globalThis, 'stopped');
  });

  test('keeps a plugin serving whose store fails, until the host ends, and reports it', async () => {
    const folders = pluginFolders();
    const stops: string[] = [];
    Reflect.set(globalThis, 'stopped', stops);
    folders.plugin('plugin', { 'index.ts': OLD });
    const full = { _tag: 'StateSaveFailed', plugin: 'plugin', message: 'no space left' };
    const store = { load: () => async () => rightOf(none), save: () => async () => leftOf(full) };
    const { runtime, errors } = startRuntime({ store });
    right(await runtime.loadManifest(folders.path('plugin'))());
    expect(left(await runtime.unloadPlugin('plugin')())).toBe(full);
    expect([await runtime.call('plugin', 'next'), stops]).toEqual([1, []]);
    await runtime.close();

    expect([stops, errors]).toEqual([['old'], [full]]);
    Reflect.deleteProperty(globalThis, 'stopped');
  });
});
