import fc from 'fast-check';
import micromatch from 'micromatch';
import { expect, it } from 'vitest';
import { pathFilter } from '../../../src/sources/filters/pathFilter.js';
import { plainGlob } from '../../../src/sources/filters/plainGlob.js';
import { processorMsOf } from '../../support/processorMsOf.js';

const letters = fc.constantFrom('a', 'b', '.', '-', '@', 'é', '😀', ' ', ',', '~', '#');
const name = fc
  .string({ unit: letters, minLength: 1, maxLength: 4 })
  .filter((each) => each !== '.' && each !== '..');
const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => names.join('/'));
const piece = fc.oneof(
  { weight: 3, arbitrary: letters },
  { weight: 2, arbitrary: fc.constantFrom('*', '?') },
  { weight: 1, arbitrary: fc.constantFrom('{a,b}', '{a,b.ts}', '{a/b,b}', '{*,a}') },
);
const part = fc.oneof(
  { weight: 1, arbitrary: fc.constant('**') },
  { weight: 3, arbitrary: fc.array(piece, { minLength: 1, maxLength: 4 }).map((p) => p.join('')) },
);
const glob = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));

it('a plain glob matches what micromatch matches', () => {
  let count = 0;
  fc.assert(
    fc.property(glob, fc.array(path, { minLength: 1, maxLength: 8 }), (each, paths) => {
      const plain = plainGlob(each);
      if (typeof plain !== 'function') return;
      count += 1;
      // Three stars are one star. micromatch then loses what is before a dot: `a.b/***` becomes /^.b\/[^/]*$/.
      const reference = each.replaceAll(/\*{3,}/g, '*');
      const theirs = paths.filter((one) => micromatch.isMatch(one, reference, { dot: true }));
      expect(paths.filter(plain)).toEqual(theirs);
    }),
    { numRuns: 3000 },
  );
  expect(count).toBeGreaterThan(1500);
});

/** All texts of 1 to `maxLength` of these units. */
function textsOf(units: readonly string[], maxLength: number): readonly string[] {
  let longest: readonly string[] = [''];
  return Array.from({ length: maxLength }, () => {
    longest = longest.flatMap((text) => units.map((unit) => text + unit));
    return longest;
  }).flat();
}

it('each short plain glob matches what micromatch matches: it reads some as a whole otherwise than within others', () => {
  const isName = (each: string) => each !== '' && each !== '.' && each !== '..';
  const paths = textsOf(['a', '.', '/'], 5).filter((each) => each.split('/').every(isName));
  const globs = textsOf(['a', '.', '/', '*', '?'], 5).filter((each) => !each.includes('***'));
  let count = 0;
  for (const each of globs) {
    const plain = plainGlob(each);
    if (typeof plain !== 'function') continue;
    count += 1;
    const isTheirs = micromatch.matcher(each, { dot: true });
    expect(paths.filter(plain), each).toEqual(paths.filter((one) => isTheirs(one)));
  }
  expect(count).toBeGreaterThan(1500);
});

it('any glob is matched within 2 s, or refused at construction', () => {
  const nasty = fc
    .array(
      fc.constantFrom(
        ...[
          'a',
          '*',
          '**',
          '?',
          '/',
          '(',
          ')',
          '+',
          '!',
          '@',
          '|',
          '[',
          ']',
          '{',
          '}',
          ',',
          '\\',
          'aa',
          '*a',
          '**/',
          '(a+)',
          '+(',
          '{a,b}',
          '^',
          '$',
          '..',
        ],
      ),
      { minLength: 1, maxLength: 24 },
    )
    .map((parts) => parts.join(''));
  const texts = [
    'a'.repeat(255),
    `${'a/'.repeat(500)}a`,
    `${'a'.repeat(100)}b/${'ab'.repeat(100)}`,
  ];
  let slowestMs = 0;
  fc.assert(
    fc.property(nasty, (each) => {
      let filter;
      try {
        filter = pathFilter({ exclude: [each] });
      } catch (error) {
        expect(String(error)).toMatch(/^(Range|Type)Error: watch: exclude\[0\] \(/);
        return;
      }
      for (const text of texts) {
        const tookMs = processorMsOf(() => filter.isExcluded('', text));
        slowestMs = Math.max(slowestMs, tookMs);
      }
      if (slowestMs > 2000) throw new Error(`${each}: ${slowestMs} ms`);
    }),
    { numRuns: 3000 },
  );
});
