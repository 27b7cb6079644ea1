import type { ConformanceCase } from '../support/ConformanceCase.js';

const byNode = { node: 'skipped' } as const;
const BY_NODE = 'Node looks for no other extension';
const STALE = `export const x = 'stale';`;

function one(
  name: string,
  written: string,
  files: Readonly<Record<string, string>>,
  value: unknown,
): ConformanceCase {
  return {
    name,
    files: {
      'index.ts': `import { x } from '${written}'; export const value = () => x;`,
      ...files,
    },
    expect: { value },
    differing: byNode,
    differs: BY_NODE,
  };
}

/** Which file an import of TypeScript means: sources before what was once compiled from them. */
export const cases: readonly ConformanceCase[] = [
  {
    ...one(
      'lib.ts goes before a stale lib.js, and its edits count',
      './lib.js',
      { 'lib.js': STALE, 'lib.ts': `export const x: number = 1;` },
      1,
    ),
    after: [
      {
        edit: { 'lib.ts': `export const x: number = 2;` },
        expect: { value: 2 },
        differing: byNode,
      },
      { edit: { 'lib.ts': null }, expect: { value: 'stale' }, differing: byNode },
      {
        edit: { 'lib.ts': `export const x: number = 3;` },
        expect: { value: 3 },
        differing: byNode,
      },
    ],
  },
  one(
    'lib.tsx goes before lib.js',
    './lib.js',
    { 'lib.js': STALE, 'lib.tsx': `export const x = 1;` },
    1,
  ),
  one(
    'lib.ts goes before lib.tsx',
    './lib.js',
    { 'lib.ts': `export const x = 1;`, 'lib.tsx': `export const x = 2;` },
    1,
  ),
  one(
    'lib.mts goes before lib.mjs',
    './lib.mjs',
    { 'lib.mjs': STALE, 'lib.mts': `export const x = 1;` },
    1,
  ),
  one(
    'lib.tsx goes before lib.jsx',
    './lib.jsx',
    { 'lib.jsx': STALE, 'lib.tsx': `export const x = 1;` },
    1,
  ),
  one(
    'lib.ts stands for lib.jsx where there is no lib.tsx',
    './lib.jsx',
    { 'lib.ts': `export const x = 1;` },
    1,
  ),
  one(
    'without an extension, TypeScript goes first',
    './lib',
    { 'lib.js': STALE, 'lib.ts': `export const x = 1;` },
    1,
  ),
  one(
    'a file goes before a directory',
    './lib',
    { 'lib.ts': `export const x = 1;`, 'lib/index.ts': `export const x = 2;` },
    1,
  ),
  one(
    'a directory has an index',
    './lib',
    { 'lib/index.ts': `export const x = 1;`, 'lib/index.js': STALE },
    1,
  ),
  one(
    'with the extension of TypeScript it is that file',
    './lib.ts',
    { 'lib.js': STALE, 'lib.ts': `export const x = 1;` },
    1,
  ),
  one(
    'a JavaScript file where there is no other',
    './lib.js',
    { 'lib.js': `export const x = 1;` },
    1,
  ),
  {
    name: 'a JavaScript file that imports lib.js means lib.js',
    files: {
      'index.js': `import { x } from './lib.js'; export const value = () => x;`,
      'lib.js': `export const x = 'js';`,
      'lib.ts': `export const x = 'ts';`,
    },
    expect: { value: 'js' },
  },
  {
    ...one(
      'a dynamic import means the source as well',
      './other.js',
      {
        'index.ts': `export const value = async (name = './lib.js') => (await import(name)).x;`,
        'lib.js': STALE,
        'lib.ts': `export const x = 1;`,
      },
      1,
    ),
  },
  one(
    'the source is found through a re-export, and there is one of it',
    './barrel.js',
    {
      'index.ts': `import { x, add } from './barrel.js'; import * as own from './lib'; export const value = () => { add(); return [x, own.x]; };`,
      'barrel.ts': `export * from './lib.js';`,
      'lib.js': STALE,
      'lib.ts': `export let x = 1; export const add = () => { x += 1; };`,
    },
    [2, 2],
  ),
  {
    name: 'namespaces that export variables',
    files: {
      'index.ts': `namespace N { export let x = 1; export function add() { x += 1; } export namespace Inner { export var y = x; } } export const value = () => { N.add(); return [N.x, N.Inner.y]; };`,
    },
    expect: { value: [2, 1] },
    differing: byNode,
    differs: 'Node strips types only',
  },
  {
    name: 'accessor without a decorator',
    files: {
      'index.ts': `class A { accessor x = 1; static accessor y = 2; } export const value = () => { const a = new A(); a.x = 5; return [a.x, A.y, Object.keys(a), Object.hasOwn(A.prototype, 'x')]; };`,
    },
    expect: { value: [5, 2, [], true] },
    differing: byNode,
    differs: 'Node runs no accessor',
  },
  {
    name: 'a module beside a namespace that exports variables keeps what it imports',
    files: {
      'index.ts': `import './log.js'; import { unused } from './unused.js'; import type { T } from './t.js'; namespace N { export let x: T | number = 1; } export const value = () => [N.x, (globalThis as any).logged];`,
      'log.ts': `(globalThis as any).logged = 'yes';`,
      'unused.ts': `throw new Error('loaded'); export const unused = 1;`,
      't.ts': `export type T = 1;`,
    },
    expect: { value: [1, 'yes'] },
    differing: byNode,
    differs: 'Node strips types only',
  },
];
