import { expect, it } from 'vitest';
import { dueChanges } from '../../../src/sources/changes/dueChanges.js';
import { MovedDirectories } from '../../../src/sources/changes/movedDirectories.js';
import type { PendingChange } from '../../../src/sources/changes/PendingChange.js';
import type { BatchTiming } from '../../../src/sources/changes/whenToEmit.js';

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
