import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { MAX_NESTING_COST } from '../../../src/modules/scan/NestingDepth.js';
import { measureNesting, sourceProblem } from '../../../src/modules/scan/sourceProblem.js';

const many = (text: string, count: number) => text.repeat(count);

/** Each nests once more per count, and ends the process at 2,500 to 50,000. */
const NESTED: Readonly<Record<string, (count: number) => string>> = {
  parentheses: (n) => `v = ${many('(', n)}1${many(')', n)}`,
  'strings that close': (n) => `v = ${many('(")" +', n)}1${many(')', n)}`,
  'templates that close': (n) => `v = ${many('(`)` +', n)}1${many(')', n)}`,
  'comments that close': (n) => `v = ${many('(/*)*/', n)}1${many(')', n)}`,
  'regular expressions that close': (n) => `v = ${many('(/[)]/,', n)}1${many(')', n)}`,
  templates: (n) => `v = ${many('`${', n)}1${many('}`', n)}`,
  'if without blocks': (n) => many('if (v) ', n),
  'if on lines of their own': (n) => many('if (v)\n', n),
  'else if': (n) => many('if (v) {} else ', n),
  'else if, with statements': (n) => many('if (v) v = 1, 0; else ', n),
  arrows: (n) => `v = ${many('() =>\n', n)}1`,
  ternaries: (n) => `v = ${many('1 ? 1 :\n', n)}1`,
  'type arguments': (n) => `type T = ${many('Map<1,', n)}1${many('>', n)}`,
  sums: (n) => `v = ${many('a +\n', n)}1`,
  'members of members': (n) => `v = o${many('\n.a', n)}`,
  'calls of calls': (n) => `v = o${many('.a()', n)}`,
  namespaces: (n) => `namespace A${many('.a', n)} {}`,
  elements: (n) => `v = ${many('<a>', n)}${many('</a>', n)}`,
  'elements in a text with quotes': (n) => `v = ${many("<a>it's `", n)}${many('</a>', n)}`,
};

describe('measureNesting', () => {
  test.each(Object.keys(NESTED))('finds what nests without end: %s', async (kind) => {
    const source = NESTED[kind]?.(10_000) ?? '';

    const problem = await sourceProblem('/p/index.tsx', source);

    expect(problem?.reason).toMatch(/nests too deep/);
  });

  test.each(Object.keys(NESTED))('accepts what a person writes: %s', (kind) => {
    const source = NESTED[kind]?.(200) ?? '';

    expect(measureNesting('/p/index.tsx', source).offset).toBeUndefined();
  });

  test.each([
    ['statements', 'f(a)(b).c = a ? b : c;'],
    ['statements without semicolons', "if (a) b = c\nlet d = '(' + e\n"],
    ['functions', 'function f(a) { return (a) }'],
    ['elements of a list', 'v = [', '{ a: [1, -2, !b], c: x => x },'],
    ['cases', 'switch (v) {', 'case 1:'],
    ['regular expressions and divisions', 'a = b / 2 / (c); d = /[(/]/.test(e);\n'],
  ])('does not add up what stands side by side: %s', (_what, ...parts) => {
    const [head = '', each = head] = parts;
    const source = (each === head ? '' : head) + many(each, 20_000);

    expect(measureNesting('/p/index.ts', source).cost).toBeLessThan(MAX_NESTING_COST / 4);
  });

  test.each([
    'typescript/lib/typescript.js',
    'prettier/parser-typescript.js',
    'rxjs/dist/bundles/rxjs.umd.js',
  ])('accepts a large file: %s', (file) => {
    const source = readFileSync(`node_modules/${file}`, 'utf8');

    expect(measureNesting(file, source).cost).toBeLessThan(MAX_NESTING_COST / 2);
  });
});
