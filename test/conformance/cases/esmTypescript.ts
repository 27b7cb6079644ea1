import type { ConformanceCase } from '../support/ConformanceCase.js';

/** Modules in TypeScript: what types leave of imports and exports. */
export const cases: readonly ConformanceCase[] = [
  {
    name: 'types and values through export *',
    files: {
      'index.ts': `import { one, type T } from './barrel.ts'; const t: T = one; export const value = (): T => t;`,
      'barrel.ts': `export * from './types.ts'; export * from './values.ts';`,
      'types.ts': `export type T = number; export interface I {}`,
      'values.ts': `export const one = 1;`,
    },
    expect: { value: 1 },
    after: [{ edit: { 'values.ts': `export const one = 2;` }, expect: { value: 2 } }],
  },
  {
    name: 'an imported tag, an imported class in a heritage and a live binding in TypeScript',
    files: {
      'index.ts': `import { tag, Base, count, add } from './lib.ts'; class K extends Base<number> {} export const value = (): unknown => { add(); return [tag\`x\`, new K().of, count]; };`,
      'lib.ts': `export function tag(this: unknown, _: TemplateStringsArray): unknown { return this; } export class Base<T> { of?: T; constructor() { this.of = undefined; } } export let count = 0; export const add = (): void => { count += 1; };`,
    },
    expect: { value: [undefined, undefined, 1] },
  },
  {
    name: 'export type passes on a type and asks for no value',
    files: {
      'index.ts': `import { value as inner } from './mid.ts'; export const value = (): number => inner();`,
      'mid.ts': `export type { T } from './types.ts'; export { value } from './types.ts';`,
      'types.ts': `export type T = number; export const value = (): T => 7;`,
    },
    expect: { value: 7 },
  },
  {
    name: 'a type that is passed on as a value is a SyntaxError',
    files: {
      'index.ts': `import { one } from './mid.ts'; export const value = (): number => one;`,
      'mid.ts': `export { T, one } from './types.ts';`,
      'types.ts': `export type T = number; export const one: T = 1;`,
    },
    expect: { error: { name: 'SyntaxError' } },
  },
  {
    name: 'top-level await of siblings in TypeScript',
    files: {
      'index.ts': `import './a.ts'; import './b.ts'; import { log } from './log.ts'; export const value = (): readonly string[] => log;`,
      'log.ts': `export const log: string[] = [];`,
      'a.ts': `import { log } from './log.ts'; log.push('a1'); await new Promise((r) => setTimeout(r, 20)); log.push('a2');`,
      'b.ts': `import { log } from './log.ts'; log.push('b1'); await (null as unknown); log.push('b2');`,
    },
    expect: { value: ['a1', 'b1', 'b2', 'a2'] },
  },
];
