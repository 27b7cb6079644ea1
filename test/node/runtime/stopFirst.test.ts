import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { UnstampedEvent } from '../../../src/model/reload/ReloadEvent.js';
import type { PluginRuntime } from '../../../src/runtime/index.js';
import { type PluginFolders, pluginFolders, startRuntime } from './pluginFolders.js';

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address: AddressInfo | string | null = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Listens on the port from START to `stop`, counts its calls, and answers with its name. */
function listening(
  name: string,
  port: number,
  more: { stop?: string; start?: string } = {},
): string {
  const { stop = '', start = '' } = more;
  return `
import { createServer } from 'node:net';
let server;
let calls = 0;
export const answer = () => '${name} ' + ++calls;
export const saveState = () => ({ calls });
export const restoreState = (state) => { calls = state.calls; };
export async function start() {
  server = createServer();
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(${port}, '127.0.0.1', resolve);
  });
  ${start}
}
export async function stop() {
  ${stop}
  await new Promise((resolve) => server.close(resolve));
}`;
}

interface Host {
  readonly folders: PluginFolders;
  readonly runtime: PluginRuntime;
  readonly port: number;
  readonly told: UnstampedEvent[];
  readonly errors: readonly { readonly _tag: string }[];
  save(source: string): ReturnType<ReturnType<PluginRuntime['reloadPlugin']>>;
}

async function host(mode: string, first?: (port: number) => string): Promise<Host> {
  const port = await freePort();
  const folders = pluginFolders();
  const lines = `mode = "${mode}"\nswap = "stop-first"`;
  folders.plugin('web', { 'index.ts': (first ?? ((at) => listening('v1', at)))(port) }, lines);
  const { runtime, errors } = startRuntime({ limitsMs: { dispose: 500 } });
  const told: UnstampedEvent[] = [];
  const listener = runtime.events$.subscribe((event) => told.push(event));
  onTestFinished(() => listener.unsubscribe());
  const loaded = await runtime.loadManifest(folders.path('web'))();
  expect(isRight(loaded)).toBe(true);
  const save = (source: string) => {
    folders.write('web/index.ts', source);
    return runtime.reloadPlugin('web')();
  };
  return { folders, runtime, port, told, errors, save };
}

describe.each(['in-process', 'worker'])('stop-first, %s', (mode) => {
  test('a version that listens on a port is replaced, with its state', async () => {
    const { runtime, port, save } = await host(mode);
    expect(await runtime.call('web', 'answer')).toBe('v1 1');
    const saving = save(listening('v2', port));
    const waiting = runtime.call('web', 'answer');

    expect(await saving).toMatchObject({ right: { from: 1, to: 2 } });
    expect(await waiting).toMatch(/^v[12] 2$/);
    expect(await runtime.call('web', 'answer')).toBe('v2 3');
  });

  test.each([
    ['throws as it starts', { start: "throw new Error('no luck');" }, 'LifecycleFailed'],
    ['never starts', { start: 'await new Promise(() => undefined);' }, 'TimedOut'],
  ])('the version before is started again when the new one %s', async (_what, more, tag) => {
    const folders = pluginFolders();
    const port = await freePort();
    const lines = `mode = "${mode}"\nswap = "stop-first"`;
    folders.plugin('web', { 'index.ts': listening('v1', port) }, lines);
    const { runtime } = startRuntime({ limitsMs: { start: 2_000 } });
    const told: UnstampedEvent[] = [];
    const listener = runtime.events$.subscribe((event) => told.push(event));
    onTestFinished(() => listener.unsubscribe());
    expect(isRight(await runtime.loadManifest(folders.path('web'))())).toBe(true);
    expect(await runtime.call('web', 'answer')).toBe('v1 1');
    folders.write('web/index.ts', listening('v2', port, more));
    const saving = runtime.reloadPlugin('web')();
    const waiting = runtime.call('web', 'answer');

    expect(await saving).toMatchObject({ left: { _tag: tag } });
    expect(await waiting).toBe('v1 2');
    expect(told).toContainEqual(expect.objectContaining({ _tag: 'Restarted', version: 1 }));

    folders.write('web/index.ts', listening('v3', port));
    expect(await runtime.reloadPlugin('web')()).toMatchObject({ right: { from: 1, to: 2 } });
    expect(await runtime.call('web', 'answer')).toBe('v3 3');
  });

  test('nothing is stopped when the new version fails before it would start', async () => {
    const { runtime, told, save, port } = await host(mode);
    const failed = await save(`${listening('v2', port)}\nthrow new Error('at load');`);

    expect(isLeft(failed)).toBe(true);
    expect(await runtime.call('web', 'answer')).toBe('v1 1');
    expect(told).toEqual([]);
  });

  test('the new version serves also when `stop` of the one before throws after it gave the port back', async () => {
    const first = (at: number) =>
      listening('v1', at, {
        stop: 'await new Promise((resolve) => server.close(resolve)); throw new Error("late");',
      });
    const { runtime, port, save, errors } = await host(mode, first);

    expect(await save(listening('v2', port))).toMatchObject({ right: { from: 1, to: 2 } });
    expect(await runtime.call('web', 'answer')).toBe('v2 1');
    expect(errors).toContainEqual(
      expect.objectContaining({ _tag: 'LifecycleFailed', phase: 'stop' }),
    );
  });

  test('a rollback stops first, too', async () => {
    const { runtime, port, save } = await host(mode);
    await save(listening('v2', port));
    expect(await runtime.call('web', 'answer')).toBe('v2 1');

    expect(await runtime.rollBackPlugin('web', { reason: 'test' })()).toMatchObject({
      right: { version: 1 },
    });
    expect(await runtime.call('web', 'answer')).toBe('v1 2');
    expect(await runtime.replacePlugin('web', 2)()).toMatchObject({ right: { version: 2 } });
    expect(await runtime.restartPlugin('web')()).toMatchObject({ right: { version: 2 } });
    expect(await runtime.call('web', 'answer')).toMatch(/^v2 /);
  });
});

describe('a version in this process that does not give the port back', () => {
  /** Keeps the port until `giveBack`. */
  const holding = (at: number) =>
    listening('v1', at, {
      stop: 'await new Promise((resolve) => { globalThis.given ??= new Promise((given) => { globalThis.release = given; }); globalThis.given.then(resolve); });',
    });

  const giveBack = () => {
    const release: unknown = Reflect.get(globalThis, 'release');
    if (typeof release === 'function') release();
    for (const name of ['release', 'given']) Reflect.deleteProperty(globalThis, name);
  };

  test('is tried again until it can start; calls wait', async () => {
    const { runtime, port, save, told, errors } = await host('in-process', holding);

    expect(await save(listening('v2', port))).toMatchObject({ left: { _tag: 'LifecycleFailed' } });
    expect(errors).toContainEqual(expect.objectContaining({ _tag: 'TimedOut', phase: 'dispose' }));
    const waiting = runtime.call('web', 'answer');
    giveBack();

    expect(await waiting).toBe('v1 1');
    await vi.waitFor(() =>
      expect(told).toContainEqual(expect.objectContaining({ _tag: 'Restarted', version: 1 })),
    );
  });

  test('is replaced by the next save', async () => {
    const { runtime, port, save } = await host('in-process', holding);
    await runtime.call('web', 'answer');

    expect(isLeft(await save(listening('v2', port)))).toBe(true);
    expect(await save(listening('v3', port + 0).replace(`${port}, `, '0, '))).toMatchObject({
      right: { from: 1, to: 2 },
    });
    expect(await runtime.call('web', 'answer')).toBe('v3 2');
    giveBack();
  });
});
