import { expect, it } from 'vitest';
import type { Change } from '../../../src/sources/changes/PendingChange.js';
import { dueChanges } from '../../../src/sources/changes/dueChanges.js';
import type { SettleOptions } from '../../../src/sources/changes/settle.js';

/** A file that was reported, and is gone since it was seen so long ago. */
const goneFor = (ms: number) =>
  ({
    ...{ name: 'f', path: '/r/f', look: undefined, before: { ino: 1, mtimeMs: 0, sizeBytes: 1 } },
    ...{ firstMs: -ms, hintMs: -ms, sinceMs: -ms, lookedMs: -ms, heldUntilMs: 0 },
  }) as unknown as Change;

it.each<[string, SettleOptions, number, boolean]>([
  ['names what changes', { settleMs: 10, settleMaxMs: 50 }, 4, true],
  ['names what changes', { settleMs: 10, settleMaxMs: 50 }, 6, false],
  ['only looks now and then', { settleMs: 150, settleMaxMs: 300, lookEveryMs: 100 }, 100, true],
  ['only looks now and then', { settleMs: 150, settleMaxMs: 300, lookEveryMs: 100 }, 151, false],
])(
  'what is gone may be half of a rename, for a backend that %s: %j, for %i ms: %s',
  (_, options, ms, isKept) => {
    const change = goneFor(ms);
    expect(dueChanges([change], options, 0, false, [])).toEqual(isKept ? [] : [change]);
  },
);
