import type { ConformanceCase } from '../support/ConformanceCase.js';

/** What an import is bound to. */
export const cases: readonly ConformanceCase[] = [
  {
    name: 'an import sees later values of what it imports',
    files: {
      'index.js': `import { count, add } from './count.js'; export const value = () => { const before = count; add(); return [before, count]; };`,
      'count.js': `export let count = 0; export const add = () => { count += 1; };`,
    },
    expect: { value: [0, 1] },
    after: [
      {
        edit: { 'count.js': `export let count = 5; export const add = () => { count += 2; };` },
        expect: { value: [5, 7] },
      },
    ],
  },
  {
    name: 'a name that is not exported is a SyntaxError',
    files: {
      'index.js': `import { b } from './a.js'; export const value = () => b;`,
      'a.js': `export const a = 1;`,
    },
    expect: { error: {} },
    after: [{ edit: { 'a.js': `export const b = 2;` }, expect: { value: 2 } }],
  },
];
