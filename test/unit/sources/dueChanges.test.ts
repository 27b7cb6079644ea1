import { expect, it } from 'vitest';
import { dueChanges } from '../../../src/sources/changes/dueChanges.js';
import { MovedDirectories } from '../../../src/sources/changes/movedDirectories.js';
import type { PendingChange } from '../../../src/sources/changes/PendingChange.js';
import { WaitingHints } from '../../../src/sources/changes/WaitingHints.js';
import type { BatchTiming } from '../../../src/sources/changes/whenToEmit.js';
import type { Directory } from '../../../src/sources/forest/Directory.js';

/** A file that was reported, and was first seen to be gone `ms` ago. */
const goneFor = (ms: number) =>
  ({
    name: 'f',
    path: '/r/f',
    look: undefined,
    before: { ino: 1, mtimeMs: 0, sizeBytes: 1 },
    firstMs: -ms,
    hintMs: -ms,
    sinceMs: -ms,
    lookedMs: -ms,
    heldUntilMs: 0,
  }) as unknown as PendingChange;

it.each<[string, BatchTiming, number, boolean]>([
  ['hints at changes', { settleMs: 10, settleMaxMs: 50 }, 4, true],
  ['hints at changes', { settleMs: 10, settleMaxMs: 50 }, 6, false],
  ['polls', { settleMs: 150, settleMaxMs: 300, pollEveryMs: 100 }, 100, true],
  ['polls', { settleMs: 150, settleMaxMs: 300, pollEveryMs: 100 }, 151, false],
])(
  'a path that is gone waits for the other half of a rename, over a backend that %s (%j), after %i ms: %s',
  (_, options, ms, isKept) => {
    const change = goneFor(ms);
    expect(
      dueChanges([change], {
        timing: options,
        nowMs: 0,
        isEager: false,
        moved: new MovedDirectories([]),
      }),
    ).toEqual(isKept ? [] : [change]);
  },
);

it.each([
  ['vim', '.a.ts.swp'],
  ['vim', '4913'],
  ['sed -i', 'sedAb12Cd'],
  ['perl -i', 'XXaDDYhF'],
  ['GLib', '.goutputstream-Q1W2E3'],
])('the temporary file of %s, %s, waits: it is gone when the save has ended', (_, name) => {
  const created = {
    ...goneFor(20),
    name,
    path: `/r/${name}`,
    look: { ino: 2, birthMs: 0, dev: 1, mtimeMs: 0, ctimeMs: 0, sizeBytes: 1 },
    before: undefined,
  } as unknown as PendingChange;
  const timing = { settleMs: 10, settleMaxMs: 50 };
  const moved = new MovedDirectories([]);
  const due = (nowMs: number) =>
    dueChanges([{ ...created }], { timing, nowMs, isEager: false, moved }).length;

  expect(due(0)).toBe(0);
  expect(due(1_000)).toBe(1);
});

/** A new file, first seen `ms` ago. */
const createdFor = (ms: number, name: string) =>
  ({
    ...goneFor(ms),
    name,
    path: `/r/${name}`,
    look: { ino: 2, birthMs: 0, dev: 1, mtimeMs: 0, ctimeMs: 0, sizeBytes: 1 },
    before: undefined,
  }) as unknown as PendingChange;

it.each<[BatchTiming, number]>([
  [{ settleMs: 10, settleMaxMs: 50 }, 50],
  [{ settleMs: 10, settleMaxMs: 5_000 }, 50],
  [{ settleMs: 4, settleMaxMs: 5_000 }, 20],
  [{ settleMs: 40, settleMaxMs: 60 }, 60],
])('with %j a file with a temporary name is reported after %i ms, and not before', (timing, ms) => {
  const moved = new MovedDirectories([]);
  const dueAfter = (afterMs: number) =>
    dueChanges([createdFor(afterMs, 'v1.0.tmp')], { timing, nowMs: 0, isEager: false, moved });
  expect([dueAfter(ms - 1).length, dueAfter(ms).length]).toEqual([0, 1]);
});

it.each([
  'report.20240131',
  'app.log.20240131',
  'dump.20240131235959',
  'tmpl.ts',
  'tmp.ts',
  'tmpfs.md',
  'temporary.ts',
  'v1.600123',
])('%s is no temporary name', (name) => {
  const timing = { settleMs: 10, settleMaxMs: 50 };
  const moved = new MovedDirectories([]);
  const due = dueChanges([createdFor(20, name)], { timing, nowMs: 0, isEager: false, moved });
  expect(due).toHaveLength(1);
});

const directory = { path: '/r/d' } as Directory;
const gone = (ms: number) => ({ ...goneFor(ms), directory, path: '/r/d/f' }) as PendingChange;
const edited = {
  ...gone(60),
  look: { ino: 1, birthMs: 0, dev: 1, mtimeMs: 1, ctimeMs: 1, sizeBytes: 1 },
} as unknown as PendingChange;

it.each<[string, PendingChange, number, string[], boolean]>([
  ['a path that is gone and came with hints that wait', gone(60), -70, [], true],
  ['the same, before them', gone(60), -50, [], false],
  ['the same, hinted at again', gone(60), -50, ['/r/d f'], true],
  ['the same, in a directory that is hinted at', gone(60), -50, ['/r d'], true],
  ['the same, hinted at without end', { ...gone(300), hintMs: -60 }, -70, ['/r/d f'], false],
  ['the same, where any hint may be missing', gone(300), -Infinity, [], true],
  ['an edit that came with hints that wait', edited, -70, [], false],
  ['an edit that is hinted at again', edited, -50, ['/r/d f'], false],
  ['an edit in a directory that is hinted at', edited, -50, ['/r d'], true],
  ['an edit in a directory that tells that it moved', edited, -50, ['/r/d d'], true],
])('while hints wait, %s waits for them: %#', (_, change, followedToMs, hinted, isWaiting) => {
  expect(isDue(change, followedToMs, hinted)).toBe(!isWaiting);
});

it('while hints wait, an edit in a directory that came with them waits: it may have moved', () => {
  expect(isDue(edited, -50, [], [directory])).toBe(false);
});

function isDue(
  change: PendingChange,
  followedToMs: number,
  hinted: readonly string[],
  unsettled: readonly Directory[] = [],
): boolean {
  const has = (dir: string, name: string) => hinted.includes(`${dir} ${name}`);
  const due = dueChanges([change], {
    timing: { settleMs: 10, settleMaxMs: 50 },
    nowMs: 0,
    waiting: new WaitingHints({ followedToMs, has }, 50, new Set(unsettled)),
    isEager: false,
    moved: new MovedDirectories([]),
  });
  return due.length === 1;
}
