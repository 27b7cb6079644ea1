import { firstValueFrom, NEVER } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ReloadEvent, UnstampedEvent } from '../../../src/model/reload/ReloadEvent.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { failureRate } from '../../../src/policies/breaker/failureRate.js';
import { PluginRuntime, type RuntimeOptions } from '../../../src/runtime/index.js';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const counter = (version: string) => `let n = 0;
export const next = () => ++n;
export const version = () => '${version}';
export const fail = () => { throw new Error('${version} is broken'); };
export const saveState = () => ({ n });
export const restoreState = (state) => { if (typeof state?.n !== 'number') throw new Error('no number n'); n = state.n; if (state.late && '${version}' === 'v1') return new Promise(() => undefined); };`;
const LONG = { forMs: 60_000 };

/** Version 1 has served and counted to 10; version 2, with `source`, serves now. */
async function onProbation(
  source: string,
  options: RuntimeOptions = { probation: LONG },
  lines = '',
) {
  const folders = pluginFolders();
  folders.plugin('a', { 'index.ts': counter('v1') });
  const { runtime, errors } = startRuntime(options);
  const events: UnstampedEvent[] = [];
  runtime.events$.subscribe((event) => events.push(event));
  right(await runtime.loadManifest(folders.path('a'))());
  right(await runtime.restorePluginState('a', { n: 10 })());
  folders.write('a/index.ts', source);
  if (lines !== '') folders.write('a/plugin.toml', manifest('a', lines));
  right(await runtime.reloadPlugin('a')());
  expect(runtime.plugins()).toMatchObject([{ version: 2 }]);
  const fails = async (times: number) => {
    for (let call = 0; call < times; call += 1) {
      await expect(runtime.call('a', 'fail')).rejects.toThrow('broken');
    }
  };
  const serves = (version: number) =>
    vi.waitFor(() => expect(runtime.plugins()).toMatchObject([{ version }]), { timeout: 25_000 });
  const told = () =>
    vi.waitFor(() => expect(events.at(-1)?._tag).toMatch(/RolledBack|ReloadFailed/), {
      timeout: 25_000,
    });
  return { folders, runtime, errors, events, fails, serves, told };
}

