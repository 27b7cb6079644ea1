import { AsyncLocalStorage } from 'node:async_hooks';
import { afterAll, describe, expect, test } from 'vitest';
import {
  PluginRuntime,
  type RuntimeOptions,
  type StateKeeper,
} from '../../../src/runtime/index.js';
import { memoryStateStore } from '../../../src/state/index.js';
import { pluginFolders, right, startRuntime } from './pluginFolders.js';

const user = new AsyncLocalStorage<string>();
Reflect.set(globalThis, 'userOfCall', user);
afterAll(() => void Reflect.deleteProperty(globalThis, 'userOfCall'));

const source = (version: string) => `let n = 0;
const user = () => globalThis.userOfCall?.getStore() ?? 'nobody';
export const version = () => '${version}';
export const who = () => user();
export const whoAfterAwait = async () => { await null; return user(); };
export const whoAfterTimer = () => new Promise((resolve) => setTimeout(() => resolve(user()), 5));
export const logIn = (name) => { globalThis.userOfCall.enterWith(name); return user(); };
export const fail = () => { throw new Error('for ' + user()); };
export const die = () => process.exit(3);
export const saveState = () => ({ n });
export const restoreState = (state) => { n = state.n; };`;

/** A store that waits when it is told to, so that a swap stands still with its calls waiting. */
function haltingStore() {
  const store = memoryStateStore();
  let isHalting = false;
  let goOn = () => undefined as void;
  let isReached = () => undefined as void;
  let reached: Promise<void> = Promise.resolve();
  let going: Promise<void> = Promise.resolve();
  const halt = async () => {
    if (!isHalting) return;
    isReached();
    await going;
  };
  const keeper: StateKeeper = {
    save: (record) => async () => {
      await halt();
      return store.save(record)();
    },
    load: (plugin) => async () => {
      await halt();
      return store.load(plugin)();
    },
  };
  return {
    keeper,
    arm() {
      isHalting = true;
      reached = new Promise((resolve) => (isReached = resolve));
      going = new Promise((resolve) => (goOn = resolve));
    },
    reached: () => reached,
    goOn() {
      isHalting = false;
      goOn();
    },
  };
}

type Order = (runtime: PluginRuntime) => Promise<unknown>;
const ORDERS: readonly (readonly [string, Order])[] = [
  ['reload', (runtime) => runtime.reloadPlugin('a')()],
  ['restart', (runtime) => runtime.restartPlugin('a')()],
  ['replace', (runtime) => runtime.replacePlugin('a', 1)()],
];

/** A swap that `ADMIN` ordered stands still; what is called now waits for it. */
async function swapping(order: Order, options: RuntimeOptions = {}) {
  const folders = pluginFolders();
  folders.plugin('a', { 'index.ts': source('v1') });
  const store = haltingStore();
  const { runtime } = startRuntime({ ...options, store: store.keeper });
  right(await runtime.loadManifest(folders.path('a'))());
  folders.write('a/index.ts', source('v2'));
  right(await runtime.reloadPlugin('a')());
  folders.write('a/index.ts', source('v3'));
  store.arm();
  const ordered = user.run('ADMIN', () => order(runtime));
  await store.reached();
  return {
    runtime,
    async end() {
      store.goOn();
      await ordered;
    },
  };
}

const callAs = (runtime: PluginRuntime, name: string, fn: string, ...args: readonly unknown[]) =>
  user.run(name, () => runtime.call('a', fn, ...args));

