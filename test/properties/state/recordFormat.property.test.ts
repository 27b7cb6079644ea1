import fc from 'fast-check';
import { isLeft, right } from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { recordFormat } from '../../../src/state/records/recordFormat.js';

const label = { plugin: 'counter', seq: 12, schema: 3, codeHash: '9f86d081884c7d65', fence: 2 };
const bytes = recordFormat.encode(label, Buffer.from('{"count":1}'));

it('decodes any bytes, and never throws', () => {
  const header = bytes.subarray(0, bytes.indexOf('\n') + 1).toString();
  const almost = fc
    .tuple(fc.constantFrom(...header), fc.string(), fc.json())
    .map(([at, put, json]) => Buffer.from(header.replace(at, put) + json));
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), almost), (input) => {
      expect(isLeft(recordFormat.decode(input))).toBe(true);
    }),
    { numRuns: 20_000 },
  );
});

it('encodes and decodes any label and any JSON', () => {
  const number = fc.maxSafeInteger();
  fc.assert(
    fc.property(
      fc.record({
        plugin: fc.string(),
        seq: number,
        schema: number,
        codeHash: fc.string({ unit: 'binary' }),
        fence: number,
      }),
      fc
        .jsonValue({ maxDepth: 5 })
        .filter((value) => !/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value))),
      ({ fence, ...rest }, state) => {
        const encoded = recordFormat.encode({ ...rest, fence }, Buffer.from(JSON.stringify(state)));
        const expected: unknown = JSON.parse(JSON.stringify(state));
        expect(recordFormat.decode(encoded)).toEqual(
          right({ record: { ...rest, state: expected }, fence }),
        );
      },
    ),
    { numRuns: 3_000 },
  );
});
