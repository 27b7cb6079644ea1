import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { fileStateStore } from '../../../src/state/index.js';
import { mountTmpfs } from '../support/mounts.js';
import { inDirectory, loadedCount, save } from '../support/saved.js';

const big = 'x'.repeat(100_000);

/** Runs on a small disk in memory. Skips with a reason when none may be mounted. */
const onDisk = (
  skip: (note: string) => void,
  options: string,
  run: (dir: string) => Promise<void>,
): Promise<void> =>
  inDirectory(async (dir) => {
    const unmount = mountTmpfs(dir, options);
    if (unmount === undefined) return skip('mounting a disk of 1 MB is not allowed here');
    try {
      await run(dir);
    } finally {
      unmount();
    }
  });

it('a disk that is full, then read-only: reports it, keeps the state before, and saves again when it can', ({
  skip,
}) =>
  onDisk(skip, 'size=1m', async (dir) => {
    const store = fileStateStore(dir);
    expect(isRight(await save(store, 1))).toBe(true);
    const { bavail, bsize } = statfsSync(dir);
    writeFileSync(join(dir, 'filler'), Buffer.alloc(bavail * bsize - 8_192));

    const full = await save(store, 2, big);
    expect(isLeft(full) && full.left).toMatchObject({
      _tag: 'StateSaveFailed',
      message: expect.stringContaining('the disk is full: free some space (ENOSPC)'),
    });
    expect(readdirSync(dir).sort()).toEqual(['counter.1.state', 'filler']);
    expect(await loadedCount(dir)).toBe(1);

    rmSync(join(dir, 'filler'));
    expect(isRight(await save(store, 3, big))).toBe(true);
    execFileSync('mount', ['-o', 'remount,ro', dir]);
    const readOnly = await save(store, 4);
    expect(isLeft(readOnly) && readOnly.left.message).toContain('read-only');
    expect(await loadedCount(dir)).toBe(3);
    execFileSync('mount', ['-o', 'remount,rw', dir]);
    expect(isRight(await save(store, 5))).toBe(true);
    expect(await loadedCount(dir)).toBe(5);
  }));

it('a disk without room for another name: reports it, and saves again when there is room', ({
  skip,
}) =>
  onDisk(skip, 'size=1m,nr_inodes=20', async (dir) => {
    const store = fileStateStore(dir);
    for (const count of [1, 2, 3]) expect(isRight(await save(store, count))).toBe(true);
    const fillers: string[] = [];
    const fill = () => {
      for (;;) {
        const filler = join(dir, `filler${fillers.length}`);
        writeFileSync(filler, '');
        fillers.push(filler);
      }
    };
    expect(fill).toThrow('ENOSPC');
    const refused = await save(store, 4);

    expect(isLeft(refused) && refused.left.message).toContain('ENOSPC');
    expect(await loadedCount(dir)).toBe(3);
    for (const filler of fillers) rmSync(filler);
    expect(isRight(await save(store, 5))).toBe(true);
    expect(await loadedCount(dir)).toBe(5);
    await store.close();
  }));

it('a disk that is read-only from the start: loads what is there, reports what is damaged, and changes nothing', ({
  skip,
}) =>
  onDisk(skip, 'size=1m', async (dir) => {
    const writer = fileStateStore(dir);
    for (const count of [1, 2]) expect(isRight(await save(writer, count))).toBe(true);
    await writer.close();
    writeFileSync(join(dir, 'counter.3.state'), 'rubbish');
    mkdirSync(join(dir, 'other'));
    execFileSync('mount', ['-o', 'remount,ro', dir]);
    const corrupt: string[] = [];
    const store = fileStateStore(dir, { onCorrupt: ({ path }) => corrupt.push(path) });

    expect(await store.load('counter')()).toMatchObject({ right: { value: { seq: 2 } } });
    expect(corrupt).toEqual([join(dir, 'counter.3.state')]);
    expect(readdirSync(dir)).toHaveLength(4);
    await store.close();
  }));