describe('a call that waited for a swap', () => {
  test.each(ORDERS)(
    "runs in its caller's async context, not in that of the %s",
    async (_, order) => {
      const { runtime, end } = await swapping(order);
      const answers = ['who', 'whoAfterAwait', 'whoAfterTimer'].map((fn) =>
        callAs(runtime, 'user-B', fn),
      );
      await end();

      expect(await Promise.all(answers)).toEqual(['user-B', 'user-B', 'user-B']);
    },
  );

  test('each in its own, also outside of any', async () => {
    const { runtime, end } = await swapping(ORDERS[0]![1]);
    const answers = [
      callAs(runtime, 'user-B', 'who'),
      callAs(runtime, 'user-C', 'who'),
      user.exit(() => runtime.call('a', 'who')),
      callAs(runtime, 'user-D', 'who'),
    ];
    await end();

    expect(await Promise.all(answers)).toEqual(['user-B', 'user-C', 'nobody', 'user-D']);
  });

  test('keeps to itself what an earlier one entered', async () => {
    const { runtime, end } = await swapping(ORDERS[0]![1]);
    const answers = [
      callAs(runtime, 'user-B', 'logIn', 'root'),
      callAs(runtime, 'user-C', 'who'),
      user.exit(() => runtime.call('a', 'who')),
    ];
    await end();

    expect(await Promise.all(answers)).toEqual(['root', 'user-C', 'nobody']);
  });

  test('and fails in it', async () => {
    const { runtime, end } = await swapping(ORDERS[0]![1]);
    const answer = callAs(runtime, 'user-B', 'fail').catch(String);
    await end();

    expect(await answer).toBe('Error: for user-B');
  });

  test.each(['in-process', 'worker'] as const)(
    'its caller goes on in its own context, %s',
    async (mode) => {
      const { runtime, end } = await swapping(ORDERS[0]![1], { mode });
      const seen: unknown[] = [];
      const asked = user.run('user-B', async () => {
        await runtime.call('a', 'version');
        seen.push(user.getStore());
        const before = runtime.call('a', 'version').then(() => seen.push(user.getStore()));
        await before;
        await runtime.call('a', 'fail').catch(() => seen.push(user.getStore()));
        return user.getStore();
      });
      await end();

      expect(await asked).toBe('user-B');
      expect(seen).toEqual(['user-B', 'user-B', 'user-B']);
    },
  );
});

describe('what a worker is sent for a call that waited', () => {
  /** Told as it is read on its way into the thread: what the caller gives may read its context then. */
  const telling = (told: unknown[]) => ({
    get asked() {
      told.push(user.getStore() ?? 'nobody');
      return true;
    },
  });

  test("is read in its caller's context", async () => {
    const { runtime, end } = await swapping(ORDERS[0]![1], { mode: 'worker' });
    const told: unknown[] = [];
    const answer = callAs(runtime, 'user-B', 'version', telling(told));
    await end();
    await answer;

    expect(told.length).toBeGreaterThan(0);
    expect(new Set(told)).toEqual(new Set(['user-B']));
  });

  test('is read so too after its worker died', async () => {
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': source('v1') });
    const { runtime } = startRuntime({ mode: 'worker' });
    right(await runtime.loadManifest(folders.path('a'))());
    const told: unknown[] = [];
    await user
      .run('ADMIN', () => runtime.call('a', 'die'))
      .catch((error: unknown) => expect(error).toMatchObject({ _tag: 'Crashed' }));
    await callAs(runtime, 'user-B', 'version', telling(told));

    expect(new Set(told)).toEqual(new Set(['user-B']));
  });
});

describe("a worker plugin's calls in one message", () => {
  test('keep to themselves what one of them entered', async () => {
    const folders = pluginFolders();
    const own = `import { AsyncLocalStorage } from 'node:async_hooks';
      globalThis.userOfCall ??= new AsyncLocalStorage();`;
    folders.plugin('a', { 'index.ts': `${own}\n${source('v1')}` });
    const { runtime } = startRuntime({ mode: 'worker' });
    right(await runtime.loadManifest(folders.path('a'))());
    const answers = [
      runtime.call('a', 'logIn', 'root'),
      runtime.call('a', 'who'),
      runtime.call('a', 'whoAfterAwait'),
    ];

    expect(await Promise.all(answers)).toEqual(['root', 'nobody', 'nobody']);
  });

  test('and so do those of different messages, and what its lifecycle functions enter', async () => {
    const folders = pluginFolders();
    const own = `import { AsyncLocalStorage } from 'node:async_hooks';
      globalThis.userOfCall ??= new AsyncLocalStorage();
      globalThis.userOfCall.enterWith('loading');
      export const start = () => globalThis.userOfCall.enterWith('starting');`;
    folders.plugin('a', { 'index.ts': `${own}\n${source('v1')}` });
    const { runtime } = startRuntime({ mode: 'worker' });
    right(await runtime.loadManifest(folders.path('a'))());
    const { signal } = new AbortController();
    const answers = [
      await runtime.call('a', 'who'),
      await runtime.call('a', 'logIn', 'root'),
      await runtime.call('a', 'who'),
      await runtime.call('a', 'logIn', 'admin', signal),
      await runtime.call('a', 'who', signal),
      await runtime.call('a', 'whoAfterTimer'),
    ];

    expect(answers).toEqual(['nobody', 'root', 'nobody', 'admin', 'nobody', 'nobody']);
  });
});
