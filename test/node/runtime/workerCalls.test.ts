import { describe, expect, test } from 'vitest';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';
import { reloadUnderCalls } from './reloadUnderCalls.js';

/** The full thousand: bench/reload/workerReloads.ts. */
const RELOADS = 25;
const CALLERS = 64;
const WORKER = 'mode = "worker"';

/** A runtime with the plugin `a` in a worker. */
async function startPlugin(source: string) {
  const folders = pluginFolders();
  folders.plugin('a', { 'index.ts': source }, WORKER);
  const { runtime, errors } = startRuntime();
  right(await runtime.loadManifest(folders.path('a'))());
  const call = (fn: string, ...args: readonly unknown[]) => runtime.call('a', fn, ...args);
  return { folders, runtime, errors, call };
}

const failure = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.unreachable('the call did not fail'),
    (error: unknown) => error,
  );

describe('calls into a worker', { timeout: 120_000 }, () => {
  test(`${RELOADS} reloads under ${CALLERS} callers: no call is lost, fails or is reordered, each runs in one version, and the counter never goes back`, async () => {
    await reloadUnderCalls(RELOADS, CALLERS, WORKER);
  });

  test('of one turn start in their order, also next to calls with a signal', async () => {
    const { call } = await startPlugin(
      'const log = []; export const add = (x) => { log.push(x); return [...log]; };',
    );
    const { signal } = new AbortController();
    const all = [call('add', 1), call('add', 2), call('add', { signal }), call('add', 4)];
    expect((await Promise.all(all)).map((log) => (log as unknown[]).length)).toEqual([1, 2, 3, 4]);
    expect(await call('add', 5)).toMatchObject([1, 2, {}, 4, 5]);
  });

  test('carry the values of the moment: later changes on either side have no effect', async () => {
    const { call } = await startPlugin(
      'const log = []; export const add = (x) => { log.push(x.n); return log; };',
    );
    const arg = { n: 1 };
    const first = call('add', arg);
    arg.n = 2;
    const second = call('add', arg);
    expect([await first, await second]).toEqual([[1], [1, 2]]);
  });

  test('keep dates, maps, bytes and undefined; a class instance arrives as plain data', async () => {
    const { call } = await startPlugin(
      'export const same = (x) => x; class P { y = 1; m() {} } export const make = () => new P();',
    );
    const value = {
      at: new Date(5),
      map: new Map([['k', new Set([1n])]]),
      bytes: new Uint8Array([1, 2]),
      none: undefined,
    };
    expect(await call('same', value)).toEqual(value);
    expect(await call('make')).toEqual({ y: 1 });
  });

  test('reject with what the plugin throws: class, message, code, cause, errors, and the line of the source', async () => {
    const { call } = await startPlugin(`interface Padding { readonly x: 1 }

export function type() { throw Object.assign(new TypeError('wrong', { cause: new RangeError('inner') }), { code: 'E_WRONG', at: { line: 3 } }); }
export async function many() { throw new AggregateError([new Error('one'), 'two'], 'both'); }
class Own extends Error { name = 'OwnError'; }
export const own = () => { throw new Own('mine'); };
export const value = () => { throw { plain: true }; };
export const abort = () => { AbortSignal.abort().throwIfAborted(); };
export const hostile = () => { const e = new Error('x'); Object.defineProperty(e, 'message', { get() { throw 1; } }); e.self = e; e.fn = () => 1; throw e; };`);
    const type = await failure(call('type'));
    expect(type).toBeInstanceOf(TypeError);
    expect(type).toMatchObject({ message: 'wrong', code: 'E_WRONG', at: { line: 3 } });
    expect(type).toHaveProperty('cause', new RangeError('inner'));
    expect((type as Error).stack).toMatch(
      /^TypeError: wrong\n {4}at type \(.*a\/index\.ts:3:\d+\)/,
    );
    const many = await failure(call('many'));
    expect(many).toBeInstanceOf(AggregateError);
    expect(many).toMatchObject({ message: 'both', errors: [new Error('one'), 'two'] });
    expect(await failure(call('own'))).toMatchObject({ name: 'OwnError', message: 'mine' });
    expect(await failure(call('value'))).toEqual({ plain: true });
    const abort = await failure(call('abort'));
    expect(abort).toBeInstanceOf(DOMException);
    expect(abort).toMatchObject({ name: 'AbortError', code: 20 });
    expect(await failure(call('hostile'))).toBe('an error that could not be read');
  });

  test('with a value that cannot be cloned reject with the plugin, the function and the part', async () => {
    const { call } = await startPlugin(
      `export const give = () => ({ items: [1, { 'on-end': () => 1 }] }); export const take = () => 1; export const promise = () => [Promise.resolve(1)];`,
    );
    expect(await failure(call('give'))).toMatchObject({
      name: 'PluginCallError',
      _tag: 'NotCloneable',
      message: expect.stringContaining('a.give(): .items[1]["on-end"] of its result is a function'),
    });
    expect(await failure(call('take', 1, { cb: [() => 1] }))).toMatchObject({
      _tag: 'NotCloneable',
      message: expect.stringContaining('a.take(): .cb[0] of argument 2 is a function'),
    });
    expect(await failure(call('promise'))).toMatchObject({
      message: expect.stringContaining('[0] of its result is a Promise'),
    });
    expect(await failure(call('absent'))).toMatchObject({ _tag: 'ExportMissing' });
    expect(await call('take')).toBe(1);
  });

  test('carry abort signals: as an argument, in an options object, aborted before or during the call', async () => {
    const { call } = await startPlugin(`const until = (signal) => new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason); signal.addEventListener('abort', () => reject(signal.reason)); });
      export const plain = (signal) => until(signal);
      export const option = (x, { signal }) => until(signal);`);
    const cause = Object.assign(new RangeError('enough'), { code: 'E_ENOUGH' });
    const controller = new AbortController();
    const plain = failure(call('plain', controller.signal));
    const option = failure(call('option', 1, { signal: controller.signal }));
    controller.abort(cause);
    expect(await plain).toMatchObject({ message: 'enough', code: 'E_ENOUGH' });
    expect(await option).toBeInstanceOf(RangeError);
    expect(await failure(call('plain', AbortSignal.abort()))).toMatchObject({ name: 'AbortError' });
  });
});

