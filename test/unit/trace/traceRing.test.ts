import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TraceRecord } from '../../../src/model/trace/TraceRecord.js';
import { traceRing } from '../../../src/trace/traceRing.js';

/** What a ring is, without a circle: all lines, of which the newest that fit are kept. */
function newest(lines: readonly string[], count: number, bytes: number): readonly string[] {
  const kept: string[] = [];
  let size = 0;
  for (const line of lines.toReversed()) {
    size += new TextEncoder().encode(line).length;
    if (kept.length === count || size > bytes) break;
    kept.unshift(line);
  }
  return kept;
}

const record = fc
  .tuple(
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.oneof({ weight: 9, arbitrary: fc.nat(40) }, { weight: 1, arbitrary: fc.nat(1_100) }),
  )
  .map(([text, more]): TraceRecord & { readonly text: string } => ({
    ...{ k: 'in', text: text + 'é'.repeat(more) },
  }));

test('whatever is written: the newest records that fit are there, and the others are counted', () => {
  fc.assert(
    fc.property(
      fc.array(record, { maxLength: 120 }),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1_024, max: 4_096 }),
      fc.nat(119),
      (records, count, bytes, lookAt) => {
        const ring = traceRing({ count, bytes });
        ring.next({ k: 'header' });
        for (const [at, one] of records.entries()) {
          ring.next(one);
          // Looking changes nothing.
          if (at === lookAt) ring.records();
        }
        const kept = newest(
          records.map((one) => JSON.stringify(one)),
          count,
          bytes,
        );
        const dropped = records.length - kept.length;
        expect(ring.records()).toEqual([
          { k: 'header' },
          ...(dropped > 0 ? [{ k: 'gap', count: dropped }] : []),
          ...kept.map((line): unknown => JSON.parse(line)),
        ]);
      },
    ),
    { numRuns: 500 },
  );
});

test('a new run starts over', () => {
  const ring = traceRing({ count: 1 });
  for (const k of ['header', 'in', 'in', 'header', 'start']) ring.next({ k });

  expect(ring.records()).toEqual([{ k: 'header' }, { k: 'start' }]);
});

test('without a run there is nothing', () => {
  expect(traceRing().records()).toEqual([]);
});
