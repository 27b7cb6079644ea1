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
