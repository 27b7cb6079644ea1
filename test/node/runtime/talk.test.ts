import { setTimeout as delay } from 'node:timers/promises';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { RuntimeOptions } from '../../../src/runtime/index.js';
import { pluginFolders, right, startRuntime } from './pluginFolders.js';

type Calls = Parameters<NonNullable<RuntimeOptions['onCall']>>[0];

const CALLER = `let ctx; export const start = (own) => { ctx = own; };
export const ask = (fn, ...args) => ctx.call('answers', fn, ...args);
export const reach = (plugin) => ctx.call(plugin, 'double', 1);
export const tell = (payload) => { ctx.emit('told', payload); };
export const tellAll = () => { ctx.emit('none'); ctx.emit('map', new Map([[1, { a: [2] }]])); };
export const tellBad = async (kind) => {
  const { EventEmitter } = await import('node:events');
  const bad = { fn: { deep: [() => 1] }, emitter: { bus: new EventEmitter() }, target: new EventTarget() };
  ctx.emit('bad', bad[kind]);
};
export const askBad = async (kind) => {
  const { EventEmitter } = await import('node:events');
  return ctx.call('answers', 'double', kind === 'fn' ? () => 1 : kind === 'signal' ? { signal: AbortSignal.timeout(1e6) } : new EventEmitter());
};`;
const ANSWERS = `import { EventEmitter } from 'node:events';
export const double = (n) => n * 2; export const fail = () => { throw new RangeError('no such answer'); };
export const give = (kind) => (kind === 'fn' ? () => 1 : { bus: new EventEmitter() });`;

const modes = ['in-process', 'worker'] as const;
const pairs = modes.flatMap((caller) => modes.map((answers) => [caller, answers] as const));

async function bothLoaded(
  caller: string,
  answers: string,
  options: RuntimeOptions = {},
): Promise<ReturnType<typeof startRuntime> & { folders: ReturnType<typeof pluginFolders> }> {
  const folders = pluginFolders();
  folders.plugin('caller', { 'index.ts': CALLER }, `mode = "${caller}"`);
  folders.plugin('answers', { 'index.ts': ANSWERS }, `mode = "${answers}"`);
  // The first thread of a process waits for its program to be compiled, which takes long on a busy machine.
  const started = startRuntime({ limitsMs: { load: 60_000 }, ...options });
  right(await started.runtime.loadDirectory(folders.dir)()).map(right);
  return { ...started, folders };
}

const notCloneable = (message: RegExp) =>
  expect.objectContaining({
    name: 'PluginCallError',
    _tag: 'NotCloneable',
    message: expect.stringMatching(message),
  });

describe('ctx.call', () => {
  test.each(pairs)(
    'from %s to %s: answers, errors, and the version that serves',
    async (from, to) => {
      const { runtime, folders } = await bothLoaded(from, to);
      expect(await runtime.call('caller', 'ask', 'double', 4)).toBe(8);
      const failed: unknown = await runtime
        .call('caller', 'ask', 'fail')
        .catch((error: unknown) => error);
      expect(failed).toBeInstanceOf(RangeError);
      expect(failed).toMatchObject({ message: 'no such answer' });
      await expect(runtime.call('caller', 'ask', 'none')).rejects.toMatchObject({
        _tag: 'ExportMissing',
        plugin: 'answers',
      });
      await expect(runtime.call('caller', 'reach', 'answer')).rejects.toMatchObject({
        _tag: 'PluginNotFound',
        message: expect.stringContaining('answers'),
      });
      folders.write('answers/index.ts', ANSWERS.replace('n * 2', 'n * 200'));
      right(await runtime.reloadPlugin('answers')());
      expect(await runtime.call('caller', 'ask', 'double', 4)).toBe(800);
      // Calls that are made while the other plugin is replaced wait for that.
      folders.write('answers/index.ts', ANSWERS.replace('n * 2', 'n * 3'));
      const swap = runtime.reloadPlugin('answers')();
      const during = Array.from({ length: 50 }, () => runtime.call('caller', 'ask', 'double', 1));
      for (const answer of await Promise.all(during)) expect([200, 3]).toContain(answer);
      right(await swap);
    },
  );

  test.each(pairs.filter((pair) => pair.includes('worker')))(
    'from %s to %s: refuses what would be dead on the other side, and says what to do instead',
    async (from, to) => {
      const { runtime } = await bothLoaded(from, to);
      await expect(runtime.call('caller', 'askBad', 'fn')).rejects.toEqual(
        notCloneable(/argument 1 is a function.*called by name/),
      );
      await expect(runtime.call('caller', 'askBad', 'emitter')).rejects.toEqual(
        notCloneable(/argument 1 is an emitter \(EventEmitter\).*ctx\.emit.*emitted\$/),
      );
      const signal = runtime.call('caller', 'askBad', 'signal');
      if (from === 'worker')
        await expect(signal).rejects.toEqual(notCloneable(/argument 1 has an abort/));
      else expect(await signal).toBeNaN();
      for (const [kind, message] of [
        ['fn', /its result is a function/],
        ['emitter', /\.bus of its result is an emitter/],
      ] as const) {
        await expect(runtime.call('caller', 'ask', 'give', kind)).rejects.toEqual(
          notCloneable(message),
        );
      }
    },
  );
});

