import type { ConformanceCase } from '../support/ConformanceCase.js';

/** Which variable a name leads to, through re-exports. */
export const cases: readonly ConformanceCase[] = [
  {
    name: 'export * in a cycle: a name is found wherever it is declared',
    files: {
      'index.js': `import './a.js'; import { C, A } from './barrel.js'; export const value = () => [C, A];`,
      'a.js': `import './barrel.js'; export * from './c.js'; export const A = 1;`,
      'barrel.js': `export * from './a.js';`,
      'c.js': `export const C = 3;`,
    },
    expect: { value: [3, 1] },
  },
  {
    name: 'a barrel and modules that import each other through it',
    files: {
      'index.js': `import { createThing } from './barrel.js'; export const value = () => createThing();`,
      'barrel.js': `export * from './thing.js'; export * from './user.js';`,
      'thing.js': `import { useThing } from './barrel.js'; export const createThing = () => useThing(1);`,
      'user.js': `import { createThing } from './barrel.js'; export const useThing = (n) => [n, typeof createThing];`,
    },
    expect: { value: [1, 'function'] },
  },
  {
    name: 'of two stars with one name, the name is no export',
    files: {
      'index.js': `import * as ns from './both.js'; export const value = () => [Object.keys(ns), 'x' in ns, ns.x];`,
      'both.js': `export * from './a.js'; export * from './b.js';`,
      'a.js': `export const x = 1; export const a = 1;`,
      'b.js': `export const x = 2; export const b = 2;`,
    },
    expect: { value: [['a', 'b'], false, undefined] },
  },
  {
    name: 'an import of an ambiguous name is a SyntaxError',
    files: {
      'index.js': `import { x } from './both.js'; export const value = () => x;`,
      'both.js': `export * from './a.js'; export * from './b.js';`,
      'a.js': `export const x = 1;`,
      'b.js': `export const x = 2;`,
    },
    expect: { error: { name: 'SyntaxError' } },
    after: [{ edit: { 'b.js': `export const y = 2;` }, expect: { value: 1 } }],
  },
  {
    name: 'two stars that lead to the same variable are not ambiguous',
    files: {
      'index.js': `import { x } from './both.js'; export const value = () => x;`,
      'both.js': `export * from './a.js'; export * from './b.js';`,
      'a.js': `export { x } from './c.js';`,
      'b.js': `export * from './c.js';`,
      'c.js': `export const x = 5;`,
    },
    expect: { value: 5 },
  },
  {
    name: "a module's own export goes before a star",
    files: {
      'index.js': `import { x } from './own.js'; export const value = () => x;`,
      'own.js': `export * from './a.js'; export const x = 'own';`,
      'a.js': `export const x = 'star';`,
    },
    expect: { value: 'own' },
  },
  {
    name: 'a named re-export settles what two stars leave open',
    files: {
      'index.js': `import { x } from './both.js'; export const value = () => x;`,
      'both.js': `export * from './a.js'; export * from './b.js'; export { x } from './b.js';`,
      'a.js': `export const x = 1;`,
      'b.js': `export const x = 2;`,
    },
    expect: { value: 2 },
  },
  {
    name: 'export * passes on no default export',
    files: {
      'index.js': `import * as ns from './star.js'; export const value = () => [Object.keys(ns), ns.default];`,
      'star.js': `export * from './a.js';`,
      'a.js': `export default 1; export const a = 2;`,
    },
    expect: { value: [['a'], undefined] },
  },
  {
    name: 'an import of a default export through a star is a SyntaxError',
    files: {
      'index.js': `import d from './star.js'; export const value = () => d;`,
      'star.js': `export * from './a.js';`,
      'a.js': `export default 1;`,
    },
    expect: { error: { name: 'SyntaxError' } },
  },
  {
    name: 're-exports in a circle are a SyntaxError',
    files: {
      'index.js': `import { x } from './a.js'; export const value = () => x;`,
      'a.js': `export { x } from './b.js';`,
      'b.js': `export { x } from './a.js';`,
    },
    expect: { error: { name: 'SyntaxError' } },
  },
  {
    name: 'a star in a circle that a module ends is fine',
    files: {
      'index.js': `import { x } from './a.js'; export const value = () => x;`,
      'a.js': `export * from './b.js';`,
      'b.js': `export * from './a.js'; export const x = 4;`,
    },
    expect: { value: 4 },
  },
  {
    name: 'a star of itself adds nothing',
    files: {
      'index.js': `export * from './index.js'; import * as self from './index.js'; export const value = () => Object.keys(self);`,
    },
    expect: { value: ['value'] },
  },
  {
    name: 'a re-export of a missing name is a SyntaxError, also when nobody imports it',
    files: {
      'index.js': `import './a.js'; export const value = () => 1;`,
      'a.js': `export { missing } from './b.js';`,
      'b.js': `export const b = 1;`,
    },
    expect: { error: { name: 'SyntaxError' } },
  },
  {
    name: 'a chain of renamed re-exports',
    files: {
      'index.js': `import { z } from './c.js'; export const value = () => z();`,
      'c.js': `export { y as z } from './b.js';`,
      'b.js': `export { x as y } from './a.js';`,
      'a.js': `export function x() { return 'end'; }`,
    },
    expect: { value: 'end' },
  },
  {
    name: 'a namespace as an export, and its re-exports',
    files: {
      'index.js': `import { ns } from './b.js'; import { ns as again } from './c.js'; export const value = () => [ns.a, again === ns];`,
      'b.js': `export * as ns from './a.js';`,
      'c.js': `import { ns } from './b.js'; export { ns };`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: [1, true] },
  },
  {
    name: 'an import of a namespace that is exported is a variable of the module: beside another one it is ambiguous',
    files: {
      'index.js': `import { ns } from './both.js'; export const value = () => ns.a;`,
      'both.js': `export * from './b.js'; export * from './c.js';`,
      'b.js': `export * as ns from './a.js';`,
      'c.js': `import * as ns from './a.js'; export { ns };`,
      'a.js': `export const a = 1;`,
    },
    expect: { error: { name: 'SyntaxError' } },
  },
  {
    name: 'a namespace as a default export',
    files: {
      'index.js': `import ns from './b.js'; export const value = () => ns.a;`,
      'b.js': `export * as default from './a.js';`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: 1 },
  },
  {
    name: 'stars over many levels, and an edit at the end of them',
    files: {
      'index.js': `import { deep } from './1.js'; export const value = () => deep;`,
      '1.js': `export * from './2.js';`,
      '2.js': `export * from './3.js';`,
      '3.js': `export * from './4.js';`,
      '4.js': `export const deep = 'deep';`,
    },
    expect: { value: 'deep' },
    after: [{ edit: { '4.js': `export const deep = 'deeper';` }, expect: { value: 'deeper' } }],
  },
  {
    name: "export * of one of Node's modules",
    files: {
      'index.js': `import { join, own } from './path.js'; export const value = () => [join('a', 'b'), own];`,
      'path.js': `export * from 'node:path'; export const own = 1;`,
    },
    expect: { value: ['a/b', 1] },
  },
  {
    name: "a name that one of Node's modules does not have is a SyntaxError",
    files: {
      'index.js': `import { nothing } from 'node:path'; export const value = () => nothing;`,
    },
    expect: { error: { name: 'SyntaxError' } },
  },
  {
    name: 'a module that is imported by two paths is one',
    files: {
      'index.js': `import { a } from './a.js'; import { a as b } from './sub/../a.js'; import { a as c } from './sub/b.js'; export const value = () => a === b && b === c;`,
      'a.js': `export const a = {};`,
      'sub/b.js': `export * from '../a.js';`,
    },
    expect: { value: true },
  },
  {
    name: 'export from of all kinds at once',
    files: {
      'index.js': `import d, { a, b as c, default as e } from './all.js'; import * as ns from './all.js'; export const value = () => [d, a, c, e, Object.keys(ns)];`,
      'all.js': `export * from './a.js'; export { default, b } from './a.js'; export * as inner from './a.js';`,
      'a.js': `export default 0; export const a = 1, b = 2;`,
    },
    expect: { value: [0, 1, 2, 0, ['a', 'b', 'default', 'inner']] },
  },
];
