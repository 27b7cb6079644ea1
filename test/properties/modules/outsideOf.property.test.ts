import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isUnder } from '../../../src/model/paths.js';
import { outsideOf } from '../../../src/modules/files/outsideOf.js';

const path = fc
  .array(fc.constantFrom('a', 'b', 'ab'), { minLength: 1, maxLength: 4 })
  .map((names) => `/${names.join('/')}`);

it('answers as a test against each directory would, whatever was asked before', () => {
  fc.assert(
    fc.property(fc.array(path, { maxLength: 6 }), fc.array(path), (directories, paths) => {
      const isOutside = outsideOf(directories);
      const isInside = (each: string) =>
        directories.some((directory) => each === directory || isUnder(each, directory));
      expect(paths.filter(isOutside)).toEqual(paths.filter((each) => !isInside(each)));
    }),
    { numRuns: 1000 },
  );
});
