import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SeededRandom } from '../../../src/policies/SeededRandom.js';

const draws = (seed: number, count: number) => {
  const random = new SeededRandom(seed);
  return Array.from({ length: count }, () => Math.floor(random.next() * 2 ** 32));
};

it('draws the same numbers from a seed in every version, so that kept seeds and traces stay true', () => {
  expect([0, 1, 2 ** 32, 123_456_789_012].map((seed) => draws(seed, 3))).toEqual([
    [1144304738, 1416247, 958946056],
    [2347010974, 1973779238, 1061036011],
    [2347010974, 1973779238, 1061036011],
    [1078965247, 3556067561, 3628338395],
  ]);
});

it('draws numbers from 0 to 1, evenly, and others for other seeds', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), (seed) => {
      const random = new SeededRandom(seed);
      const tenths = Array<number>(10).fill(0);
      for (let count = 0; count < 1_000; count += 1) {
        const at = Math.floor(random.next() * 10);
        tenths[at] = (tenths[at] ?? 0) + 1;
      }
      expect(tenths).toHaveLength(10);
      expect(Math.min(...tenths)).toBeGreaterThan(40);
      expect(draws(seed, 2)).not.toEqual(draws(seed + 1, 2));
    }),
  );
});

it('counts, chances and choices follow from the next number', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 31), fc.integer({ min: 1, max: 9 }), (seed, count) => {
      const next = () => new SeededRandom(seed).next();
      const random = () => new SeededRandom(seed);
      expect(random().below(count)).toBe(Math.floor(next() * count));
      expect([random().isLucky(next()), random().isLucky(0), random().isLucky(1)]).toEqual([
        false,
        false,
        true,
      ]);
      const choices = ['a', 'b', 'c'] as const;
      expect(random().pick(...choices)).toBe(choices[Math.floor(next() * 3)]);
      expect(random().pick('alone')).toBe('alone');
    }),
  );
});