describe('ctx.emit', () => {
  test.each(modes)('reaches emitted$, in order: %s', async (mode) => {
    const { runtime } = await bothLoaded(mode, 'in-process');
    const told = lastValueFrom(runtime.emitted$.pipe(toArray()));
    const payload = { n: 1, when: new Date(0) };
    await runtime.call('caller', 'tell', payload);
    await runtime.call('caller', 'tellAll');
    right(await runtime.restartPlugin('caller')());
    await runtime.call('caller', 'tell', 'again');
    await runtime.close();
    const from = { plugin: 'caller', version: 1 };
    expect(await told).toEqual([
      { ...from, name: 'told', payload },
      { ...from, name: 'none', payload: undefined },
      { ...from, name: 'map', payload: new Map([[1, { a: [2] }]]) },
      { ...from, name: 'told', payload: 'again' },
    ]);
  });

  test('refuses in a thread what would be dead on the other side', async () => {
    const { runtime } = await bothLoaded('worker', 'in-process');
    for (const [kind, message] of [
      ['fn', /caller\.emit\(\): \.deep\[0\] of its payload is a function/],
      ['emitter', /\.bus of its payload is an emitter \(EventEmitter\)/],
      ['target', /its payload is an emitter \(EventTarget\)/],
    ] as const) {
      await expect(runtime.call('caller', 'tellBad', kind)).rejects.toEqual(notCloneable(message));
    }
  });

  test('a listener that throws ends nothing', async () => {
    const { runtime } = await bothLoaded('in-process', 'worker');
    const seen: unknown[] = [];
    runtime.emitted$.subscribe(({ payload }) => seen.push(payload));
    await runtime.call('caller', 'tell', 1);
    await runtime.call('caller', 'tell', 2);
    expect(seen).toEqual([1, 2]);
  });
});

test.each(modes)('a call of the host with an emitter to a plugin: %s', async (mode) => {
  const { runtime } = await bothLoaded('in-process', mode);
  const { EventEmitter } = await import('node:events');
  const call = runtime.call('answers', 'double', { bus: new EventEmitter() });
  if (mode === 'in-process') expect(await call).toBeNaN();
  else await expect(call).rejects.toEqual(notCloneable(/\.bus of argument 1 is an emitter/));
});

describe('onCall', () => {
  test('is told of each call after it ended, also of those of plugins and of those that are refused', async () => {
    const calls: Calls[] = [];
    const { runtime, folders } = await bothLoaded('in-process', 'in-process', {
      onCall: (call) => calls.push(call),
    });
    await runtime.call('caller', 'ask', 'double', 1);
    await runtime.call('answers', 'fail').catch(() => undefined);
    await runtime.call('answers', 'none').catch(() => undefined);
    await runtime.call('nobody', 'x').catch(() => undefined);
    folders.write('answers/index.ts', ANSWERS.replace('n * 2', 'n * 3'));
    const swap = runtime.reloadPlugin('answers')();
    await runtime.call('answers', 'double', 1);
    right(await swap);
    await runtime.call('answers', 'double', 1);
    expect(calls).toMatchObject([
      { plugin: 'answers', fn: 'double', version: 1, ok: true },
      { plugin: 'caller', fn: 'ask', version: 1, ok: true },
      {
        plugin: 'answers',
        fn: 'fail',
        version: 1,
        ok: false,
        error: { message: 'no such answer' },
      },
      { plugin: 'answers', fn: 'none', version: 1, ok: false, error: { _tag: 'ExportMissing' } },
      { plugin: 'nobody', fn: 'x', version: 0, ok: false, error: { _tag: 'PluginNotFound' } },
      { plugin: 'answers', fn: 'double', ok: true },
      { plugin: 'answers', fn: 'double', version: 2, ok: true },
    ]);
    for (const { ms, ok, ...call } of calls) {
      expect(ms).toBeGreaterThanOrEqual(0);
      expect('error' in call).toBe(!ok);
    }
  });

  test('counts the time of a call from the call on, also where it waits for a load that nobody has started', async () => {
    const folders = pluginFolders();
    folders.plugin('answers', { 'index.ts': ANSWERS });
    const calls: Calls[] = [];
    const { runtime } = startRuntime({ onCall: (call) => calls.push(call) });
    const load = runtime.loadDirectory(folders.dir);
    const startMs = performance.now();
    const answer = runtime.call('answers', 'double', 1);
    await delay(50);
    const waitedMs = performance.now() - startMs;
    await load();
    expect(await answer).toBe(2);
    expect(calls).toMatchObject([{ plugin: 'answers', ok: true }]);
    expect(calls[0]?.ms).toBeGreaterThanOrEqual(waitedMs - 1);
  });

  test('changes nothing when it throws', async () => {
    const { runtime } = await bothLoaded('in-process', 'in-process', {
      onCall: () => {
        throw new Error('of the host');
      },
    });
    expect(await runtime.call('caller', 'ask', 'double', 4)).toBe(8);
    await expect(runtime.call('nobody', 'x')).rejects.toMatchObject({ _tag: 'PluginNotFound' });
  });
});
