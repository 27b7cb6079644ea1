import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Listed } from '../../../src/fleet/bundles/catalogue.js';
import { unneededVersions } from '../../../src/fleet/bundles/unneededVersions.js';
import type { Desired } from '../../../src/fleet/protocol/Desired.js';
import { rollout } from '../../unit/fleet/fleetWorld.js';

const digests = fc.constantFrom(...'abcdefghij');
const version = fc.record({
  plugin: fc.constantFrom('p', 'q'),
  digest: digests,
  serial: fc.integer({ min: 0, max: 6 }),
});
const named = fc.option(digests);
const document = fc.oneof(
  fc.constant('unreadable' as const),
  fc.constant(undefined),
  fc.record({ stable: named, candidate: named, previous: named, refused: fc.array(digests) }),
);
const candidateOf = (digest: string | null) =>
  digest === null ? null : { version: '1.0.0', digest, statement: '', signature: '' };

it('goes over all but what is needed: no more, no less, whatever the order', () => {
  fc.assert(
    fc.property(
      fc.array(version, { maxLength: 12 }),
      fc.record({ p: document, q: document }),
      fc.uniqueArray(digests),
      fc.integer({ min: 1, max: 4 }),
      (versions, docs, live, keepCount) => {
        const listed: Listed[] = versions.map((one, at) => ({
          ...one,
          ...{ entry: `published-${at}`, version: `1.0.${at}`, size: 1 },
        }));
        const documents = new Map<string, Desired | 'unreadable'>();
        for (const [plugin, doc] of Object.entries(docs)) {
          if (doc === undefined) continue;
          if (doc === 'unreadable') documents.set(plugin, doc);
          else {
            const { stable, candidate, previous, refused } = doc;
            const all = [stable, candidate, previous].map(candidateOf);
            const [one = null, two = null, three = null] = all;
            const of = { stable: one, candidate: two, previous: three, refused };
            documents.set(plugin, rollout({ ...of, plugin }));
          }
        }
        const needs = { documents, used: new Set(live), keepCount };
        const gone = unneededVersions(listed, needs);
        for (const one of listed) {
          const doc = documents.get(one.plugin);
          const names =
            doc === undefined || doc === 'unreadable'
              ? []
              : [doc.stable, doc.candidate, doc.previous].map((each) => each?.digest);
          const newerCount = listed.filter(
            ({ plugin, serial }) => plugin === one.plugin && serial > one.serial,
          ).length;
          const isNeeded =
            doc === 'unreadable' ||
            names.includes(one.digest) ||
            live.includes(one.digest) ||
            newerCount < keepCount ||
            listed.some(({ entry, digest }) => entry !== one.entry && digest === one.digest);
          expect(gone.includes(one)).toBe(!isNeeded);
        }
        const reversed = unneededVersions([...listed].reverse(), needs);
        expect(new Set(reversed)).toEqual(new Set(gone));
        // What is left needs no second look.
        const left = listed.filter((one) => !gone.includes(one));
        expect(unneededVersions(left, needs)).toEqual([]);
      },
    ),
  );
});
