import { expect, it } from 'vitest';
import { pathFilter } from '../../../src/sources/filters/pathFilter.js';
import { rootAbove } from '../../../src/sources/forest/Forest.js';

const roots = (...paths: readonly string[]) =>
  paths.map((path) => ({ path, filter: pathFilter({}), depth: Infinity }));

it('finds the nearest root above a path, whatever the order of the roots', () => {
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

it('returns a path below no root as it is, and accepts / as a root', () => {
  expect(rootAbove(roots('/d'), '/e/x')).toBe('/e/x');
  expect(rootAbove(roots('/'), '/e/x')).toBe('/');
});
