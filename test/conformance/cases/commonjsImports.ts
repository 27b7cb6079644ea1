import { untyped } from '../support/untyped.js';

/** What an `import` gets from a CommonJS file, and `import()` in one. */
export const cases = untyped([
  {
    name: 'named exports that the text shows: exports.a, module.exports.b, defineProperty',
    files: {
      'index.mjs': `import { a, b, c } from './x.cjs'; export const value = () => [a, b, c];`,
      'x.cjs': `exports.a = 1; module.exports.b = 2; Object.defineProperty(exports, 'c', { enumerable: true, value: 3 });`,
    },
    expect: { value: [1, 2, 3] },
    after: [
      {
        edit: { 'x.cjs': `exports.a = 10; module.exports.b = 20; exports['c'] = 30;` },
        expect: { value: [10, 20, 30] },
      },
    ],
  },
  {
    name: 'named exports of an object: module.exports = { a, b }',
    files: {
      'index.mjs': `import { a, b } from './x.cjs'; export const value = () => [a, b];`,
      'x.cjs': `const a = 1, b = 2; module.exports = { a, b };`,
    },
    expect: { value: [1, 2] },
  },
  {
    name: 'a name that the text does not show is refused',
    files: {
      'index.mjs': `import { a } from './x.cjs'; export const value = () => a;`,
      'x.cjs': `const all = { a: 1 }; module.exports = Object.assign({}, all);`,
    },
    expect: { error: { name: 'SyntaxError' } },
    differing: {
      inProcess: {
        error: { message: /CommonJS module, which may not support all module.exports/ },
      },
      worker: { error: { message: /CommonJS module, which may not support all module.exports/ } },
    },
    differs: 'the text of the failure names the import and the way round it',
    after: [
      {
        edit: { 'index.mjs': `import x from './x.cjs'; export const value = () => x.a;` },
        expect: { value: 1 },
      },
    ],
  },
  {
    name: 'a name that the text shows and nothing sets is undefined',
    files: {
      'index.mjs': `import { a } from './x.cjs'; export const value = () => a;`,
      'x.cjs': `if (false) exports.a = 1;`,
    },
    expect: { value: undefined },
  },
  {
    name: 'names have the value at the end of the module, and keep it',
    files: {
      'index.mjs': `import x, { n } from './x.cjs'; export const value = () => { x.add(); return [n, x.n]; };`,
      'x.cjs': `exports.n = 0; exports.n = 1; exports.add = () => { exports.n += 1; };`,
    },
    expect: { value: [1, 2] },
  },
  {
    name: 'names of a module that is passed on: module.exports = require()',
    files: {
      'index.mjs': `import { a, b } from './x.cjs'; export const value = () => [a, b];`,
      'x.cjs': `module.exports = require('./y.cjs');`,
      'y.cjs': `exports.a = 1; exports.b = 2;`,
    },
    expect: { value: [1, 2] },
    after: [{ edit: { 'y.cjs': `exports.a = 3; exports.b = 4;` }, expect: { value: [3, 4] } }],
  },
  {
    name: 'names of a module that is spread or passed on by __exportStar',
    files: {
      'index.mjs': `import { a, own } from './x.cjs'; import { c } from './ts.cjs'; export const value = () => [a, own, c];`,
      'x.cjs': `const own = 5; module.exports = { ...require('./y.cjs'), own };`,
      'ts.cjs': `"use strict"; var __exportStar = function (m, e) { for (var p in m) if (p !== 'default' && !Object.prototype.hasOwnProperty.call(e, p)) e[p] = m[p]; }; Object.defineProperty(exports, "__esModule", { value: true }); __exportStar(require("./z.cjs"), exports);`,
      'y.cjs': `exports.a = 1;`,
      'z.cjs': `exports.c = 6;`,
    },
    expect: { value: [1, 5, 6] },
  },
  {
    name: 'names of a package that is passed on',
    files: {
      'index.mjs': `import { a } from './x.cjs'; export const value = () => a;`,
      'x.cjs': `module.exports = require('pkg');`,
      'node_modules/pkg/index.js': `module.exports = require('./inner.js');`,
      'node_modules/pkg/inner.js': `exports.a = 'inner';`,
    },
    expect: { value: 'inner' },
  },
  {
    name: 'names by a circle of modules that pass each other on',
    files: {
      'index.mjs': `import { a } from './x.cjs'; export const value = () => a;`,
      'x.cjs': `module.exports = require('./y.cjs'); module.exports.a = 1;`,
      'y.cjs': `module.exports = require('./x.cjs');`,
    },
    expect: { value: 1 },
  },
  {
    name: 'default is module.exports, also where __esModule is set',
    files: {
      'index.mjs': `import x from './x.cjs'; import * as ns from './x.cjs'; export const value = () => [x.default, ns.default === x, ns.__esModule, ns.a];`,
      'x.cjs': `Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 'inner'; exports.a = 1;`,
    },
    expect: { value: ['inner', true, true, 1] },
  },
  {
    name: 'a namespace has the names that the text shows',
    files: {
      'index.mjs': `import * as ns from './x.cjs'; export const value = () => [Object.keys(ns).filter((k) => k !== 'module.exports').sort(), ns[Symbol.toStringTag], 'hidden' in ns];`,
      'x.cjs': `exports.b = 1; exports.a = 2; const key = 'hidden'; exports[key] = 3;`,
    },
    expect: { value: [['a', 'b', 'default'], 'Module', false] },
  },
  {
    name: 'default of a value that is no object',
    files: {
      'index.mjs': `import n from './n.cjs'; import nul from './nul.cjs'; import und from './u.cjs'; export const value = () => [n, nul, und];`,
      'n.cjs': `module.exports = 5;`,
      'nul.cjs': `module.exports = null;`,
      'u.cjs': `module.exports = undefined;`,
    },
    expect: { value: [5, null, undefined] },
    differing: { node: 'skipped', tsx: 'skipped' },
    differs: 'versions of Node throw for null',
  },
  {
    name: 'a getter that throws among the exports is undefined',
    files: {
      'index.mjs': `import { bad, good } from './x.cjs'; export const value = () => [bad, good];`,
      'x.cjs': `var none, some = { x: 1 }; Object.defineProperty(exports, 'bad', { enumerable: true, get: function () { return none.x; } }); Object.defineProperty(exports, 'good', { enumerable: true, get: function () { return some.x; } });`,
    },
    expect: { value: [undefined, 1] },
  },
  {
    name: 'CommonJS files run in the order of the imports, each after the modules before it',
    files: {
      'index.mjs': `import './a.mjs'; import './b.cjs'; import './c.mjs'; export const value = () => globalThis.__importOrder;`,
      'a.mjs': `(globalThis.__importOrder ??= []).push('a');`,
      'b.cjs': `globalThis.__importOrder.push('b<'); require('./d.cjs'); globalThis.__importOrder.push('b>');`,
      'c.mjs': `globalThis.__importOrder.push('c');`,
      'd.cjs': `globalThis.__importOrder.push('d');`,
    },
    expect: { value: ['a', 'b<', 'd', 'b>', 'c'] },
  },
  {
    name: 'import() in CommonJS: of a module, of CommonJS, of Node, of a package',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.get();`,
      'x.cjs': `exports.get = async () => [(await import('./e.mjs')).x, (await import('./y.cjs')).default, typeof (await import('node:path')).join, (await import('pkg')).default];`,
      'e.mjs': `export const x = 1;`,
      'y.cjs': `module.exports = 2;`,
      'node_modules/pkg/index.js': `module.exports = 'pkg';`,
    },
    expect: { value: [1, 2, 'function', 'pkg'] },
    after: [
      { edit: { 'e.mjs': `export const x = 10;` }, expect: { value: [10, 2, 'function', 'pkg'] } },
      { edit: { 'y.cjs': `module.exports = 20;` }, expect: { value: [10, 20, 'function', 'pkg'] } },
    ],
  },
  {
    name: 'import() in CommonJS by a computed name, in an arrow, in a template, as a member',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.get();`,
      'x.cjs':
        "const o = { import(a) { return 'method ' + a; } }; const n = 'e'; exports.get = async () => [(await import(`./${n}.mjs`)).x, `${(await import('./' + n + '.mjs')).x}`, o.import(1), await (() => import('./e.mjs').then((m) => m.x))()];",
      'e.mjs': `export const x = 1;`,
    },
    expect: { value: [1, '1', 'method 1', 1] },
    after: [
      { edit: { 'e.mjs': `export const x = 2;` }, expect: { value: [2, '2', 'method 1', 2] } },
    ],
  },
  {
    name: 'import() of what is missing, or throws, is rejected',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.get();`,
      'x.cjs': `exports.get = async () => { const out = []; for (const n of ['none', 'throws']) await import('./' + n + '.mjs').catch((e) => out.push(e.code ?? e.message)); return out; };`,
      'throws.mjs': `throw new Error('thrown');`,
    },
    expect: { value: ['ERR_MODULE_NOT_FOUND', 'thrown'] },
  },
  {
    name: 'import() at the top of CommonJS does not hold it up',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = async () => [await x.done, x.order];`,
      'x.cjs': `exports.order = ['x<']; exports.done = import('./e.mjs').then((m) => { exports.order.push('e'); return m.x; }); exports.order.push('x>');`,
      'e.mjs': `export const x = 1;`,
    },
    expect: { value: [1, ['x<', 'x>', 'e']] },
  },
  {
    name: 'an import that throws fails, and so does the next one',
    files: {
      'index.mjs': `export const value = async () => { const out = []; for (let i = 0; i < 2; i += 1) await import('./x.cjs').catch((e) => out.push(e.message)); return out; };`,
      'x.cjs': `globalThis.__importThrows = (globalThis.__importThrows ?? 0) + 1; throw new Error('boom ' + globalThis.__importThrows);`,
    },
    expect: { value: ['boom 1', 'boom 1'] },
  },
]);
