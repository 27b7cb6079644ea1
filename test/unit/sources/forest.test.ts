import { expect, it } from 'vitest';
import { pathFilter } from '../../../src/sources/filters/pathFilter.js';
import { rootAbove } from '../../../src/sources/forest/Forest.js';

const roots = (...paths: readonly string[]) =>
  paths.map((path) => ({ path, filter: pathFilter({}), depth: Infinity }));

it('takes a path to belong to the nearest root, in whatever order they were named', () => {
  for (const paths of [
    ['/d', '/d/a', '/d/a/b'],
    ['/d/a/b', '/d/a', '/d'],
  ]) {
    expect(rootAbove(roots(...paths), '/d/x')).toBe('/d');
    expect(rootAbove(roots(...paths), '/d/ab')).toBe('/d');
    expect(rootAbove(roots(...paths), '/d/a')).toBe('/d/a');
    expect(rootAbove(roots(...paths), '/d/a/b/c')).toBe('/d/a/b');
  }
});

it('leaves a path that belongs to none as it is, and knows the root of the disk', () => {
  expect(rootAbove(roots('/d'), '/e/x')).toBe('/e/x');
  expect(rootAbove(roots('/'), '/e/x')).toBe('/');
});
