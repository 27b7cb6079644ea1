import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { left, manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';
import { reloadUnderCalls } from './reloadUnderCalls.js';

const RELOADS = 1_000;
const CALLERS = 64;

describe('calls', () => {
  test(`${RELOADS} reloads under ${CALLERS} concurrent callers: none lost, failed or reordered, each in one generation, the counter never goes back`, {
    timeout: 120_000,
  }, async () => {
    await reloadUnderCalls(RELOADS, CALLERS);
  });

  test('calls that wait during a swap run in order, before later ones', async () => {
    const folders = pluginFolders();
    const code = `const log = []; export const add = (x) => { log.push(x); return [...log]; }; export const saveState = () => log; export const restoreState = (s) => { log.push(...s); };`;
    folders.plugin('a', { 'index.ts': code });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    folders.write(
      'a/index.ts',
      `${code} export const start = async () => { globalThis.starting(); await new Promise((r) => setTimeout(r, 20)); };`,
    );
    const starting = new Promise<void>((resolve) => Reflect.set(globalThis, 'starting', resolve));
    const before = runtime.call('a', 'add', 'before');
    const reloading = runtime.reloadPlugin('a')();
    await starting;
    const during = [1, 2, 3].map((x) => runtime.call('a', 'add', x));
    right(await reloading);
    const after = runtime.call('a', 'add', 'after');

    expect(await before).toEqual(['before']);
    expect((await Promise.all(during)).at(-1)).toEqual(['before', 1, 2, 3]);
    expect(await after).toEqual(['before', 1, 2, 3, 'after']);
    Reflect.deleteProperty(globalThis, 'starting');
  });

  test('a swap waits for a running call, and that call ends in the version that it began in', async () => {
    const folders = pluginFolders();
    const code = (version: string) =>
      `globalThis.loaded?.(); export const slow = () => new Promise((r) => { globalThis.finish = () => r('${version}'); });`;
    folders.plugin('a', { 'index.ts': code('old') });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    const finish = () => Reflect.apply(Reflect.get(globalThis, 'finish'), undefined, []);
    const slow = runtime.call('a', 'slow');
    folders.write('a/index.ts', code('new'));
    const loaded = new Promise<void>((resolve) => Reflect.set(globalThis, 'loaded', resolve));
    let isOver = false;
    const reloading = runtime
      .reloadPlugin('a')()
      .finally(() => (isOver = true));
    await loaded;
    // Long enough for a swap that waits for nothing.
    await new Promise((resolve) => setTimeout(resolve, 30));

    expect(isOver).toBe(false);
    finish();
    expect(right(await reloading).stageMs['quiesce']).toBeGreaterThan(0);
    expect(await slow).toBe('old');
    const next = runtime.call('a', 'slow');
    finish();
    expect(await next).toBe('new');
    for (const name of ['loaded', 'finish']) Reflect.deleteProperty(globalThis, name);
  });

  test.each([
    ['abandon', 'ended by itself'],
    ['abort', 'told to end'],
  ] as const)(
    'whenBusy %s: a call that does not end in time %s, while the new version serves',
    async (whenBusy, end) => {
      const folders = pluginFolders();
      const code = (version: string) => `let ctx; export const start = (own) => { ctx = own; };
      export const version = () => '${version}';
      export const slow = () => new Promise((resolve) => {
        ${whenBusy === 'abandon' ? "setTimeout(resolve, 90, 'ended by itself');" : ''}
        ctx.signal.addEventListener('abort', () => resolve('told to end'));
      });`;
      folders.plugin('a', { 'index.ts': code('old') });
      const { runtime } = startRuntime({ whenBusy, limitsMs: { quiesce: 20 } });
      right(await runtime.loadManifest(folders.path('a'))());
      const slow = runtime.call('a', 'slow');
      folders.write('a/index.ts', code('new'));
      expect(right(await runtime.reloadPlugin('a')())).toMatchObject({ from: 1, to: 2 });

      expect([await runtime.call('a', 'version'), await slow]).toEqual(['new', end]);
    },
  );

  test.each(['abandon', 'refuse'] as const)(
    'whenBusy %s: that the new version serves is told in COMMIT, before the end of the old one',
    async (whenBusy) => {
      const folders = pluginFolders();
      const code = (version: string) => `export const version = () => '${version}';
export const stop = () => new Promise((resolve) => { globalThis.endOfOld = resolve; });
export const late = (until) => until;`;
      folders.plugin('a', { 'index.ts': code('old') });
      const { runtime } = startRuntime({ whenBusy, limitsMs: { quiesce: 20 } });
      right(await runtime.loadManifest(folders.path('a'))());
      let end = () => undefined as void;
      const late = whenBusy === 'abandon' && new Promise<void>((resolve) => (end = resolve));
      const call = late && runtime.call('a', 'late', late);
      folders.write('a/index.ts', code('new'));
      let hasEnded = false;
      let reload = Promise.resolve();
      const told = new Promise<boolean>((resolve) => {
        const onCommit = () => resolve(hasEnded);
        const reloading = runtime.reloadPlugin('a', { onCommit })();
        reload = reloading.then(() => void (hasEnded = true));
      });

      expect(await told).toBe(false);
      expect(await runtime.call('a', 'version')).toBe('new');
      end();
      await call;
      for (
        let endOfOld: unknown;
        !hasEnded;
        await new Promise((resolve) => setImmediate(resolve))
      ) {
        endOfOld = Reflect.get(globalThis, 'endOfOld');
        if (typeof endOfOld === 'function') endOfOld();
      }
      await reload;
      Reflect.deleteProperty(globalThis, 'endOfOld');
    },
  );

  test('rejects with the error object that the plugin threw', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `const error = new TypeError('mine'); globalThis.theirs = error; export const sync = () => { throw error; }; export const later = async () => { throw error; }; export const text = () => { throw 'a text'; };`,
    });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    const error: unknown = Reflect.get(globalThis, 'theirs');

    await expect(runtime.call('a', 'sync')).rejects.toBe(error);
    await expect(runtime.call('a', 'later')).rejects.toBe(error);
    await expect(runtime.call('a', 'text')).rejects.toBe('a text');
    Reflect.deleteProperty(globalThis, 'theirs');
  });

  test('without exports in the manifest every exported function can be called, except lifecycle functions', async () => {
    const folders = pluginFolders();
    folders.plugin('open', {
      'index.ts': 'export const value = () => 1; export const start = () => 2;',
    });
    folders.plugin(
      'closed',
      { 'index.ts': 'export const value = () => 1; export const start = () => 2;' },
      'exports = ["start"]',
    );
    const { runtime } = startRuntime();
    right(await runtime.loadDirectory(folders.dir)());

    expect(await runtime.call('open', 'value')).toBe(1);
    await expect(runtime.call('open', 'start')).rejects.toMatchObject({ _tag: 'ExportMissing' });
    await expect(runtime.call('closed', 'value')).rejects.toMatchObject({ _tag: 'ExportMissing' });
    expect(await runtime.call('closed', 'start')).toBe(2);
  });

  test.each([
    ['serve', '', 'Right'],
    ['fail', "throw new Error('no');", 'Left'],
  ])(
    'many plugins that are loaded at once and %s let the event loop run',
    async (_, body, outcome) => {
      const folders = pluginFolders();
      folders.plugin('first', { 'index.ts': 'export const one = 1;' });
      const count = 60;
      for (let i = 0; i < count; i += 1) {
        folders.write(`many/p${i}/plugin.toml`, manifest(`p${i}`));
        folders.write(`many/p${i}/index.ts`, `${body} export const one = 1;`);
      }
      const { runtime } = startRuntime();
      // The first plugin also loads the compiler, which takes turns of its own.
      right(await runtime.loadManifest(folders.path('first'))());

      const loading = runtime.loadDirectory(folders.path('many'))();
      const state = { isLoading: true, turns: 0 };
      void loading.finally(() => (state.isLoading = false));
      while (state.isLoading) {
        await new Promise((resolve) => setImmediate(resolve));
        state.turns += 1;
      }
      expect(right(await loading).map(({ _tag }) => _tag)).toEqual(Array(count).fill(outcome));
      // A few plugins are built at the same time, and share a turn.
      expect(state.turns).toBeGreaterThan(count / 10);
    },
  );

  test('calls that wait for a first load are refused when it fails', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `export const value = () => 1; export const start = () => new Promise((_, reject) => setTimeout(reject, 30, new Error('no')));`,
    });
    const { runtime } = startRuntime();
    const loading = runtime.loadManifest(folders.path('a'))();
    await new Promise((resolve) => setTimeout(resolve, 15));
    const waiting = runtime.call('a', 'value');

    expect(left(await loading)).toMatchObject({ _tag: 'LifecycleFailed' });
    await expect(waiting).rejects.toMatchObject({ _tag: 'PluginNotFound' });
  });

  test('a call of an idle plugin costs a few times what an asynchronous function costs', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': 'export const one = (x) => x;' });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    const plain = async (x: number) => x;
    const elapsedMs = async (work: (x: number) => Promise<unknown>) => {
      const startMs = performance.now();
      for (let call = 0; call < 100_000; call += 1) await work(call);
      return performance.now() - startMs;
    };
    const ratios: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const plainMs = await elapsedMs(plain);
      ratios.push((await elapsedMs((x) => runtime.call('a', 'one', x))) / plainMs);
    }

    // One is measured right after the other, and the best of five pairs counts: other work on the machine slows the rest.
    expect(Math.min(...ratios)).toBeLessThan(8);
  });
});

