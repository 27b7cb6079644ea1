import type { ConformanceCase } from '../support/ConformanceCase.js';

const noTypes = {
  differing: { node: 'skipped' },
  differs: 'Node reads no tsconfig.json, and runs no decorators',
} as const;
const legacy = `{ "compilerOptions": { "experimentalDecorators": true } }`;

/** What people reported of other tools that load or reload code, as the smallest input of each. */
export const cases: readonly ConformanceCase[] = [
  {
    // @source https://github.com/unjs/jiti/issues/124
    name: 'a circle of CommonJS files is loaded anew after an edit, once',
    files: {
      'package.json': '{}',
      'index.cjs': `globalThis.runs = 0; const a = require('./a'); exports.value = () => [a.name(), globalThis.runs];`,
      'a.js': `globalThis.runs += 1; exports.own = 'a'; const b = require('./b'); exports.name = () => b.name();`,
      'b.js': `globalThis.runs += 1; const a = require('./a'); exports.name = () => a.own + 'b1';`,
    },
    expect: { value: ['ab1', 2] },
    after: [
      {
        edit: {
          'b.js': `globalThis.runs += 1; const a = require('./a'); exports.name = () => a.own + 'b2';`,
        },
        expect: { value: ['ab2', 2] },
      },
    ],
  },
  {
    // @source https://github.com/unjs/jiti/issues/346
    name: 'a module whose require failed is the same for who imports it later',
    files: {
      'index.mjs': `import { createRequire } from 'node:module'; export const value = async () => { const tried = []; try { createRequire(import.meta.url)('./uses.mjs'); tried.push('loaded'); } catch (error) { tried.push(error.code); } return [...tried, (await import('./part.mjs')).default(1)]; };`,
      'uses.mjs': `import part from './part.mjs'; import './missing.mjs'; export default part;`,
      'part.mjs': `export default (n) => n + 1;`,
    },
    expect: { value: ['ERR_MODULE_NOT_FOUND', 2] },
    differing: { olderNode: 'skipped', tsx: { value: ['MODULE_NOT_FOUND', 2] } },
    differs:
      'tsx makes CommonJS of a required module; Node before 24 cannot import what a failed require has reached',
    after: [
      {
        edit: { 'part.mjs': `export default (n) => n + 2;` },
        expect: { value: ['ERR_MODULE_NOT_FOUND', 3] },
        differing: { olderNode: 'skipped', tsx: { value: ['MODULE_NOT_FOUND', 3] } },
      },
      { edit: { 'missing.mjs': '' }, expect: { value: ['loaded', 3] } },
    ],
  },
  {
    // @source https://github.com/unjs/jiti/issues/457
    name: 'what a required module exports stays live',
    files: {
      'index.cjs': `const counter = require('./counter.mjs'); exports.value = () => { const before = counter.count; counter.increment(); return [before, counter.count]; };`,
      'counter.mjs': `export let count = 1; export function increment() { count += 1; }`,
    },
    expect: { value: [1, 2] },
    after: [
      {
        edit: {
          'counter.mjs': `export let count = 5; export function increment() { count += 5; }`,
        },
        expect: { value: [5, 10] },
      },
    ],
  },
  {
    // @source https://github.com/unjs/jiti/issues/360
    name: 'a default that is passed on under a name, in a circle',
    files: {
      'index.js': `import { dir } from './utils.js'; export const value = () => dir();`,
      'utils.js': `export { default as dir } from './dir.js'; export { default as aliases } from './aliases.js';`,
      'dir.js': `import { aliases } from './utils.js'; export default () => aliases().dist;`,
      'aliases.js': `import { dir } from './utils.js'; export default () => ({ dist: typeof dir });`,
    },
    expect: { value: 'function' },
  },
  {
    // @source https://github.com/oven-sh/bun/issues/34494
    name: 'decorators as a tsconfig.json says that a package has',
    files: {
      'index.ts': `const seen: unknown[] = []; function dec(target: object, key: string) { seen.push(typeof target, key); } class Foo { @dec name = 'a'; } export const value = () => [...seen, new Foo().name];`,
      'tsconfig.json': `{ "extends": "base-of-ours/flags.json" }`,
      'node_modules/base-of-ours/package.json': `{ "name": "base-of-ours", "version": "1.0.0" }`,
      'node_modules/base-of-ours/flags.json': legacy,
    },
    expect: { value: ['object', 'name', 'a'] },
    ...noTypes,
  },
  {
    // @source https://github.com/privatenumber/tsx/issues/393
    name: 'decorators in a folder below the tsconfig.json, edited',
    files: {
      'index.ts': `export { value } from './src/health.controller.ts';`,
      'src/health.controller.ts': `import { get } from './get.ts'; class Health { @get('/a') check() { return 'ok'; } } export const value = () => Reflect.get(Health.prototype.check, 'route');`,
      'src/get.ts': `export const get = (route: string) => (_: object, __: string, made: PropertyDescriptor) => { Object.assign(made.value, { route }); };`,
      'tsconfig.json': legacy,
    },
    expect: { value: '/a' },
    ...noTypes,
    after: [
      {
        // @source https://github.com/vitejs/vite/issues/1254
        edit: {
          'src/get.ts': `export const get = (route: string) => (_: object, __: string, made: PropertyDescriptor) => { Object.assign(made.value, { route: 'new' + route }); };`,
        },
        expect: { value: 'new/a' },
        differing: { node: 'skipped' },
      },
    ],
  },
  {
    // @source https://github.com/vitejs/vite/issues/11657
    name: 'a linked CommonJS package of the workspace, and an edit deep in it',
    files: {
      'index.js': `import util, { add } from '@own/util'; export const value = () => [add(1), util.deep()];`,
      '../util/package.json': `{ "name": "@own/util", "main": "index.js" }`,
      '../util/index.js': `exports.add = (n) => n + 1; exports.deep = () => require('./lib/deep').n;`,
      '../util/lib/deep.js': `module.exports = { n: 1 };`,
    },
    links: { 'node_modules/@own/util': '../../../util' },
    expect: { value: [2, 1] },
    after: [
      { edit: { '../util/lib/deep.js': `module.exports = { n: 2 };` }, expect: { value: [2, 2] } },
    ],
  },
  {
    // @source https://github.com/denoland/deno/issues/15382, https://github.com/rollup/rollup/pull/5535
    name: 'names of files that mean something in a URL',
    files: {
      'index.mjs': `import { a } from './c%23%20d/100%2525.mjs'; import { createRequire } from 'node:module'; export const value = () => [a, createRequire(import.meta.url)('./c# d/é?.cjs')];`,
      'c# d/100%25.mjs': `import { b } from './[id].mjs'; export const a = b + import.meta.url.split('/').slice(-2).join('/');`,
      'c# d/[id].mjs': `export const b = 'b ';`,
      'c# d/é?.cjs': `module.exports = __filename.split('/').slice(-2).join('/');`,
    },
    expect: { value: ['b c%23%20d/100%2525.mjs', 'c# d/é?.cjs'] },
    differing: { tsx: 'skipped' },
    differs: 'tsx takes what is behind the ? in a require for a query',
    after: [
      {
        edit: { 'c# d/[id].mjs': `export const b = 'c ';` },
        expect: { value: ['c c%23%20d/100%2525.mjs', 'c# d/é?.cjs'] },
        differing: { tsx: 'skipped' },
      },
    ],
  },
  {
    // @source https://github.com/unjs/c12/issues/58
    name: 'a package with a circle, which a computed name loads',
    files: {
      'index.mjs': `export const value = async () => (await import(['round', 'package'].join('-'))).one();`,
      'node_modules/round-package/package.json': `{ "name": "round-package", "type": "module", "exports": "./a.js" }`,
      'node_modules/round-package/a.js': `import { two } from './b.js'; export const one = () => two(); export const base = 1;`,
      'node_modules/round-package/b.js': `import { base } from './a.js'; export const two = () => base + 1;`,
    },
    expect: { value: 2 },
  },
  {
    // @source https://github.com/unjs/jiti/pull/462
    name: 'a cache entry that is deleted is loaded anew, by a file that the circle goes through',
    files: {
      'package.json': '{}',
      'index.cjs': `exports.value = () => { const before = require('./state'); before.n = 5; delete require.cache[require.resolve('./state')]; const after = require('./state'); return [before.n, after.n, before === after, require('./reader').read()]; };`,
      'state.js': `exports.n = 1;`,
      'reader.js': `const state = require('./state'); exports.read = () => state.n;`,
    },
    expect: { value: [5, 1, false, 1] },
    after: [{ edit: { 'state.js': `exports.n = 2;` }, expect: { value: [5, 2, false, 2] } }],
  },
];
