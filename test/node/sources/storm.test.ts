import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { block } from '../../cases/source/block.js';
import { Reader } from '../../cases/source/Reader.js';
import { type WatchedFolder, withWatched } from '../../cases/source/watched.js';

const writer = fileURLToPath(new URL('../../cases/source/stormWriter.mjs', import.meta.url));
const operations = ['create', 'modify', 'atomic', 'rename', 'nested', 'remove'] as const;
/** Of each rename the kernel tells two events, so these overflow its queue of 16,384. */
const OVERFLOWING_COUNT = 10_000;
/**
 * Enough files for a storm of several batches. HOTPIPE_FAULTS=long runs the full size, which takes three minutes more; the queue of the kernel
 * overflows in `test/faults/sources/overflow` in any case.
 */
const count = process.env['HOTPIPE_FAULTS'] === 'long' ? OVERFLOWING_COUNT : 1_000;

interface Step {
  readonly operation: string;
  readonly blockedMs: number;
  readonly count: number;
}

function storm(w: WatchedFolder, operation: string, count: number): Promise<void> {
  const child = spawn(process.execPath, [writer, w.dir, operation, String(count)], {
    stdio: 'inherit',
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`exit code ${code}`))));
  });
}

/** A disk in memory, if there is one: the watcher is under test, not the journal of the disk. */
const fast = existsSync('/dev/shm') ? '/dev/shm' : undefined;

async function survive(
  backend: 'chokidar' | 'nodeFs' | 'polling',
  plan: readonly Step[],
): Promise<void> {
  await withWatched({ backend, ...(fast === undefined ? {} : { under: fast }) }, async (w) => {
    const reader = new Reader();
    let appliedCount = 0;
    const applyNew = () => {
      for (; appliedCount < w.events.length; appliedCount++) {
        reader.apply(w.events[appliedCount]!);
      }
    };
    for (const { operation, blockedMs, count } of plan) {
      appliedCount = w.events.length = 0;
      const isWritten = storm(w, operation, count);
      if (blockedMs > 0) {
        await delay(100);
        block(blockedMs);
      }
      await isWritten;
      let wrong: string[];
      let checkMs = 0;
      const endMs = Date.now() + 30_000;
      do {
        // A check reads every file, and holds the loop of the source meanwhile: that one gets as much time.
        await w.quiet(Math.max(150, checkMs));
        const fromMs = Date.now();
        applyNew();
        wrong = reader.wrong(w.dir);
        checkMs = Date.now() - fromMs;
      } while (wrong.length > 0 && Date.now() < endMs);
      const distinct = new Set(w.events.map(({ path }) => path)).size;
      const duplicates = w.events.length - distinct;
      expect({
        operation,
        wrong: wrong.slice(0, 3),
        isRepeating: duplicates > count * 0.005,
      }).toEqual({
        operation,
        wrong: [],
        isRepeating: false,
      });
      const renamed = w.events.filter(({ _tag }) => _tag === 'Renamed');
      if (operation === 'rename') expect(renamed).toHaveLength(count);
    }
  });
}

describe.each(['chokidar', 'nodeFs', 'polling'] as const)('a storm over %s', (backend) => {
  it(`misses none of six operations on ${count} files`, { timeout: 120_000 }, () =>
    survive(
      backend,
      operations.map((operation) => ({ operation, blockedMs: 0, count })),
    ),
  );

  it(`misses none of ${count} renames while the loop is blocked`, { timeout: 120_000 }, () =>
    survive(backend, [
      { operation: 'create', blockedMs: 0, count },
      { operation: 'rename', blockedMs: 1500, count },
    ]),
  );
});
