import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { PluginRuntime, type WorkerLimits } from '../../../src/runtime/index.js';
import { manifest, pluginFolders, right, startRuntime } from './pluginFolders.js';

const MIB = 1024 * 1024;
const LIMITS = { maxHeapBytes: 96 * MIB, maxBufferBytes: 96 * MIB };
/** For plugins that hang: they are ended after one second of silence. */
/** For plugins that take too much: a busy machine may hold the turn in which they do that for seconds. */
const PATIENT = { ...LIMITS, heartbeatMs: 30_000 };
const IMPATIENT = { ...LIMITS, heartbeatMs: 1_000 };
const script = fileURLToPath(new URL('../../fixtures/runtime/workerHost.mjs', import.meta.url));

// Not `new Array(1000)` in `heap`: nothing ends a loop of those on Node 24, see SECURITY.md.
const PLUGIN = `import { execFileSync } from 'node:child_process';
  import { parentPort } from 'node:worker_threads';
  let n = 0; const held = [];
  export const next = () => ++n;
  export const saveState = () => n; export const restoreState = (x) => { n = x; };
  export const loop = () => { for (;;); };
  export const microtasks = async () => { for (;;) await null; };
  export const regex = () => /^(a+)+$/.test('a'.repeat(64) + '!');
  export const sleeps = () => execFileSync('sleep', ['2']);
  export const heap = () => { for (;;) held.push([n, n, n, n]); };
  export const slowHeap = () => new Promise(() => setInterval(() => held.push(new Array(MB / 8).fill(0.5)), 5));
  export const buffers = () => { for (;;) held.push(Buffer.alloc(MB, 1)); };
  export const slowBuffers = () => new Promise(() => setInterval(() => held.push(Buffer.alloc(8 * MB, 1)), 5));
  export const exit = () => process.exit(7);
  export const throwsLater = () => new Promise(() => setTimeout(() => { throw new Error('nobody catches'); }, 1));
  export const rejects = () => new Promise(() => void Promise.reject(new TypeError('nobody handles')));
  export const flood = () => { for (let i = 0; i < 1e6; i++) parentPort.postMessage({ i }); return 'sent'; };`;

/** The plugin `bad` in a worker, with two neighbours: `good` in a worker, and `here` in this process. */
async function startThree(worker: Partial<WorkerLimits>) {
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-contained-'));
  const write = (plugin: string, mark = '', mode = 'worker') => {
    mkdirSync(join(dir, plugin), { recursive: true });
    writeFileSync(join(dir, plugin, 'plugin.toml'), manifest(plugin, `mode = "${mode}"`));
    writeFileSync(join(dir, plugin, 'index.ts'), `const MB = ${MIB};\n${PLUGIN}${mark}`);
  };
  write('bad');
  write('good');
  write('here', '', 'in-process');
  const errors: ReloadError[] = [];
  const events: Pick<ReloadEvent, '_tag' | 'plugin'>[] = [];
  const runtime = new PluginRuntime({ worker, onError: (error) => errors.push(error) });
  runtime.events$.subscribe((event) => events.push(event));
  for (const loaded of right(await runtime.loadDirectory(dir)())) right(loaded);
  const end = async () => {
    await runtime.close();
    rmSync(dir, { recursive: true, force: true });
  };
  return { runtime, errors, events, write, end };
}

type Row = readonly [what: string, fn: string, reason: RegExp];
const CONTAINED: readonly {
  readonly worker: typeof IMPATIENT;
  readonly rows: readonly Row[];
}[] = [
  {
    worker: IMPATIENT,
    rows: [
      ['an endless loop', 'loop', /no sign of life for \d+ ms/],
      ['microtasks without end', 'microtasks', /no sign of life|grew by/],
      ['a catastrophic regular expression', 'regex', /no sign of life/],
      ['a native call that holds its thread', 'sleeps', /no sign of life/],
    ],
  },
  {
    worker: PATIENT,
    rows: [
      [
        'a heap that grows without end',
        'heap',
        /grew by \d+ MiB|a heap of \d+ MiB|ran out of memory/,
      ],
      ['a heap that grows over many turns', 'slowHeap', /a heap of \d+ MiB|grew by \d+ MiB/],
      ['buffers without end, in one turn', 'buffers', /grew by \d+ MiB|holds \d+ MiB of buffers/],
      ['buffers over many turns', 'slowBuffers', /holds \d+ MiB of buffers|grew by \d+ MiB/],
      ['process.exit', 'exit', /process\.exit\(7\)/],
      ['a throw that nothing catches', 'throwsLater', /nobody catches/],
      ['a rejection that nothing handles', 'rejects', /nobody handles/],
    ],
  },
];

