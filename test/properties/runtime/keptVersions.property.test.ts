import fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeptVersions } from '../../../src/runtime/slot/PluginVersion.js';

interface Numbered {
  readonly number: number;
}

/** What can happen to the version that serves; `back` chooses one of those that can be gone back to. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ _tag: 'newVersion' as const }) },
  { weight: 1, arbitrary: fc.constant({ _tag: 'lasted' as const }) },
  { weight: 2, arbitrary: fc.constant({ _tag: 'failed' as const }) },
  { weight: 1, arbitrary: fc.nat(9).map((back) => ({ _tag: 'ordered' as const, back })) },
  { weight: 1, arbitrary: fc.constant({ _tag: 'back' as const }) },
  { weight: 1, arbitrary: fc.constant({ _tag: 'restarted' as const }) },
);

it('goes back to the version that was trusted last, however many came since, and keeps no more than it may', () => {
  fc.assert(
    fc.property(fc.nat(4), fc.array(step, { maxLength: 60 }), (maxCount, steps) => {
      const kept = new KeptVersions<Numbered>(maxCount);
      let serving: Numbered | undefined;
      let lastNumber = 0;
      // The model: what each step says of trust, without any limit.
      let trustedLast = 0;
      const serve = (next: Numbered, isTrusted: boolean) => {
        kept.replace(serving, next.number);
        serving = next;
        lastNumber = Math.max(lastNumber, next.number);
        if (isTrusted) trust();
      };
      const trust = () => {
        if (serving === undefined) return;
        kept.trust(serving.number);
        trustedLast = serving.number;
        takenBack.delete(serving.number);
      };
      const takenBack = new Set<number>();
      const takeBack = (version: Numbered | undefined) => {
        const failed = serving?.number;
        if (version === undefined || failed === undefined) return;
        goTo(version);
        kept.distrust(failed);
        takenBack.add(failed);
      };
      const goTo = (version: Numbered | undefined) => {
        if (version !== undefined) serve(version, true);
      };

      for (const happens of steps) {
        if (happens._tag === 'newVersion') serve({ number: lastNumber + 1 }, lastNumber === 0);
        if (happens._tag === 'lasted') trust();
        if (happens._tag === 'failed') takeBack(kept.trusted);
        if (happens._tag === 'back') takeBack(kept.backByOrder);
        if (happens._tag === 'ordered') goTo(kept.all[happens.back % (kept.all.length || 1)]);
        if (happens._tag === 'restarted' && serving !== undefined) serve(serving, false);

        const byOrder = kept.backByOrder?.number;
        if (trustedLast !== serving?.number) expect(byOrder).toBe(kept.trusted?.number);
        else if (byOrder !== undefined) expect(takenBack).not.toContain(byOrder);
        const numbers = kept.all.map(({ number }) => number);
        const isTrustedServing = trustedLast === (serving?.number ?? 0);
        expect(kept.trusted?.number).toBe(isTrustedServing ? undefined : trustedLast);
        expect(numbers.filter((number) => number !== trustedLast).length).toBeLessThanOrEqual(
          maxCount,
        );
        expect(new Set(numbers).size).toBe(numbers.length);
        expect(numbers).not.toContain(serving?.number);
      }
    }),
  );
});

it('keeps the newest of the others, oldest first', () => {
  fc.assert(
    fc.property(fc.nat(5), fc.integer({ min: 1, max: 12 }), (maxCount, last) => {
      const kept = new KeptVersions<Numbered>(maxCount);
      for (let number = 1; number <= last; number += 1) {
        kept.replace(number === 1 ? undefined : { number: number - 1 }, number);
        if (number === 1) kept.trust(1);
      }
      const others = Array.from({ length: Math.max(0, last - 2) }, (_, index) => index + 2);
      const newest = maxCount === 0 ? [] : others.slice(-maxCount);
      expect(kept.all.map(({ number }) => number)).toEqual(last === 1 ? [] : [1, ...newest]);
    }),
  );
});