describe('probation', () => {
  test('three failed calls in a row bring the old version back, with the state of the new one', async () => {
    const { runtime, events, fails, serves, told } = await onProbation(counter('v2'));
    await runtime.call('a', 'next');
    await fails(3);
    await serves(1);
    await told();

    expect(await runtime.call('a', 'version')).toBe('v1');
    expect(await runtime.call('a', 'next')).toBe(12);
    expect(events).toEqual([
      {
        _tag: 'RolledBack',
        plugin: 'a',
        from: 2,
        to: 1,
        reason: '3 failures in a row, the last one: v2 is broken',
        fingerprint: runtime.fingerprintOf('a'),
      },
    ]);
  });

  test('two failures and a success of a function do not, nor do failures below a given rate', async () => {
    const source = `${counter('v2')}
export const pass = (isGood) => { if (!isGood) throw new Error('v2 is broken'); };`;
    const { runtime, events } = await onProbation(source);
    for (const isGood of [false, false, true, false, false]) {
      await runtime.call('a', 'pass', isGood).catch(() => undefined);
    }
    expect(await runtime.call('a', 'version')).toBe('v2');

    const trip = failureRate({ ratio: 0.9, minimumCount: 5, window: { count: 10 } });
    const tolerant = await onProbation(counter('v2'), { probation: { ...LONG, trip } });
    await tolerant.fails(4);
    await tolerant.runtime.call('a', 'next');
    expect(await tolerant.runtime.call('a', 'version')).toBe('v2');
    expect([...events, ...tolerant.events]).toEqual([]);
  });

  test('a manifest may ask for it where no other versions are kept', async () => {
    const lines = 'probation = { duration-ms = 60000 }';
    const { fails, serves } = await onProbation(counter('v2'), { keepVersions: 0 }, lines);
    await fails(3);
    await serves(1);
  });

  test('the same files are not tried again; changed files are, with a new version number', async () => {
    const { folders, runtime, fails, serves, told } = await onProbation(counter('v2'));
    await fails(3);
    await serves(1);
    await told();

    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({
      _tag: 'ProbationFailed',
      version: 2,
      message: expect.stringContaining('change them'),
    });
    folders.write('a/index.ts', counter('v3'));
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 3 });
    await fails(3);
    await serves(1);
  });

  test('the same files are not tried again after a person went further back either', async () => {
    const { folders, runtime, fails, serves, told } = await onProbation(counter('v2'));
    for (const version of [1, 2]) right(await runtime.replacePlugin('a', version)());
    folders.write('a/index.ts', counter('v3'));
    right(await runtime.reloadPlugin('a')());
    await fails(3);
    await serves(2);
    await told();
    right(await runtime.replacePlugin('a', 1)());

    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({
      _tag: 'ProbationFailed',
      version: 3,
    });
  });

  test('the state is migrated down by migrate of the version that failed', async () => {
    const source = `${counter('v2')
      .replace('({ n })', '({ count: n })')
      .replace('n = state.n;', 'n = state.n;')}
export const migrate = (state, from, to) => from < to ? { n: state.n } : { n: state.count };`;
    const { runtime, fails, serves } = await onProbation(
      source,
      { probation: LONG },
      'state-version = 2',
    );
    await runtime.call('a', 'next');
    await fails(3);
    await serves(1);

    expect(await runtime.call('a', 'next')).toBe(12);
  });

  test.each([
    {
      reason: 'there is no way down',
      change: (source: string) => source.replace('({ n })', '({ count: n })'),
      lines: 'state-version = 2',
      told: 'StateRejected',
    },
    {
      reason: 'the old version refuses what it is given',
      change: (source: string) => source.replace('({ n })', '({ m: n })'),
      lines: '',
      told: 'StateRejected',
    },
    {
      reason: 'the version that leaves gives none',
      change: (source: string) => source.replace('({ n })', `{ throw new Error('lost'); }`),
      lines: '',
      told: 'StateSaveFailed',
    },
    {
      reason: 'the version that leaves never gives it',
      change: (source: string) => source.replace('({ n })', 'new Promise(() => undefined)'),
      lines: '',
      told: 'TimedOut',
    },
    {
      reason: 'the way down never ends',
      change: (source: string) =>
        `${source}\nexport const migrate = (state, from, to) => (from < to ? state : new Promise(() => undefined));`,
      lines: 'state-version = 2',
      told: 'TimedOut',
    },
    {
      reason: 'the old version never takes it',
      change: (source: string) => source.replace('({ n })', '({ n, late: true })'),
      lines: '',
      told: 'TimedOut',
    },
  ])('$reason: the state that was saved under the old version', async ({ change, lines, told }) => {
    const options = { probation: LONG, limitsMs: { save: 300, restore: 300 } };
    const source = `${change(counter('v2'))}`;
    const { runtime, fails, serves, errors } = await onProbation(source, options, lines);
    await runtime.call('a', 'next');
    await fails(3);
    await serves(1);

    expect(await runtime.call('a', 'next')).toBe(11);
    expect(errors).toMatchObject([{ _tag: told }]);
  });

  test('a version that gives no state is also rolled back when no state was saved under the old one', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': `export const version = () => 'v1';` });
    const { runtime } = startRuntime({ probation: LONG, limitsMs: { save: 50 } });
    right(await runtime.loadManifest(folders.path('a'))());
    folders.write('a/index.ts', counter('v2').replace('({ n })', 'new Promise(() => undefined)'));
    right(await runtime.reloadPlugin('a')());
    for (let call = 0; call < 3; call += 1) await runtime.call('a', 'fail').catch(() => undefined);

    await vi.waitFor(async () => expect(await runtime.call('a', 'version')).toBe('v1'));
  });

  test('a throw in a timer counts, and one failure is enough where the manifest says so', async () => {
    const source = `${counter('v2')}
export const start = (ctx) => { ctx.setTimeout(() => { throw new Error('in a timer'); }, 1); };`;
    const { events, serves, told } = await onProbation(
      source,
      {},
      'probation = { duration-ms = 60000, failure-count = 1 }',
    );
    await serves(1);
    await told();
    expect(events).toMatchObject([{ reason: expect.stringContaining('in a timer') }]);
  });

  describe('in a worker', () => {
    /** Only the new version has it, and it dies only when called: one that dies by a timer might die before it serves. */
    const DIE = 'export const die = () => { process.exit(3); };';
    const worker = (version: string, more = '') => `${counter(version)}
export const exit = () => { process.exit(3); };
export const hang = () => new Promise(() => {});
${more}`;
    const lay = async (second: string, failures: number) => {
      const folders = pluginFolders();
      const lines = `mode = "worker"\nprobation = { duration-ms = 60000, failure-count = ${failures} }`;
      folders.plugin('a', { 'index.ts': worker('v1') }, lines);
      const { runtime } = startRuntime();
      const events: UnstampedEvent[] = [];
      runtime.events$.subscribe((event) => events.push(event));
      right(await runtime.loadManifest(folders.path('a'))());
      right(await runtime.restorePluginState('a', { n: 10 })());
      folders.write('a/index.ts', second);
      right(await runtime.reloadPlugin('a')());
      const tags = () => events.map(({ _tag }) => _tag);
      return { runtime, events, tags };
    };

    test('a worker that dies counts: the old version comes back, and is not restarted again', async () => {
      const { runtime, events, tags } = await lay(worker('v2', DIE), 3);
      for (let crashes = 0; crashes < 3; crashes += 1) {
        await expect(runtime.call('a', 'die')).rejects.toThrow('process.exit(3)');
      }
      await expect.poll(() => tags().at(-1), { timeout: 10_000 }).toBe('RolledBack');

      expect(tags()).toEqual(['Restarted', 'Restarted', 'RolledBack']);
      expect(events.at(-1)).toMatchObject({ reason: expect.stringContaining('process.exit(3)') });
      expect(await runtime.call('a', 'version')).toBe('v1');
      expect(await runtime.call('a', 'next')).toBe(11);
    });

    test('a worker that dies in the stop of the old version does not count against the new one', async () => {
      const folders = pluginFolders();
      const lines = 'mode = "worker"\nprobation = { duration-ms = 60000, failure-count = 1 }';
      const dying =
        'export const start = () => {}; export const stop = () => { process.exit(3); };';
      folders.plugin('a', { 'index.ts': `${counter('v1')}\n${dying}` }, lines);
      const { runtime, errors } = startRuntime();
      const events: UnstampedEvent[] = [];
      runtime.events$.subscribe((event) => events.push(event));
      right(await runtime.loadManifest(folders.path('a'))());
      folders.write('a/index.ts', counter('v2'));
      right(await runtime.reloadPlugin('a')());

      expect(errors.map(({ message }) => message).join()).toContain('process.exit(3)');
      expect(await runtime.call('a', 'version')).toBe('v2');
      // Orders wait for the work on the plugin that a failed probation would have started.
      right(await runtime.restartPlugin('a')());
      expect(await runtime.call('a', 'version')).toBe('v2');
      expect(events.map(({ _tag }) => _tag)).not.toContain('RolledBack');
    });

    test('a crash is one failure, however many calls it ends', async () => {
      const { runtime, tags } = await lay(worker('v2'), 2);
      const crash = async () => {
        const calls = ['hang', 'hang', 'hang', 'exit'].map((fn) => runtime.call('a', fn));
        for (const call of await Promise.allSettled(calls)) expect(call.status).toBe('rejected');
      };
      await crash();
      expect(await runtime.call('a', 'version')).toBe('v2');
      await crash();
      // The call between the crashes succeeded, so they are not two failures in a row.
      expect(await runtime.call('a', 'version')).toBe('v2');
      expect(tags()).toEqual(['Restarted', 'Restarted']);
    });

    test('repeated crashes fail it, however many failures it is allowed', async () => {
      const { runtime, tags } = await lay(worker('v2', DIE), 1_000);
      await expect
        .poll(
          async () => {
            await runtime.call('a', 'die').catch(() => undefined);
            return tags().at(-1);
          },
          { timeout: 20_000 },
        )
        .toBe('RolledBack');
      expect(await runtime.call('a', 'version')).toBe('v1');
    });
  });

  test('a version that passes is trusted: later failures change nothing', async () => {
    const source = `${counter('v2')}
let asked = 0;
export const health = () => { asked += 1; return true; };
export const checks = () => asked;`;
    const { runtime, fails, events } = await onProbation(source, { probation: { forMs: 30 } });
    await vi.waitFor(async () => expect(await runtime.call('a', 'checks')).toBe(2));
    await runtime.call('a', 'next');
    await fails(9);

    expect(await runtime.call('a', 'version')).toBe('v2');
    const fingerprint = runtime.fingerprintOf('a');
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(events).toEqual([{ _tag: 'Proven', plugin: 'a', version: 2, fingerprint }]);
  });

  test('a version whose health fails at the end is rolled back', async () => {
    const source = `${counter('v2')}
let asked = 0;
export const health = () => { asked += 1; return asked < 2; };`;
    const { events, serves, told } = await onProbation(source, { probation: { forMs: 30 } });
    await serves(1);
    await told();
    expect(events).toMatchObject([
      { _tag: 'RolledBack', reason: expect.stringContaining('health') },
    ]);
  });

  test('an old version that cannot come back: the new one serves on, and an event reports it', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `${counter('v1')}\nexport const health = () => globalThis.v1IsIll !== true;`,
    });
    const { runtime } = startRuntime({ probation: LONG });
    const events: UnstampedEvent[] = [];
    runtime.events$.subscribe((event) => events.push(event));
    right(await runtime.loadManifest(folders.path('a'))());
    folders.write('a/index.ts', counter('v2'));
    right(await runtime.reloadPlugin('a')());
    Reflect.set(globalThis, 'v1IsIll', true);
    onTestFinished(() => {
      Reflect.deleteProperty(globalThis, 'v1IsIll');
    });
    for (let call = 0; call < 3; call += 1) await runtime.call('a', 'fail').catch(() => undefined);

    await vi.waitFor(() => expect(events).toHaveLength(1));
    expect(events).toMatchObject([
      { _tag: 'ReloadFailed', stillServing: 2, error: { _tag: 'HealthCheckFailed' } },
    ]);
    expect(await runtime.call('a', 'version')).toBe('v2');
  });

  test('goes back past a version that was never trusted, to the last trusted one', async () => {
    const { folders, runtime, fails, serves } = await onProbation(counter('v2'));
    folders.write('a/index.ts', counter('v3'));
    right(await runtime.reloadPlugin('a')());
    await fails(3);
    await serves(1);
    expect(await runtime.call('a', 'version')).toBe('v1');
  });

  test('a version that a person orders is trusted', async () => {
    const { runtime, fails } = await onProbation(counter('v2'));
    right(await runtime.replacePlugin('a', 1)());
    right(await runtime.replacePlugin('a', 2)());
    await fails(5);
    expect(await runtime.call('a', 'version')).toBe('v2');
  });

  test('late failures of calls in the old version do not count against the new one', async () => {
    const slow = `export const late = (until) => until.then(() => { throw new Error('late'); });
export const version = () => 'v1';`;
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': slow });
    const { runtime } = startRuntime({
      probation: LONG,
      whenBusy: 'abandon',
      limitsMs: { quiesce: 5, dispose: 5 },
    });
    right(await runtime.loadManifest(folders.path('a'))());
    let end = () => undefined as void;
    const until = new Promise<void>((resolve) => (end = resolve));
    const calls = [1, 2, 3, 4].map(() => runtime.call('a', 'late', until).catch(String));
    folders.write('a/index.ts', slow.replace('v1', 'v2'));
    right(await runtime.reloadPlugin('a')());
    end();
    expect(await Promise.all(calls)).toEqual(Array(4).fill('Error: late'));
    expect(await runtime.call('a', 'version')).toBe('v2');
  });

  test('options that cannot work', () => {
    expect(() => new PluginRuntime({ probation: { forMs: 0 } })).toThrow(
      'PluginRuntime: probation.forMs (0) is less than 1',
    );
    expect(() => new PluginRuntime({ probation: { forMs: 5 }, keepVersions: 0 })).toThrow(
      'keepVersions is 0',
    );
  });
});