describe.each(CONTAINED)(
  'a failure in a worker does not reach its neighbours',
  ({ worker, rows }) => {
    let three: Awaited<ReturnType<typeof startThree>>;
    beforeAll(async () => {
      three = await startThree(worker);
    });
    afterAll(() => three.end());

    // The neighbours are the same in all rows, so they must survive every one.
    const answered = { good: 0, here: 0 };
    test.each(rows)('%s', { timeout: 60_000 }, async (_, fn, reason) => {
      const { runtime, errors, events, write } = three;
      errors.length = 0;
      events.length = 0;
      write('bad', `// before ${fn}`);
      const { to: version } = right(await runtime.reloadPlugin('bad')());
      right(await runtime.restorePluginState('bad', 41)());

      let isOver = false;
      const before = { ...answered };
      const neighbours = (['good', 'here'] as const).map(async (plugin) => {
        while (!isOver) {
          expect(await runtime.call(plugin, 'next')).toBe(++answered[plugin]);
          await new Promise((resolve) => setTimeout(resolve, 2));
        }
      });
      const failure: unknown = await runtime.call('bad', fn).catch((error: unknown) => error);
      // This call waits for the restart, which continues from the newest state that was saved.
      expect(await runtime.call('bad', 'next')).toBe(42);
      isOver = true;
      await Promise.all(neighbours);

      expect(failure).toMatchObject({ name: 'PluginCallError', _tag: 'Crashed', plugin: 'bad' });
      expect(failure).toHaveProperty('message', expect.stringMatching(reason));
      expect(answered.good).toBeGreaterThan(before.good + 1);
      expect(answered.here).toBeGreaterThan(before.here + 1);
      expect(errors).toMatchObject([{ _tag: 'Crashed', plugin: 'bad' }]);
      expect(events).toEqual([
        {
          _tag: 'Restarted',
          plugin: 'bad',
          version,
          reason: expect.stringMatching(/^bad: [^\n]+$/),
          fingerprint: runtime.fingerprintOf('bad'),
        },
      ]);
    });

    test('the crash of an old version does not fail the reload that fixes it', {
      timeout: 60_000,
    }, async () => {
      const { runtime, write } = three;
      const crash = runtime.call('bad', 'exit').catch(() => 'crashed');
      write('bad', '// the fix');
      const reloaded = runtime.reloadPlugin('bad')();
      expect(await crash).toBe('crashed');
      right(await reloaded);
      expect(await runtime.call('bad', 'next')).toBe(42);
    });
  },
);

describe('a worker', { timeout: 60_000 }, () => {
  test('cannot flood its host: a million messages to its parent are dropped, and calls to others are answered during a flood of calls', async () => {
    const { runtime, end } = await startThree(LIMITS);
    onTestFinished(end);
    const flood = runtime.call('bad', 'flood');
    expect(await runtime.call('good', 'next')).toBe(1);
    expect(await flood).toBe('sent');
    const calls = Array.from({ length: 50_000 }, () => runtime.call('bad', 'next'));
    expect(await runtime.call('good', 'next')).toBe(2);
    const answers = await Promise.all(calls);
    expect(answers.every((answer, i) => answer === i + 1)).toBe(true);
  });

  test('that runs without a pause is not ended for what its host keeps meanwhile', async () => {
    const { runtime, end } = await startThree(LIMITS);
    onTestFinished(end);
    const call = runtime.call('bad', 'sleeps');
    const kept: unknown[] = [];
    for (let round = 0; round < 20; round += 1) {
      kept.push(new Array(1_250_000).fill(round), new Uint8Array(10 * MIB).fill(1));
      await delay(50);
    }
    expect(kept).toHaveLength(40);
    await call;
    expect(await runtime.call('bad', 'next')).toBe(1);
  });

  test('that crashes again and again: calls are refused until its next restart, and a fixed version serves at once', async () => {
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
    folders.write('a/index.ts', `${good} // fixed`);
    right(await runtime.reloadPlugin('a')());
    expect(await runtime.call('a', 'next')).toBe(1);
  });
});

describe('a process with workers', { timeout: 60_000 }, () => {
  const host = (what: string) => promisify(execFile)(process.execPath, [script, what]);

  test('has no thread left after its runtime is closed, and ends', async () => {
    const { threadsBefore, threadsWith, threadsAfter } = JSON.parse((await host('close')).stdout);
    expect(threadsWith).toBeGreaterThan(threadsBefore);
    expect(threadsAfter).toBe(threadsBefore);
  });

  test('is NOT safe from malicious code: a worker can kill it, and read and write all its files', async () => {
    expect((await host('files')).stdout).toContain('the worker read its host');
    await expect(host('kill')).rejects.toMatchObject({ signal: 'SIGKILL' });
  });
});
