import type { ConformanceCase } from '../support/ConformanceCase.js';

/** The namespace object of a module. */
export const cases: readonly ConformanceCase[] = [
  {
    name: 'the keys are in the order of the alphabet',
    files: {
      'index.js': `import * as ns from './a.js'; export const value = () => [Object.keys(ns), Reflect.ownKeys(ns).map(String)];`,
      'a.js': `export const b = 1, a = 2, B = 3, _ = 4, $ = 5; export default 0;`,
    },
    expect: {
      value: [
        ['$', 'B', '_', 'a', 'b', 'default'],
        ['$', 'B', '_', 'a', 'b', 'default', 'Symbol(Symbol.toStringTag)'],
      ],
    },
  },
  {
    name: 'it has no prototype, is not extensible, and is tagged Module',
    files: {
      'index.js': `import * as ns from './a.js'; export const value = () => [Object.getPrototypeOf(ns), Object.isExtensible(ns), Object.isSealed(ns), Object.prototype.toString.call(ns), ns[Symbol.toStringTag], Reflect.setPrototypeOf(ns, null), Reflect.setPrototypeOf(ns, {}), Reflect.preventExtensions(ns)];`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: [null, false, true, '[object Module]', 'Module', true, false, true] },
  },
  {
    name: 'the descriptors of its properties',
    files: {
      'index.js': `import * as ns from './a.js'; export const value = () => [Object.getOwnPropertyDescriptor(ns, 'a'), Object.getOwnPropertyDescriptor(ns, Symbol.toStringTag), Object.getOwnPropertyDescriptor(ns, 'b')];`,
      'a.js': `export let a = 1;`,
    },
    expect: {
      value: [
        { value: 1, writable: true, enumerable: true, configurable: false },
        { value: 'Module', writable: false, enumerable: false, configurable: false },
        undefined,
      ],
    },
  },
  {
    name: 'writes are refused',
    files: {
      'index.js': `import * as ns from './a.js'; const tried = (work) => { try { return work(); } catch (error) { return error.name; } }; export const value = () => [tried(() => { ns.a = 2; }), tried(() => { ns.b = 2; }), Reflect.set(ns, 'a', 2), Reflect.set(ns, 'b', 2), ns.a];`,
      'a.js': `export let a = 1;`,
    },
    expect: { value: ['TypeError', 'TypeError', false, false, 1] },
  },
  {
    name: 'deletes are refused where there is something to delete',
    files: {
      'index.js': `import * as ns from './a.js'; const tried = (work) => { try { return work(); } catch (error) { return error.name; } }; export const value = () => [tried(() => delete ns.a), tried(() => delete ns.b), Reflect.deleteProperty(ns, 'a'), Reflect.deleteProperty(ns, 'b'), Reflect.deleteProperty(ns, Symbol.toStringTag)];`,
      'a.js': `export let a = 1;`,
    },
    expect: { value: ['TypeError', true, false, true, false] },
  },
  {
    name: 'definitions are refused unless they change nothing',
    files: {
      'index.js': `import * as ns from './a.js'; const tried = (what) => { try { return Reflect.defineProperty(ns, 'a', what); } catch (error) { return error.name; } }; export const value = () => [tried({ value: 1 }), tried({ value: 2 }), tried({}), tried({ writable: false }), tried({ enumerable: false }), tried({ configurable: true }), tried({ get() {} }), Reflect.defineProperty(ns, 'b', { value: 1 })];`,
      'a.js': `export let a = 1;`,
    },
    expect: { value: [true, false, true, false, false, false, false, false] },
  },
  {
    name: 'freezing it fails',
    files: {
      'index.js': `import * as ns from './a.js'; export const value = () => { try { Object.freeze(ns); return 'frozen'; } catch (error) { return [error.name, Object.isFrozen(ns)]; } };`,
      'a.js': `export let a = 1;`,
    },
    expect: { value: ['TypeError', false] },
  },
  {
    name: 'freezing it succeeds without exports',
    files: {
      'index.js': `import * as ns from './a.js'; export const value = () => Object.isFrozen(Object.freeze(ns));`,
      'a.js': `globalThis.x = 1;`,
    },
    expect: { value: true },
  },
  {
    name: 'has, get, spread, entries, assign and JSON',
    files: {
      'index.js': `import * as ns from './a.js'; export const value = () => ['a' in ns, 'toString' in ns, Object.hasOwn(ns, 'a'), ns.missing, { ...ns }, Object.entries(ns), Object.assign({}, ns), JSON.stringify(ns)];`,
      'a.js': `export const a = 1, b = 'x';`,
    },
    expect: {
      value: [
        true,
        false,
        true,
        undefined,
        { a: 1, b: 'x' },
        [
          ['a', 1],
          ['b', 'x'],
        ],
        { a: 1, b: 'x' },
        '{"a":1,"b":"x"}',
      ],
    },
  },
  {
    name: 'its values are live',
    files: {
      'index.js': `import * as ns from './a.js'; export const value = () => { const { set } = ns; const before = ns.a; set(2); return [before, ns.a, Object.values(ns)[0]]; };`,
      'a.js': `export let a = 1; export const set = (to) => { a = to; };`,
    },
    expect: { value: [1, 2, 2] },
  },
  {
    name: 'a key that is not set yet throws a ReferenceError, but is there',
    files: {
      'index.js': `import './a.js'; import { seen } from './b.js'; export const value = () => seen;`,
      'a.js': `import './b.js'; export const later = 1; export function f() {}`,
      'b.js': `import * as ns from './a.js'; const tried = (work) => { try { return work(); } catch (error) { return error.name; } }; export const seen = [tried(() => ns.later), tried(() => 'later' in ns), tried(() => typeof ns.f), tried(() => Object.keys(ns)), tried(() => Object.hasOwn(ns, 'later')), tried(() => Reflect.ownKeys(ns).length)];`,
    },
    expect: { value: ['ReferenceError', true, 'function', 'ReferenceError', 'ReferenceError', 3] },
  },
  {
    name: 'it is the same object for all who ask',
    files: {
      'index.js': `import * as a from './x.js'; import * as b from './x.js'; import { ns } from './y.js'; export const value = async () => { const c = await import('./x.js'); return [a === b, b === c, c === ns]; };`,
      'x.js': `export const x = 1;`,
      'y.js': `import * as ns from './x.js'; export { ns };`,
    },
    expect: { value: [true, true, true] },
  },
  {
    name: 'a namespace that exports then is a thenable for import()',
    files: {
      'index.js': `export const value = async () => await import('./then.js');`,
      'then.js': `export const then = (resolve) => resolve('then');`,
    },
    expect: { value: 'then' },
  },
  {
    name: 'console shows its values',
    files: {
      'index.js': `import { inspect } from 'node:util'; import * as ns from './a.js'; export const value = () => inspect(ns).replace(/^\\[[^{]*/, '');`,
      'a.js': `export const a = 1, b = [2];`,
    },
    expect: { value: '{ a: 1, b: [ 2 ] }' },
  },
  {
    name: 'a for-in over it goes over its exports',
    files: {
      'index.js': `import * as ns from './a.js'; export const value = () => { const keys = []; for (const key in ns) keys.push(key); return keys; };`,
      'a.js': `export const b = 1, a = 2;`,
    },
    expect: { value: ['a', 'b'] },
  },
  {
    name: 'the namespace of JSON has a default export alone',
    files: {
      'index.js': `import * as ns from './a.json' with { type: 'json' }; export const value = () => [Object.keys(ns), ns.default];`,
      'a.json': `{"x": 1}`,
    },
    expect: { value: [['default'], { x: 1 }] },
    differing: { tsx: { value: [['default', 'x'], { x: 1 }] } },
    differs: 'tsx makes an export of each key of JSON',
    after: [
      {
        edit: { 'a.json': `{"x": 2}` },
        expect: { value: [['default'], { x: 2 }] },
        differing: { tsx: { value: [['default', 'x'], { x: 2 }] } },
      },
    ],
  },
];