describe('a plugin in a worker', { timeout: 60_000 }, () => {
  const COUNTER = `let n = 0; let log = [];
    export const next = () => ++n; export const lines = () => log;
    export const saveState = () => ({ n }); export const restoreState = (state, from) => { n = state.n; log.push('restored ' + from); };
    export const migrate = (state, from, to) => ({ n: state.n * 10 });
    export function init(ctx) { log.push('init ' + ctx.plugin + ' ' + ctx.version); }
    export function start(ctx) { ctx.setTimeout(() => log.push('timer'), 1); ctx.signal.addEventListener('abort', () => log.push('end')); }
    export const health = async () => n < 1_000;`;

  test('goes through the same stages as in process: state, migration, init, start, timers, health', async () => {
    const { folders, runtime, call } = await startPlugin(COUNTER);
    await call('next');
    folders.plugin('a', { 'index.ts': `${COUNTER} // 2` }, `${WORKER}\nstate-version = 2`);
    const reloaded = right(await runtime.reloadPlugin('a')());
    expect(Object.keys(reloaded.stageMs)).toEqual(
      expect.arrayContaining([
        'compile',
        'load',
        'quiesce',
        'save',
        'migrate',
        'restore',
        'start',
        'health',
        'commit',
        'dispose',
      ]),
    );
    expect(await call('next')).toBe(11);
    await expect.poll(() => call('lines')).toEqual(['restored 1', 'init a 2', 'timer']);
    expect(right(await runtime.getPluginState('a')())).toMatchObject({ value: { n: 11 } });
    right(await runtime.restorePluginState('a', { n: 40 })());
    expect(await call('next')).toBe(41);
    expect(right(await runtime.replacePlugin('a', 1)())).toEqual({ version: 1 });
    expect(await call('next')).toBe(2);
    expect(left(await runtime.restorePluginState('a', { n: () => 1 })())).toMatchObject({
      _tag: 'StateRejected',
    });
  });

  test.each<[string, string, object, { load?: number; start?: number }?]>([
    [
      'load',
      `throw new RangeError('at load');`,
      { _tag: 'EvaluationFailed', line: 2, message: expect.stringContaining('at load') },
    ],
    [
      'load: an import without an export',
      `import { absent } from 'node:path'; absent();`,
      { _tag: 'EvaluationFailed', line: 2 },
    ],
    ['load: an endless loop', 'for (;;);', { _tag: 'TimedOut', phase: 'load' }, { load: 2_000 }],
    [
      'load: the thread ends',
      'process.exit(4);',
      { _tag: 'Crashed', reason: expect.stringContaining('process.exit(4)') },
    ],
    [
      'start',
      `export const start = () => { throw new Error('no'); };`,
      { _tag: 'LifecycleFailed', phase: 'start' },
    ],
    [
      'start: an endless loop',
      'export const start = () => { for (;;); };',
      { _tag: 'TimedOut', phase: 'start' },
      { start: 1_000 },
    ],
    ['start: the thread ends', 'export const start = () => process.exit(5);', { _tag: 'Crashed' }],
    ['health', 'export const health = () => false;', { _tag: 'HealthCheckFailed' }],
  ])('a new version that fails in %s: the old one serves on', async (_, line, error, limitsMs) => {
    const folders = pluginFolders();
    const source =
      'let n = 0; export const next = () => ++n; export const saveState = () => n; export const restoreState = (x) => { n = x; };';
    folders.plugin('a', { 'index.ts': source }, WORKER);
    const { runtime } = startRuntime({ limitsMs: limitsMs ?? {} });
    right(await runtime.loadManifest(folders.path('a'))());
    await runtime.call('a', 'next');
    folders.write('a/index.ts', `${source}\n${line}`);
    const waiting = runtime.reloadPlugin('a')();
    expect(left(await waiting)).toMatchObject(error);
    expect(await runtime.call('a', 'next')).toBe(2);
    folders.write('a/index.ts', `${source} // fixed`);
    right(await runtime.reloadPlugin('a')());
    expect(await runtime.call('a', 'next')).toBe(3);
  });

  test('a state that cannot be kept is reported as in process', async () => {
    const { folders, runtime, errors } = await startPlugin(
      'export const saveState = () => ({ at: [() => 1] });',
    );
    folders.write('a/index.ts', 'export const saveState = () => 1;');
    right(await runtime.reloadPlugin('a')());
    expect(errors).toMatchObject([
      {
        _tag: 'StateSaveFailed',
        by: 'plugin',
        message: expect.stringContaining('state.at[0]'),
      },
    ]);
  });

  test('moves between modes when its manifest says so: the state is kept, and calls wait', async () => {
    const source = `import { isMainThread } from 'node:worker_threads';
      let n = 0; export const next = async () => { await null; return [++n, isMainThread]; };
      export const saveState = () => n; export const restoreState = (x) => { n = x; };`;
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': source });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    const answers: unknown[] = [];
    for (const mode of ['worker', 'in-process', 'worker']) {
      folders.write('a/plugin.toml', manifest('a', `mode = "${mode}"`));
      const before = runtime.call('a', 'next');
      const reloading = runtime.reloadPlugin('a')();
      const during = runtime.call('a', 'next');
      right(await reloading);
      answers.push(await before, await during, await runtime.call('a', 'next'));
    }
    expect(answers.map((answer) => (answer as [number])[0])).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(answers.at(2)).toEqual([3, false]);
    expect(answers.at(5)).toEqual([6, true]);
    expect(answers.at(8)).toEqual([9, false]);
  });

  test('runs there by the option mode of the host, unless its manifest says otherwise', async () => {
    const folders = pluginFolders();
    const source = `import { isMainThread } from 'node:worker_threads'; export const main = () => isMainThread;`;
    folders.plugin('a', { 'index.ts': source });
    folders.plugin('b', { 'index.ts': source }, 'mode = "in-process"');
    const { runtime } = startRuntime({ mode: 'worker' });
    for (const loaded of right(await runtime.loadDirectory(folders.dir)())) right(loaded);
    expect([await runtime.call('a', 'main'), await runtime.call('b', 'main')]).toEqual([
      false,
      true,
    ]);
  });

  test('imports by computed names, JSON and packages; a change of such a file is a reload', async () => {
    const { folders, runtime, call } = await startPlugin(
      `export const read = async (name) => (await import('./' + name)).default;
       export const pkg = async () => typeof (await import('rxjs')).of;`,
    );
    folders.write('a/extra.ts', `import data from './data.json'; export default data.x as number;`);
    folders.write('a/data.json', '{ "x": 7 }');
    expect(await call('read', 'extra.js')).toBe(7);
    expect(await call('pkg')).toBe('function');
    expect(await failure(call('read', 'absent.js'))).toMatchObject({
      code: 'ERR_MODULE_NOT_FOUND',
    });
    folders.write('a/data.json', '{ "x": 8 }');
    expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ to: 2 });
    expect(await call('read', 'extra.js')).toBe(8);
  });

  test('reports what its timers throw, and serves on', async () => {
    const { errors, call } = await startPlugin(
      `export const start = (ctx) => { ctx.setTimeout(() => { throw new Error('in a timer'); }, 1); }; export const ok = () => 1;`,
    );
    await expect
      .poll(() => errors)
      .toMatchObject([
        { _tag: 'Crashed', plugin: 'a', message: expect.stringContaining('in a timer') },
      ]);
    expect(await call('ok')).toBe(1);
  });

  test('with whenBusy "abort", calls that outlive a swap are aborted by ctx.signal, or reject because their version is gone', async () => {
    const folders = pluginFolders();
    const source = `let ctx; export const init = (c) => { ctx = c; };
      export const listens = () => new Promise((_, reject) => ctx.signal.addEventListener('abort', () => reject(new Error('called off'))));
      export const hangs = () => new Promise(() => {});`;
    folders.plugin('a', { 'index.ts': source }, WORKER);
    const { runtime } = startRuntime({ whenBusy: 'abort', limitsMs: { quiesce: 50 } });
    right(await runtime.loadManifest(folders.path('a'))());
    const listens = failure(runtime.call('a', 'listens'));
    const hangs = failure(runtime.call('a', 'hangs'));
    folders.write('a/index.ts', `${source} // 2`);
    right(await runtime.reloadPlugin('a')());
    expect(await listens).toMatchObject({ message: 'called off' });
    expect(await hangs).toMatchObject({ name: 'PluginCallError', _tag: 'Aborted' });
  });
});
