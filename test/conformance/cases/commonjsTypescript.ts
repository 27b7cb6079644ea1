import { untyped } from '../support/untyped.js';

const commonjs = { 'package.json': '{"type":"commonjs"}' };
const tsxOnly = {
  differing: { node: 'skipped' },
  differs: 'Node only strips types, and refuses this syntax',
} as const;

/** CommonJS in TypeScript. */
export const cases = untyped([
  {
    name: 'a .cts file in the syntax of CommonJS, with types',
    files: {
      'index.mts': `import c from './c.cts'; export const value = (): unknown => c.twice(2);`,
      'c.cts': `const { factor } = require('./f.cts') as { factor: number }; const twice = (n: number): number => n * factor; module.exports = { twice };`,
      'f.cts': `exports.factor = 2 as number;`,
    },
    expect: { value: 4 },
    after: [{ edit: { 'f.cts': `exports.factor = 5 as number;` }, expect: { value: 10 } }],
  },
  {
    name: 'export = and import x = require()',
    files: {
      'index.mts': `import Animal from './animal.cts'; export const value = () => new Animal('cat').file;`,
      'animal.cts': `import path = require('node:path'); class Animal { constructor(readonly name: string) {} get file(): string { return path.join('a', this.name); } } export = Animal;`,
    },
    expect: { value: 'a/cat' },
    ...tsxOnly,
  },
  {
    name: 'import x = require() of an own file, edited',
    files: {
      'index.cts': `import lib = require('./lib.cjs'); exports.value = () => lib.n;`,
      'lib.cjs': `exports.n = 1;`,
    },
    expect: { value: 1 },
    ...tsxOnly,
    after: [
      {
        edit: { 'lib.cjs': `exports.n = 2;` },
        expect: { value: 2 },
        differing: { node: 'skipped' },
      },
    ],
  },
  {
    name: 'the syntax of modules in a .cts file becomes require and exports',
    files: {
      'index.cts': `import { join } from 'node:path'; import whole, { a } from './a.cts'; import * as ns from './a.cts'; import legacy from './legacy.cjs'; export * from './b.cts'; export const value = () => [join('x', 'y'), whole, a, ns.a, legacy.l, typeof require, __filename.endsWith('index.cts')];`,
      'a.cts': `export const a = 1; export default 'whole';`,
      'b.cts': `export const b = 2;`,
      'legacy.cjs': `module.exports = { l: 3 };`,
    },
    expect: { value: ['x/y', 'whole', 1, 1, 3, 'function', true] },
    ...tsxOnly,
    after: [
      {
        edit: { 'a.cts': `export const a = 10; export default 'new';` },
        expect: { value: ['x/y', 'new', 10, 10, 3, 'function', true] },
        differing: { node: 'skipped' },
      },
    ],
  },
  {
    name: 'the syntax of modules in .ts files of a package that is CommonJS',
    files: {
      ...commonjs,
      'index.ts': `import { count, add } from './count'; import data from './data.json'; export const value = () => { add(); return [count, data.d]; };`,
      'count.ts': `export let count = 0; export const add = (): void => { count += 1; };`,
      'data.json': `{"d":1}`,
    },
    expect: { value: [1, 1] },
    ...tsxOnly,
    after: [
      {
        edit: {
          'count.ts': `export let count = 5; export const add = (): void => { count += 1; };`,
        },
        expect: { value: [6, 1] },
        differing: { node: 'skipped' },
      },
    ],
  },
  {
    name: 'CommonJS made of modules, in a cycle',
    files: {
      ...commonjs,
      'index.ts': `import { even } from './even'; export const value = () => [even(4), even(3)];`,
      'even.ts': `import { odd } from './odd'; export function even(n: number): boolean { return n === 0 || odd(n - 1); }`,
      'odd.ts': `import { even } from './even'; export function odd(n: number): boolean { return n !== 0 && even(n - 1); }`,
    },
    expect: { value: [true, false] },
    ...tsxOnly,
  },
  {
    name: 'a .ts file of a package that is CommonJS, with require',
    files: {
      ...commonjs,
      'index.ts': `const { n } = require('./n') as { n: number }; exports.value = (): number => n;`,
      'n.ts': `const n: number = 1; module.exports = { n };`,
    },
    expect: { value: 1 },
    after: [
      {
        edit: { 'n.ts': `const n: number = 2; module.exports = { n };` },
        expect: { value: 2 },
        differing: { node: 'skipped' },
      },
    ],
    differing: { node: 'skipped' },
    differs: 'Node guesses .ts in some versions only',
  },
  {
    name: 'a .ts file without a type that only imports types is CommonJS',
    files: {
      'index.mts': `import h from './helper.ts'; export const value = () => h.kind();`,
      'helper.ts': `import type { Kind } from './kinds.ts'; const kind = (): Kind => typeof require; module.exports = { kind };`,
      'kinds.ts': `export type Kind = string;`,
    },
    expect: { value: 'function' },
  },
  {
    name: 'a .ts file without a type that is a module',
    files: {
      'index.ts': `import { n } from './n.ts'; export const value = (): unknown => [n, this];`,
      'n.ts': `export const n: number = 1;`,
    },
    expect: { value: [1, undefined] },
    differing: { tsx: 'skipped' },
    differs: 'tsx makes CommonJS of .ts files without a type',
  },
  {
    name: 'a .ts file without a type that is written as a module, but for import x = require()',
    files: {
      'index.ts': `import path = require('node:path'); import n = require('./n'); import { m } from './m'; export const value = () => [typeof path.join, n, m, __filename.length > 0];`,
      'n.ts': `export = 1;`,
      'm.ts': `export const m: string = 'm';`,
    },
    expect: { value: ['function', 1, 'm', true] },
    differing: { node: 'skipped' },
    differs: 'Node 24 does not run this syntax of TypeScript',
  },
  {
    name: 'import x = require() of a type, in a comment or in a template makes no CommonJS',
    files: {
      'index.ts': `import type N = require('./n.cts');
/*
import a = require('a');
*/
export const n: N = \`
import b = require('b');\`;
export const value = () => [n, import.meta.url.length > 0];`,
      'n.cts': `type N = string; export = N;`,
    },
    expect: { value: ["\nimport b = require('b');", true] },
    differing: { tsx: 'skipped' },
    differs: 'tsx makes CommonJS of .ts files without a type',
  },
  {
    name: 'an enum and a namespace in a .cts file',
    files: {
      'index.mts': `import c from './c.cts'; export const value = () => [c.E.B, c.N.n];`,
      'c.cts': `enum E { A = 1, B } namespace N { export const n = 5; } module.exports = { E, N };`,
    },
    expect: { value: [2, 5] },
    ...tsxOnly,
  },
  {
    name: 'a .cjs import in TypeScript that means the .cts beside it',
    files: {
      'index.mts': `import c from './c.cjs'; export const value = () => c.n;`,
      'c.cts': `const n: number = 1; exports.n = n;`,
    },
    expect: { value: 1 },
    ...tsxOnly,
    after: [
      {
        edit: { 'c.cts': `const n: number = 2; exports.n = n;` },
        expect: { value: 2 },
        differing: { node: 'skipped' },
      },
    ],
  },
  {
    name: 'names of a .cts file that is written as a module',
    files: {
      'index.mts': `import { a, b } from './c.cts'; import * as ns from './c.cts'; export const value = () => [a, b(), ns.__esModule];`,
      'c.cts': `export const a = 1; export function b() { return 2; }`,
    },
    expect: { value: [1, 2, true] },
    differing: { node: 'skipped', tsx: 'skipped' },
    differs: 'Node refuses the syntax; tsx names __esModule in some versions only',
  },
  {
    name: 'import() in a .cts file',
    files: {
      'index.mts': `import c from './c.cts'; export const value = () => c.load();`,
      'c.cts': `const load = async (): Promise<number> => (await import('./m.mjs')).m; module.exports = { load };`,
      'm.mjs': `export const m = 1;`,
    },
    expect: { value: 1 },
    after: [{ edit: { 'm.mjs': `export const m = 2;` }, expect: { value: 2 } }],
  },
  {
    name: 'TSX in a package that is CommonJS',
    files: {
      ...commonjs,
      'index.ts': `exports.value = () => require('./view').view;`,
      'view.tsx': `/** @jsxRuntime classic @jsx h */ const h = (tag: string, _: unknown, ...children: string[]): string => '<' + tag + '>' + children.join(''); exports.view = <b>hello</b>;`,
    },
    expect: { value: '<b>hello' },
    ...tsxOnly,
  },
]);
