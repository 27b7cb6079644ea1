import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, it } from 'vitest';
import { bundleOf, digestOf, readBundle } from '../../../src/fleet/bundles/readBundle.js';
import { writeUstar } from '../../../src/fleet/bundles/ustar.js';

/** Names that are safe on every machine, also long ones and ones that are not ASCII. */
const segment = fc
  .stringMatching(/^[a-z0-9äé_-]{1,40}$/u)
  .filter((part) => !/^(con|prn|aux|nul|com\d|lpt\d)$/.test(part));
const name = fc.array(segment, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
const files = fc
  .uniqueArray(fc.record({ name, content: fc.uint8Array({ maxLength: 1_300 }) }), {
    selector: ({ name: one }) => one.split('/')[0],
    maxLength: 8,
  })
  .filter((all) => E.isRight(writeUstar(all)));

function packed(all: readonly { readonly name: string; readonly content: Uint8Array }[]) {
  const bundle = bundleOf(all);
  if (E.isLeft(bundle)) throw new Error(bundle.left.message);
  return bundle.right;
}

it('the same files make the same bytes in any order, and give the same files back', () => {
  fc.assert(
    fc.property(files, fc.infiniteStream(fc.nat()), (all, order) => {
      const { digest, bytes } = packed(all);
      const shuffled = all
        .map((file) => ({ file, at: order.next().value }))
        .sort((left, right) => left.at - right.at)
        .map(({ file }) => file);
      expect(packed(shuffled).digest).toBe(digest);
      expect(Buffer.compare(packed(shuffled).bytes, bytes)).toBe(0);
      expect(digest).toBe(digestOf(bytes));
      const read = readBundle(bytes);
      const hex = (of: Uint8Array) => Buffer.from(of).toString('hex');
      const back = E.isRight(read) ? [...read.right] : [];
      expect(Object.fromEntries(back.map(([file, content]) => [file, hex(content)]))).toEqual(
        Object.fromEntries(all.map((file) => [file.name, hex(file.content)])),
      );
    }),
    { numRuns: 200 },
  );
});

it('every cut of a bundle is refused, and so is anything after its end', () => {
  fc.assert(
    fc.property(
      files,
      fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      fc.uint8Array({ minLength: 1, maxLength: 600 }),
      (all, at, more) => {
        const { bytes } = packed(all);
        const cut = readBundle(bytes.subarray(0, Math.floor(bytes.length * at)));
        const longer = readBundle(Uint8Array.from([...bytes, ...more]));
        expect([cut._tag, longer._tag]).toEqual(['Left', 'Left']);
      },
    ),
    { numRuns: 300 },
  );
});

it('a bundle with one changed byte is refused, or is another bundle with safe names', () => {
  fc.assert(
    fc.property(files, fc.nat(), fc.integer({ min: 1, max: 255 }), (all, at, by) => {
      const { digest, bytes } = packed(all);
      const changed = Uint8Array.from(bytes);
      const place = at % bytes.length;
      changed[place] = (changed[place] ?? 0) ^ by;
      const read = readBundle(changed);
      if (E.isRight(read)) {
        expect(digestOf(changed)).not.toBe(digest);
        for (const one of read.right.keys()) expect(one).not.toMatch(/^\/|\\|(^|\/)\.{0,2}(\/|$)/u);
      }
    }),
    { numRuns: 500 },
  );
});

it('any bytes are read or refused, and never throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
      const read = readBundle(bytes);
      expect(E.isLeft(read) ? read.left._tag : read.right.size).toBe(
        E.isLeft(read) ? 'BundleRefused' : 0,
      );
    }),
    { numRuns: 2_000 },
  );
});
