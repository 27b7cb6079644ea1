import { describe, expect, it } from 'vitest';
import { pathFilter } from '../../../src/sources/filters/pathFilter.js';
import { processorMsOf } from '../../support/processorMsOf.js';

const excludes = (glob: string, path: string) =>
  pathFilter({ exclude: [glob] }).isExcluded('', path);

describe('a filter', () => {
  it.each([
    [
      '**/node_modules/**',
      ['node_modules', 'a/node_modules', 'a/node_modules/b'],
      ['node_modules2'],
    ],
    ['*.{ts,js}', ['a.ts', '.b.js'], ['a.tsx', 'd/a.ts']],
    ['./src/**/*.ts', ['src/a.ts', 'src/b/.c/d.ts'], ['a.ts', 'src']],
    ['src/?.ts', ['src/a.ts'], ['src/ab.ts', 'src/.ts']],
    ['d/**', ['d', 'd/a', 'd/a/b'], ['e', 'dd']],
    ['d/*/**', ['d/a/b'], ['d', 'd/a']],
    // The rest is matched by micromatch.
    ['**/*.@(ts|toml)', ['a/b.ts', 'c.toml'], ['a.tsx']],
    ['!(*.test).ts', ['a.ts'], ['a.test.ts', 'b.js']],
    ['[a-c]*.ts', ['b1.ts'], ['d.ts']],
    ['!keep.ts', ['a.ts'], ['keep.ts']],
    ['a\\*b', ['a*b'], ['axb']],
    ['v{1..3}', ['v2'], ['v4']],
  ])('%s', (glob, inside, outside) => {
    expect(inside.filter((path) => !excludes(glob, path))).toEqual([]);
    expect(outside.filter((path) => excludes(glob, path))).toEqual([]);
  });

  it('wants a file only when extensions, include and exclude all agree', () => {
    const { isWanted } = pathFilter({
      extensions: ['ts', '.d.js'],
      include: ['src/**'],
      exclude: ['**/x.ts'],
    });
    const names = ['a.ts', 'b.d.js', 'c.js', 'x.ts', 'ts'];
    expect(names.filter((name) => isWanted('src/', name))).toEqual(['a.ts', 'b.d.js']);
    expect(names.filter((name) => isWanted('', name))).toEqual([]);
  });
});

describe('a glob that could take minutes to match', () => {
  it.each([
    ['{a,b}+c', 'repeats a wildcard or a group'],
    ['*(*)b', 'repeats a wildcard or a group'],
    ['(a+)+b', 'repeats a wildcard or a group'],
    ['+(a|+(b))', 'repeats a wildcard or a group'],
    ['(a|aa){9}', 'repeats a wildcard or a group'],
    ['?(a)'.repeat(25), 'has more than 3 wildcards or groups in a row'],
    ['[a]*a*a*a*b', 'has more than 3 wildcards or groups in a row'],
    ['**/[a]/**/a/**/b', 'has more than 3 wildcards or groups in a row'],
    ['{a,b}'.repeat(9), 'has braces with more than 256 choices'],
    [`{${'a,'.repeat(400)}[b]}`, 'has more than 256 choices'],
    ['x'.repeat(1025), 'is longer than 1024 characters'],
  ])('%.40s is refused', (glob, reason) => {
    expect(() => pathFilter({ include: [glob] })).toThrow(RangeError);
    expect(() => pathFilter({ include: [glob] })).toThrow(reason);
    expect(() => pathFilter({ include: [glob] })).toThrow('watch: include[0] (');
  });

  it.each([
    ['*a'.repeat(400), 'a'.repeat(255)],
    ['**/a/'.repeat(200) + 'b', 'a/'.repeat(2000)],
    ['?*'.repeat(300) + 'b', 'a'.repeat(255)],
    ['{a,b}'.repeat(8) + '*'.repeat(100), 'a'.repeat(255)],
  ])('%.40s is matched within 2 s of processor time', (glob, path) => {
    expect(processorMsOf(() => excludes(glob, `${path}c`))).toBeLessThan(2_000);
  });
});

it.each([
  ['one of 10 MB', ['x'.repeat(10_000_000)]],
  ['10,000,000 of one letter', Array.from({ length: 10_000_000 }, () => 'x')],
  ['70,000 that are empty', Array.from({ length: 70_000 }, () => '')],
])('refuses %s within 1 s of processor time', (_, list) => {
  for (const option of ['exclude', 'include', 'extensions']) {
    const tookMs = processorMsOf(() => {
      expect(() => pathFilter({ [option]: list })).toThrow(
        `watch: ${option} is longer than 65536 characters in all`,
      );
    });
    expect(tookMs).toBeLessThan(1_000);
  }
});

it.each([
  [{ exclude: '*.ts' as never }, "watch: exclude ('*.ts') is not a list of globs"],
  [{ extensions: 'ts' as never }, "watch: extensions ('ts') is not a list of file name endings"],
  [{ include: [7 as never] }, 'watch: include[0] (7) is not a glob'],
  [{ exclude: ['a', ''] }, "watch: exclude[1] ('') is not a glob"],
  [{ exclude: ['a\0'] }, 'is not a glob'],
  [{ extensions: ['.'] }, "watch: extensions[0] ('.') is not a file name ending"],
])('refuses an option that is no list, or has an item that is no glob: %j', (options, message) => {
  expect(() => pathFilter(options)).toThrow(TypeError);
  expect(() => pathFilter(options)).toThrow(message);
});
