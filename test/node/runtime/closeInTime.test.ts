import { right as rightOf } from 'fp-ts/lib/Either.js';
import { none } from 'fp-ts/lib/Option.js';
import { Subject } from 'rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  constant,
  hotReload,
  type ReloadEvent,
  type VersionTrials,
  type WatchEvent,
} from '../../../src/index.js';
import { PluginRuntime, type RuntimeOptions } from '../../../src/runtime/index.js';
import { left, pluginFolders, right } from './pluginFolders.js';

const LIMIT_MS = 2_000;
/** A machine that is busy with other things wakes late. */
const SLACK_MS = 500;
const NEVER = 'new Promise(() => undefined)';

interface Closing {
  readonly tookMs: number;
  readonly hasEnded: boolean;
}

/** Closes, and gives up on it well after it should have ended. */
async function closing(runtime: PluginRuntime): Promise<Closing> {
  const startMs = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const hasEnded = await Promise.race([
    runtime.close().then(() => true),
    new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), 2 * LIMIT_MS);
    }),
  ]);
  clearTimeout(timer);
  return { tookMs: performance.now() - startMs, hasEnded };
}

function expectInTime({ tookMs, hasEnded }: Closing): void {
  expect(hasEnded).toBe(true);
  expect(tookMs).toBeLessThan(LIMIT_MS + SLACK_MS);
}

async function serving(source: string, options: RuntimeOptions = {}) {
  const folders = pluginFolders();
  folders.plugin('a', { 'index.ts': source });
  const runtime = new PluginRuntime(options);
  right(await runtime.loadManifest(folders.path('a'))());
  return { folders, runtime };
}

describe.each(['in-process', 'worker'] as const)('close, %s', (mode) => {
  test.each([
    ['stop', `export const stop = () => ${NEVER};`],
    ['an owned resource', `export const start = (ctx) => { ctx.own(() => ${NEVER}); };`],
    [
      'each of several owned resources',
      `export const start = (ctx) => { for (let i = 0; i < 20; i++) ctx.own(() => ${NEVER}); };`,
    ],
    [
      'all of them, and a call',
      `export const call = () => ${NEVER};
       export const saveState = () => ${NEVER};
       export const stop = () => ${NEVER};
       export const start = (ctx) => { ctx.own(() => ${NEVER}); ctx.own(() => ${NEVER}); };`,
    ],
  ])('ends in time when %s never does', async (_what, source) => {
    const { runtime } = await serving(source, { mode });
    if (source.includes('const call')) void runtime.call('a', 'call').catch(() => undefined);

    expectInTime(await closing(runtime));
  });

  test('ends in time while a reload waits for a stop and a resource that never end', async () => {
    const source = `export const stop = () => ${NEVER};
      export const start = (ctx) => { ctx.own(() => ${NEVER}); };`;
    const { folders, runtime } = await serving(source, { mode });
    folders.write('a/index.ts', 'export const two = () => 2;');
    const reloading = runtime.reloadPlugin('a')();
    await new Promise((resolve) => setTimeout(resolve, 400));

    expectInTime(await closing(runtime));
    await reloading;
  });

  test('ends in time when the store never answers', async () => {
    const never = () => new Promise<never>(() => undefined);
    const store = { save: () => never, load: () => () => Promise.resolve(rightOf(none)) };
    const { runtime } = await serving('export const saveState = () => 1;', { mode, store });

    expectInTime(await closing(runtime));
  });

  test('ends in time when modules never finish loading', async () => {
    const { folders, runtime } = await serving('export const one = () => 1;', {
      mode,
      limitsMs: { load: 60_000 },
    });
    folders.write('a/index.ts', `await ${NEVER}; export const two = () => 2;`);
    const reloading = runtime.reloadPlugin('a')();
    await new Promise((resolve) => setTimeout(resolve, 200));

    expectInTime(await closing(runtime));
    left(await reloading);
  });
});

describe('close while a version waits to be tried', () => {
  const trials = (): VersionTrials & { hangs: boolean } => ({
    hangs: false,
    begin() {
      return this.hangs ? new Promise(() => undefined) : Promise.resolve(rightOf(undefined));
    },
    served: () => undefined,
    dropped: () => undefined,
  });

  test('ends in time when the note of a reload never is durable', async () => {
    const noted = trials();
    const { folders, runtime } = await serving('export const one = () => 1;', { trials: noted });
    noted.hangs = true;
    folders.write('a/index.ts', 'export const two = () => 2;');
    void runtime.reloadPlugin('a')();
    await new Promise((resolve) => setTimeout(resolve, 100));

    expectInTime(await closing(runtime));
  });

  test('ends in time when that of a first load never is', async () => {
    const noted = trials();
    noted.hangs = true;
    const folders = pluginFolders();
    folders.plugin('a', { 'index.ts': 'export const one = () => 1;' });
    const runtime = new PluginRuntime({ trials: noted });
    void runtime.loadManifest(folders.path('a'))();
    await new Promise((resolve) => setTimeout(resolve, 100));

    expectInTime(await closing(runtime));
  });

  test('a note that never is durable holds a reload up for a limited time', async () => {
    const noted = trials();
    const { folders, runtime } = await serving('export const one = () => 1;', {
      trials: noted,
      limitsMs: { load: 200, validate: 200, compile: 1_000, save: 200 },
    });
    onTestFinished(() => void closing(runtime));
    noted.hangs = true;
    folders.write('a/index.ts', 'export const two = () => 2;');
    const reloaded = await Promise.race([
      runtime.reloadPlugin('a')(),
      new Promise<'held up'>((resolve) => setTimeout(() => resolve('held up'), 4_000)),
    ]);

    expect(reloaded).toMatchObject({ left: { _tag: 'TimedOut' } });
  });
});

describe('after close', () => {
  test('what is saved is told once, is not retried, and opens no breaker', async () => {
    const { folders, runtime } = await serving('export const one = () => 1;');
    const source$ = new Subject<WatchEvent>();
    const events: ReloadEvent[] = [];
    const running = hotReload({
      source$,
      target: runtime,
      debounce: { minMs: 1 },
      backoff: { delay: constant(5), maxRetries: 5 },
    }).subscribe((event) => events.push(event));
    onTestFinished(() => running.unsubscribe());
    source$.next({
      _tag: 'Modified',
      path: folders.path('a/index.ts'),
      kind: 'file',
      atMs: 0,
      batch: 1,
    });
    await runtime.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const tags = events.map(({ _tag }) => _tag);

    expect(tags).not.toContain('RetryScheduled');
    expect(tags).not.toContain('BreakerChanged');
    expect(tags.filter((tag) => tag === 'ReloadStarted').length).toBeLessThanOrEqual(1);
  });
});
