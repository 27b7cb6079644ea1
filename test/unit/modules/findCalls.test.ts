import { describe, expect, test } from 'vitest';
import { findCalls } from '../../../src/modules/compile/findCalls.js';

const requiresIn = (source: string) => findCalls(source).requires;
const importsIn = (source: string) =>
  findCalls(source).imports.map((offset) => source.slice(offset, offset + 'import("x")'.length));

describe('findCalls', () => {
  test.each<[string, string, readonly string[]]>([
    ['calls, each once, in order', `require('b'); require("a"); require('b');`, ['b', 'a']],
    ['space and comments between', `require /* a */ ( // b\n 'x' /* c */ )`, ['x']],
    ['in strings', `const s = "require('x')", t = 'require("y")';`, []],
    ['in comments', `// require('x')\n/* require('y') */`, []],
    ['in the text of a template, and in its code', "`require('x') ${require('y')} }`", ['y']],
    [
      'in templates in each other',
      "`${`${require('x')} require('y')`}` + require('z')",
      ['x', 'z'],
    ],
    ['in a regular expression', `const r = /require('x')/, d = a / require('y') / 2;`, ['y']],
    ['after if, a regular expression', `if (a) /require('x')/.test(b); require('y')`, ['y']],
    ['after a block, a regular expression', `function f() {} /require('x')/.test(f)`, []],
    ['after a number with an exponent', `1e-5 / require('x') / 2`, ['x']],
    ['of a member', `a.require('x'); a?.require('y'); ({ ...require('z') })`, ['z']],
    [
      'of what is longer or computed',
      `myrequire('x'); require('y' + n); require(n); require$('z')`,
      [],
    ],
    [
      'with more arguments, with escapes',
      String.raw`require('x', 1); require('it\'s')`,
      ['x', "it's"],
    ],
    ['after a string that does not end on its line', `'open\nrequire('x')`, ['x']],
    ['none at all', `const a = 1;`, []],
  ])('requires %s', (_, source, expected) => {
    expect(requiresIn(source)).toEqual(expected);
  });

  test.each<[string, string, readonly string[]]>([
    ['calls', `import("a"); f(import("b"))`, ['import("a")', 'import("b")']],
    [
      'a declaration, a member, import.meta',
      `import a from "x"; b.import("y"); import.meta.url`,
      [],
    ],
    [
      'a method of that name',
      `({ import(a) { return import("x"); } }); class A { import() {} }`,
      ['import("x")'],
    ],
    ['in an arrow', `() => import("x")`, ['import("x")']],
    ['in text', '"import(1)"; `import(2) ${import("x")}`; /import(3)/', ['import("x")']],
  ])('imports in %s', (_, source, expected) => {
    expect(importsIn(source)).toEqual(expected);
  });

  test('takes a time that grows with the text, also for one that never ends what it opens', () => {
    for (const part of ['require(', '`${', '/[', 'import(', '{"', '/*']) {
      expect(findCalls(part.repeat(50_000)).requires).toEqual([]);
    }
  });
});
