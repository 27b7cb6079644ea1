import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { ReloadEvent } from '../../../src/model/ReloadEvent.js';
import { pluginFolders, right, startRuntime } from './pluginFolders.js';

const MIB = 1024 * 1024;
const LIMITS = { maxHeapBytes: 24 * MIB, maxBufferBytes: 96 * MIB };
/** Where silence is what is told. */
const IMPATIENT = { ...LIMITS, heartbeatMs: 400 };
const script = fileURLToPath(new URL('../../fixtures/runtime/workerHost.mts', import.meta.url));

const PLUGIN = `import { parentPort } from 'node:worker_threads';
  let n = 0; const held = [];
  export const next = () => ++n;
  export const saveState = () => n; export const restoreState = (x) => { n = x; };
  export const loop = () => { for (;;); };
  export const microtasks = async () => { for (;;) await null; };
  export const regex = () => /^(a+)+$/.test('a'.repeat(64) + '!');
  export const heap = () => { for (;;) held.push(new Array(1000).fill(n)); };
  export const buffers = () => { for (;;) held.push(Buffer.alloc(MB, 1)); };
  export const slowBuffers = () => new Promise(() => setInterval(() => held.push(Buffer.alloc(8 * MB, 1)), 5));
  export const exit = () => process.exit(7);
  export const throwsLater = () => new Promise(() => setTimeout(() => { throw new Error('nobody catches'); }, 1));
  export const rejects = () => new Promise(() => void Promise.reject(new TypeError('nobody handles')));
  export const flood = () => { for (let i = 0; i < 1e6; i++) parentPort.postMessage({ i }); return 'sent'; };`;

/** A plugin that goes wrong in a worker, beside a neighbour in a worker and one in this process. */
async function startThree(worker = LIMITS) {
  const folders = pluginFolders();
  const source = `const MB = ${MIB};\n${PLUGIN}`;
  folders.plugin('bad', { 'index.ts': source }, 'mode = "worker"');
  folders.plugin('good', { 'index.ts': source }, 'mode = "worker"');
  folders.plugin('here', { 'index.ts': source });
  const { runtime, errors } = startRuntime({ worker });
  const events: Pick<ReloadEvent, '_tag' | 'plugin'>[] = [];
  runtime.events$.subscribe((event) => events.push(event));
  for (const loaded of right(await runtime.loadDirectory(folders.dir)())) right(loaded);
  return { folders, runtime, errors, events };
}

