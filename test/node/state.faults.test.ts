import { execFileSync, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { isSome } from 'fp-ts/lib/Option.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileStateStore, type StateStore } from '../../src/state/index.js';

let root: string;
let dir: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hotpipe-faults-'));
  dir = join(root, 'state');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const save = (store: StateStore, count: number, pad = '') =>
  store.save({ plugin: 'counter', schema: 1, codeHash: 'c0de', state: { count, pad } })();

/** By a host that ends, so that the next one may save. */
async function saveTwice(): Promise<void> {
  const store = fileStateStore(dir);
  for (const count of [1, 2]) expect(isRight(await save(store, count))).toBe(true);
  await store.close();
}

async function loadedCount(): Promise<unknown> {
  const corrupt: string[] = [];
  const store = fileStateStore(dir, { onCorrupt: ({ path }) => corrupt.push(path) });
  const loaded = await store.load('counter')();
  await store.close();
  expect(corrupt).toEqual([]);
  return isRight(loaded) && isSome(loaded.right)
    ? (loaded.right.value.state as { count: number }).count
    : loaded;
}

/** Runs `saveLoop` on counts 3 to 6, with one system call made to fail or to be its last. */
async function runWith(
  fault: string,
): Promise<{ readonly output: string; readonly signal: unknown }> {
  const loop = join(import.meta.dirname, 'support', 'saveLoop.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', loop, dir, '3', '6'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // One thread for the disk: the numbers of calls are counted by thread.
    env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
  });
  let output = '';
  let signal: unknown;
  child.stdout.on('data', (data: Buffer) => (output += data.toString()));
  try {
    await until(() => output.includes('ready'));
    const calls = fault.split(':')[0]!;
    const strace = spawn(
      'strace',
      [
        '-f',
        '-qq',
        '-o',
        '/dev/null',
        '-e',
        `trace=${calls}`,
        '-e',
        `inject=${fault}`,
        '-p',
        String(child.pid),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    try {
      await until(() => isTraced(child));
      const ended = once(child, 'close');
      child.stdin.write('go\n');
      signal = (await ended)[1];
    } finally {
      strace.kill();
    }
  } finally {
    child.kill('SIGKILL');
  }
  return { output, signal };
}

function isTraced(child: ChildProcess): boolean {
  const tasks = readdirSync(`/proc/${child.pid}/task`);
  return tasks.every((task) => {
    const status = execFileSync('cat', [`/proc/${child.pid}/task/${task}/status`]).toString();
    return !/^TracerPid:\t0$/m.test(status);
  });
}

async function until(holds: () => boolean): Promise<void> {
  await expect.poll(holds, { timeout: 20_000, interval: 10 }).toBe(true);
}

/** Why a test with strace cannot run here; undefined when it can. */
function whyNoStrace(): string | undefined {
  if (process.platform !== 'linux') return 'not Linux';
  const { status, error } = spawnSync('strace', [
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    'inject=fsync:error=EIO',
    'true',
  ]);
  if (error !== undefined) return 'strace is not installed';
  return status === 0 ? undefined : 'strace may not trace here';
}
const noStrace = whyNoStrace();
if (noStrace !== undefined)
  console.log(`skipped: kill -9 and errors between system calls (${noStrace})`);

const counts = (output: string, what: string) =>
  [...output.matchAll(new RegExp(`^${what} (\\d+)`, 'gm'))].map(([, count]) => Number(count));

describe.skipIf(noStrace !== undefined)('a host that is killed with kill -9', () => {
  it.each(
    ['openat', 'write', 'fsync', 'close', 'rename', 'unlink'].flatMap((call) =>
      [1, 2, 3].map((n) => ({ call, n })),
    ),
  )(
    'as it enters $call number $n: the newest acknowledged state or the one under way',
    async ({ call, n }) => {
      await saveTwice();
      const { output, signal } = await runWith(`${call}:signal=KILL:when=${n}`);
      expect(signal).toBe('SIGKILL');
      const acknowledged = Math.max(2, ...counts(output, 'saved'));

      expect([acknowledged, acknowledged + 1]).toContain(await loadedCount());
      expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    },
  );
});

describe.skipIf(noStrace !== undefined)('a host whose disk fails', () => {
  it.each([
    // Not `write`: libuv wakes its loop with it, and ends the process when that fails. See the small disk below.
    { fault: 'fsync:error=EIO:when=1', text: 'the disk reported an error' },
    { fault: 'fsync:error=EIO:when=2', text: 'the disk reported an error' },
    { fault: 'rename:error=EROFS:when=1', text: 'the filesystem is read-only' },
  ])('$fault: says so, keeps the state before, and saves the next', async ({ fault, text }) => {
    await saveTwice();
    const { output, signal } = await runWith(fault);
    expect(signal).toBe(null);

    expect(output).toContain(`failed 3 The state of counter was not saved to ${dir}: ${text}`);
    expect(counts(output, 'saved')).toEqual([4, 5, 6]);
    expect(await loadedCount()).toBe(6);
    expect(readdirSync(dir).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

/** Mounts a small disk in memory on `dir`; undefined where that is not allowed. */
function mountSmallDisk(): (() => void) | undefined {
  mkdirSync(dir, { recursive: true });
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=0700', 'none', dir]);
  return mounted.status === 0 ? () => void spawnSync('umount', ['-l', dir]) : undefined;
}

describe('a small disk', () => {
  it('that is full, and then read-only: says so, keeps the state before, and goes on when it can', async (context) => {
    const unmount = mountSmallDisk();
    if (unmount === undefined) return context.skip('mounting a disk of 1 MB is not allowed here');
    try {
      const store = fileStateStore(dir);
      expect(isRight(await save(store, 1))).toBe(true);
      const { bavail, bsize } = statfsSync(dir);
      writeFileSync(join(dir, 'filler'), Buffer.alloc(bavail * bsize - 8_192));

      const full = await save(store, 2, 'x'.repeat(100_000));
      expect(isLeft(full) && full.left).toMatchObject({
        _tag: 'StateSaveFailed',
        message: expect.stringContaining('the disk is full: free some space (ENOSPC)'),
      });
      expect(readdirSync(dir).sort()).toEqual(['counter.1.state', 'filler']);
      expect(await loadedCount()).toBe(1);

      rmSync(join(dir, 'filler'));
      expect(isRight(await save(store, 3, 'x'.repeat(100_000)))).toBe(true);
      execFileSync('mount', ['-o', 'remount,ro', dir]);
      const readOnly = await save(store, 4);
      expect(isLeft(readOnly) && readOnly.left.message).toContain('read-only');
      expect(await loadedCount()).toBe(3);
      execFileSync('mount', ['-o', 'remount,rw', dir]);
      expect(isRight(await save(store, 5))).toBe(true);
      expect(await loadedCount()).toBe(5);
    } finally {
      unmount();
    }
  });
});