describe('what a version owns ends with it', () => {
  test('ends timers, listeners, subscriptions, disposables and the signal', async () => {
    const folders = pluginFolders();
    const code = (name: string) => `
      export function start(ctx) {
        const log = (what) => globalThis.log.push('${name} ' + what);
        ctx.setInterval(() => log('tick'), 5);
        ctx.setTimeout(() => log('late'), 10_000);
        ctx.on(globalThis.emitter, 'event', (x) => log('event ' + x));
        ctx.on(globalThis.target, 'ping', () => log('ping'));
        ctx.own({ unsubscribe: () => log('unsubscribed') });
        ctx.own({ [Symbol.dispose]: () => log('disposed') });
        ctx.own(() => { log('called'); throw new Error('in own'); });
        ctx.signal.addEventListener('abort', () => log('aborted'));
        log([ctx.plugin, ctx.version].join(' '));
      }
      export function stop(ctx) { globalThis.log.push('${name} stop ' + ctx.signal.aborted); }`;
    const { EventEmitter } = await import('node:events');
    const log: string[] = [];
    const emitter = new EventEmitter();
    const target = new EventTarget();
    Object.assign(globalThis, { log, emitter, target });
    folders.plugin('a', { 'index.ts': code('old') });
    const { runtime, errors } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    emitter.emit('event', 1);
    target.dispatchEvent(new Event('ping'));
    await expect.poll(() => log.includes('old tick')).toBe(true);
    folders.write('a/index.ts', code('new'));
    log.length = 0;
    right(await runtime.reloadPlugin('a')());
    const told = log.filter((line) => !line.endsWith('tick'));
    log.length = 0;
    emitter.emit('event', 2);
    await expect.poll(() => log.includes('new tick')).toBe(true);

    expect(told).toEqual([
      'new a 2',
      'old stop false',
      'old aborted',
      ...['old called', 'old disposed', 'old unsubscribed'],
    ]);
    expect(log.filter((line) => line.startsWith('old'))).toEqual([]);
    expect(log).toContain('new event 2');
    expect([emitter.listenerCount('event'), errors.length]).toEqual([1, 1]);
    expect(errors[0]).toMatchObject({
      _tag: 'LifecycleFailed',
      phase: 'dispose',
      reason: 'in own',
    });
    await runtime.close();
    expect(emitter.listenerCount('event')).toBe(0);
    for (const name of ['log', 'emitter', 'target']) Reflect.deleteProperty(globalThis, name);
  });

  test.each(['in-process', 'worker'])(
    '%s: waits for an end that never comes until the deadline, reports it, and ends the others',
    async (mode) => {
      const folders = pluginFolders();
      const code = (version: number) => `import { writeFileSync } from 'node:fs';
        export const version = () => ${version};
        export const start = (ctx) => {
          ctx.own(() => writeFileSync(${JSON.stringify(folders.path(`ended-${version}`))}, ''));
          ctx.own(() => new Promise(() => {}));
        };`;
      folders.plugin('a', { 'index.ts': code(1) }, `mode = "${mode}"`);
      const { runtime, errors } = startRuntime({ limitsMs: { dispose: 200 } });
      right(await runtime.loadManifest(folders.path('a'))());
      folders.write('a/index.ts', code(2));
      right(await runtime.reloadPlugin('a')());
      expect(existsSync(folders.path('ended-1'))).toBe(true);
      // A version that fails before it serves ends in the same way.
      folders.write('a/index.ts', `${code(3)} export const health = () => false;`);
      expect(left(await runtime.reloadPlugin('a')())).toMatchObject({ _tag: 'HealthCheckFailed' });
      expect(existsSync(folders.path('ended-3'))).toBe(true);
      expect(await runtime.call('a', 'version')).toBe(2);
      await runtime.close();

      expect(existsSync(folders.path('ended-2'))).toBe(true);
      expect(errors).toMatchObject(
        Array(3).fill({ _tag: 'TimedOut', plugin: 'a', phase: 'dispose', limitMs: 200 }),
      );
      expect(errors[0]?.message).toContain('ctx.own');
    },
  );

  test('a throw in a timer is reported as Crashed, and the process lives on', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `export const start = (ctx) => { ctx.setTimeout(() => { throw new Error('in a timer'); }, 1); ctx.setTimeout(async () => { throw new Error('later'); }, 1); };`,
    });
    const { runtime, errors } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    await expect.poll(() => errors.length).toBe(2);

    expect(errors.map((error) => [error._tag, error.message])).toEqual([
      ['Crashed', 'a: a timer or listener threw: in a timer'],
      ['Crashed', 'a: a timer or listener threw: later'],
    ]);
    expect(runtime.plugins()).toMatchObject([{ plugin: 'a', version: 1, status: 'serving' }]);
  });
});