describe('capabilities that grow', () => {
  const lay = async (options: RuntimeOptions = {}) => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': counter('v1') }, 'capabilities = ["fs"]');
    const { runtime } = startRuntime(options);
    right(await runtime.loadManifest(folders.path('a'))());
    right(await runtime.restorePluginState('a', { n: 10 })());
    folders.write('a/plugin.toml', manifest('a', 'capabilities = ["net", "fs", "exec"]'));
    folders.write('a/index.ts', counter('v2'));
    return { folders, runtime };
  };

  test('wait for approval while the old version serves', async () => {
    const { runtime } = await lay();
    const told: UnstampedEvent[] = [];
    runtime.events$.subscribe((event) => told.push(event));
    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({
      _tag: 'CapabilitiesNotApproved',
      added: ['net', 'exec'],
      line: 5,
      message: expect.stringContaining('approveCapabilities'),
    });
    expect(await runtime.call('a', 'next')).toBe(11);

    expect(left(await runtime.approveCapabilities('a', ['net'])())).toMatchObject({
      added: ['exec'],
    });
    expect(right(await runtime.approveCapabilities('a', ['exec'])())).toMatchObject({
      from: 1,
      to: 2,
    });
    expect([await runtime.call('a', 'version'), await runtime.call('a', 'next')]).toEqual([
      'v2',
      12,
    ]);
    expect(told.map(({ _tag }) => _tag)).toEqual(['ReloadFailed', 'StateRestored', 'Reloaded']);
  });

  test('what a version gave up must be approved again, also after its folder was moved out and back', async () => {
    const { folders, runtime } = await lay();
    folders.write('a/plugin.toml', manifest('a'));
    right(await runtime.reloadPlugin('a')());
    folders.write('a/plugin.toml', manifest('a', 'capabilities = ["fs"]'));
    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({ added: ['fs'] });
    right(await runtime.unloadPlugin('a')());
    expect(left(await runtime.loadManifest(folders.path('a'))())).toMatchObject({ added: ['fs'] });
  });

  test('are a declaration, not a sandbox: code that declares nothing can do what the process can', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `import { readFileSync } from 'node:fs'; export const read = (path) => readFileSync(path, 'utf8');`,
    });
    folders.write('outside.txt', 'read all the same');
    const { runtime } = startRuntime({ capabilities: [] });
    right(await runtime.loadManifest(folders.path('a'))());
    expect(await runtime.call('a', 'read', folders.path('outside.txt'))).toBe('read all the same');
  });

  test('are allowed where the host says so, but never beyond its own list', async () => {
    const { runtime } = await lay({ capabilityGrowth: 'allow' });
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ to: 2 });

    const narrow = await lay({ capabilities: ['fs', 'net'] });
    expect(left(await narrow.runtime.approveCapabilities('a', ['net', 'exec'])())).toMatchObject({
      _tag: 'ManifestInvalid',
      message: expect.stringContaining('"exec"'),
    });
    expect(await narrow.runtime.call('a', 'version')).toBe('v1');
  });
});

test('the stream of hotReload reports what the runtime does by itself', async () => {
  const { runtime, fails } = await onProbation(counter('v2'));
  const rolledBack = firstValueFrom<ReloadEvent>(hotReload({ source$: NEVER, target: runtime }));
  await fails(3);
  expect(await rolledBack).toMatchObject({
    v: 1,
    i: 0,
    _tag: 'RolledBack',
    plugin: 'a',
    from: 2,
    to: 1,
  });
});
