import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import type { Hint } from '../../../src/sources/backends/WatchBackend.js';
import { schedulerClock } from '../../../src/sources/disk/Clock.js';
import { FakeDisk } from '../../cases/source/fakeDisk.js';
import { startSession } from '../../cases/source/startSession.js';

const files = ['/r/a', '/r/d/b', '/r/d/e/c', '/r/f/g'];
const rootPath = fc.constantFrom('/r', '/r/d', '/r/d/e', '/r/f', ...files);
const rootSet = fc.uniqueArray(rootPath, { minLength: 1 });
/** Whether files are known by name at the start. */
const firstLookCounts = fc.constantFrom(Infinity, 0, 2);
const answerMs = fc.array(fc.constantFrom(0, 0, 1, 2, 5), { minLength: 1, maxLength: 6 });

/** Watches one set of roots after the other, over a backend that answers for each directory after its own delay. */
function start(answers: readonly number[], firstLookCount: number) {
  const scheduler = new VirtualTimeScheduler();
  const disk = new FakeDisk(scheduler);
  for (const dir of ['/r/d', '/r/d/e', '/r/f']) disk.makeDirectory(dir);
  for (const file of files) disk.write(file, file);
  const clock = schedulerClock(scheduler);
  const reported: string[] = [];
  let count = 0;
  let send: (hint: Hint) => void = () => {};
  const ports: Parameters<typeof startSession>[1] = {
    clock,
    watcher: (onHint) => {
      send = onHint;
      return {
        watch: (dir) => {
          disk.watch(dir);
          const afterMs = answers[count++ % answers.length] ?? 0;
          clock.after(afterMs, () => onHint({ dir, name: null }));
        },
        release: (dir) => disk.release(dir),
        close: () => {},
      };
    },
    onEvents: (events) => {
      for (const { _tag, path } of events) reported.push(`${_tag} ${path}`);
    },
  };
  const session = startSession(disk, ports, { firstLookCount });
  disk.hints$.subscribe((hint) => send(hint));
  return {
    disk,
    reported,
    clock,
    watch: session.watch,
    flush: () => scheduler.flush(),
  };
}

it('reports nothing that was there at the start, however roots overlap and whatever the order of answers', () => {
  fc.assert(
    fc.property(
      answerMs,
      fc.array(fc.tuple(rootSet, fc.constantFrom(0, 0, 1, 3, 100)), { minLength: 1, maxLength: 4 }),
      firstLookCounts,
      (answers, sets, firstLookCount) => {
        const { reported, clock, watch, flush } = start(answers, firstLookCount);
        let atMs = 0;
        for (const [set, waitMs] of sets) {
          clock.after(atMs, () => watch(set));
          atMs += waitMs;
        }
        flush();
        expect(reported).toEqual([]);
      },
    ),
    { numRuns: 2000 },
  );
});

it('reports what happens after that once, for the roots of the last set', () => {
  fc.assert(
    fc.property(
      answerMs,
      fc.array(rootSet, { minLength: 1, maxLength: 4 }),
      firstLookCounts,
      (answers, sets, firstLookCount) => {
        const { disk, reported, watch, flush } = start(answers, firstLookCount);
        for (const set of sets) {
          watch(set);
          flush();
        }
        const last = sets.at(-1)!;
        const isWatched = (path: string) =>
          last.some((root) => path === root || path.startsWith(`${root}/`));
        for (const file of files) disk.write(file, 'other, and longer');
        for (const file of ['/r/d/new', '/r/f/new']) disk.write(file, 'new');
        flush();
        const expected = [
          ...files.filter(isWatched).map((path) => `Modified ${path}`),
          ...['/r/d/new', '/r/f/new'].filter(isWatched).map((path) => `Created ${path}`),
        ];
        expect([...reported].sort()).toEqual(expected.sort());
      },
    ),
    { numRuns: 1000 },
  );
});
