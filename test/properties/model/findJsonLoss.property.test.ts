import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findJsonLoss } from '../../../src/model/codecs/findJsonLoss.js';
import { findJsonProblem } from '../../../src/model/codecs/findJsonProblem.js';

/** What a plain value may have beside what JSON holds. */
const LOSSES: readonly (readonly [string, (at: object) => unknown])[] = [
  ['Symbol(of)', (at) => Reflect.set(at, Symbol('of'), 1)],
  ['hidden', (at) => Reflect.defineProperty(at, 'hidden', { value: 1, configurable: true })],
  ['extra', (at) => Array.isArray(at) && Reflect.set(at, 'extra', 1)],
  ['-0', (at) => Reflect.set(at, Array.isArray(at) ? at.length : 'zero', -0)],
];

const plain = fc
  .jsonValue({ maxDepth: 4 })
  .filter((value) => findJsonProblem(value) === undefined)
  .map((value): unknown => JSON.parse(JSON.stringify(value)));

test('finds nothing in what JSON gives back as it was', () => {
  fc.assert(
    fc.property(plain, (value) => {
      expect(findJsonLoss(value)).toBeUndefined();
    }),
    { numRuns: 2_000 },
  );
});

test('finds a loss at any place, and names it', () => {
  fc.assert(
    fc.property(plain, fc.constantFrom(...LOSSES), fc.nat(), (value, [named, add], pick) => {
      const places = containersIn(value);
      const place = places[pick % Math.max(1, places.length)];
      fc.pre(place !== undefined && (named !== 'extra' || Array.isArray(place.at)));
      if (place === undefined) return;
      add(place.at);
      const loss = findJsonLoss(value);

      expect(loss?.path.slice(0, place.path.length)).toEqual(place.path);
      expect(loss?.reason).toContain(named);
    }),
    { numRuns: 2_000 },
  );
});

/** The arrays and objects in a value, each with the keys that lead to it. */
function containersIn(
  value: unknown,
  path: readonly string[] = [],
): { at: object; path: readonly string[] }[] {
  if (typeof value !== 'object' || value === null) return [];
  const inside = Object.entries(value).flatMap(([key, at]) => containersIn(at, [...path, key]));
  return [{ at: value, path }, ...inside];
}