describe('what goes wrong in a worker stays there', { timeout: 60_000 }, () => {
  test.each([
    ['an endless loop', 'loop', /no sign of life for \d+ ms/],
    ['microtasks without end', 'microtasks', /no sign of life/],
    ['a catastrophic regular expression', 'regex', /no sign of life/],
    ['a heap that grows without end', 'heap', /ran out of memory: the heap may have 24 MiB/],
    ['buffers without end, in one turn', 'buffers', /grew by \d+ MiB|holds \d+ MiB of buffers/],
    [
      'buffers without end, over many turns',
      'slowBuffers',
      /holds \d+ MiB of buffers, and may have 96/,
    ],
    ['process.exit', 'exit', /process\.exit\(7\)/],
    ['a throw that nothing catches', 'throwsLater', /nobody catches/],
    ['a rejection that nothing handles', 'rejects', /nobody handles/],
  ])('%s', async (_, fn, reason) => {
    const isSilent = String(reason).includes('no sign');
    const { folders, runtime, errors, events } = await startThree(isSilent ? IMPATIENT : LIMITS);
    await runtime.call('bad', 'next');
    writeFileSync(folders.path('bad/index.ts'), `const MB = ${MIB};\n${PLUGIN} // 2`);
    right(await runtime.reloadPlugin('bad')());
    await runtime.call('bad', 'next');

    let isOver = false;
    const neighbours = ['good', 'here'].map(async (plugin) => {
      let last = 0;
      while (!isOver) {
        expect(await runtime.call(plugin, 'next')).toBe(last + 1);
        last += 1;
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      return last;
    });
    const failure: unknown = await runtime.call('bad', fn).catch((error: unknown) => error);
    // It waits for the restart, which goes on from the newest state that was acknowledged.
    expect(await runtime.call('bad', 'next')).toBe(2);
    isOver = true;

    expect(failure).toMatchObject({ name: 'PluginCallError', _tag: 'Crashed', plugin: 'bad' });
    expect(failure).toHaveProperty('message', expect.stringMatching(reason));
    expect(Math.min(...(await Promise.all(neighbours)))).toBeGreaterThan(1);
    expect(errors).toMatchObject([{ _tag: 'Crashed', plugin: 'bad' }]);
    expect(events).toEqual([{ _tag: 'Restarted', plugin: 'bad', version: 2 }]);
  });

  test('a million messages to its parent reach nobody, and a flood of calls lets others through', async () => {
    const { runtime } = await startThree();
    const flood = runtime.call('bad', 'flood');
    expect(await runtime.call('good', 'next')).toBe(1);
    expect(await flood).toBe('sent');
    const calls = Array.from({ length: 50_000 }, () => runtime.call('bad', 'next'));
    expect(await runtime.call('good', 'next')).toBe(2);
    const answers = await Promise.all(calls);
    expect(answers.every((answer, i) => answer === i + 1)).toBe(true);
  });

  test('a plugin that crashes again and again is refused, and a mend serves at once', async () => {
    const folders = pluginFolders();
    const good = `export const next = () => 1;`;
    folders.plugin('a', { 'index.ts': good }, 'mode = "worker"');
    const { runtime, errors } = startRuntime();
    const events: unknown[] = [];
    runtime.events$.subscribe((event) => events.push(event));
    right(await runtime.loadManifest(folders.path('a'))());
    folders.write(
      'a/index.ts',
      `${good} export const start = () => { setTimeout(() => process.exit(9), 20); };`,
    );
    right(await runtime.reloadPlugin('a')());
    await expect
      .poll(() => events.at(-1), { timeout: 30_000 })
      .toMatchObject({ _tag: 'BreakerChanged', from: 'closed', to: 'open' });
    expect(errors.length).toBe(6);
    const refused: unknown = await runtime.call('a', 'next').catch((error: unknown) => error);
    expect(refused).toMatchObject({
      _tag: 'Crashed',
      message: expect.stringContaining('again in 60000 ms'),
    });
    folders.write('a/index.ts', `${good} // mended`);
    right(await runtime.reloadPlugin('a')());
    expect(await runtime.call('a', 'next')).toBe(1);
  });

  test('an old version that died is no reason to refuse its mend', async () => {
    const { folders, runtime } = await startThree(IMPATIENT);
    const crash = runtime.call('bad', 'loop').catch(() => 'crashed');
    folders.write('bad/index.ts', `const MB = ${MIB};\n${PLUGIN} // 2`);
    let reloaded = await runtime.reloadPlugin('bad')();
    for (let i = 0; i < 20 && !isRight(reloaded); i++)
      reloaded = await runtime.reloadPlugin('bad')();
    expect(right(reloaded)).toMatchObject({ to: 2 });
    expect(await crash).toBe('crashed');
    expect(await runtime.call('bad', 'next')).toBe(1);
  });
});

describe('a process with workers', { timeout: 60_000 }, () => {
  const host = (what: string) =>
    promisify(execFile)(process.execPath, ['--import', 'tsx', script, what]);

  test('ends when its runtime is closed, with no thread left', async () => {
    const { threadsBefore, threadsWith, threadsAfter } = JSON.parse((await host('close')).stdout);
    expect(threadsWith).toBeGreaterThan(threadsBefore);
    expect(threadsAfter).toBe(threadsBefore);
  });

  test('is NOT safe from code that means harm: a worker can kill it, and read and write what it can', async () => {
    expect((await host('files')).stdout).toContain('the worker read its host');
    await expect(host('kill')).rejects.toMatchObject({ signal: 'SIGKILL' });
  });
});
