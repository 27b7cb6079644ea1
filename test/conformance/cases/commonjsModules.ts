import { untyped } from '../support/untyped.js';

/** `require` of modules, cycles between the two kinds, and `createRequire`. */
export const cases = untyped([
  {
    name: 'require of a module gives its namespace',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.v;`,
      'x.cjs': `const m = require('./m.mjs'); exports.v = [m.a, m.f(), Object.keys(m), typeof m.then];`,
      'm.mjs': `export const a = 1; export function f() { return 2; }`,
    },
    expect: { value: [1, 2, ['a', 'f'], 'undefined'] },
    after: [
      {
        edit: { 'm.mjs': `export const a = 10; export function f() { return 20; }` },
        expect: { value: [10, 20, ['a', 'f'], 'undefined'] },
      },
    ],
  },
  {
    name: 'require of a module with a default export gives __esModule too',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.v;`,
      'x.cjs': `const m = require('./m.mjs'); exports.v = [m.default, m.__esModule, m.a];`,
      'm.mjs': `export default 'd'; export const a = 1;`,
    },
    expect: { value: ['d', true, 1] },
  },
  {
    name: 'require of a module that exports module.exports',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.v;`,
      'x.cjs': `exports.v = require('./m.mjs');`,
      'm.mjs': `const whole = { only: 'this' }; export { whole as 'module.exports' }; export const a = 1;`,
    },
    expect: { value: { only: 'this' } },
    differing: { tsx: 'skipped' },
    differs: 'Node 20, under which tsx runs here, does not know this name',
  },
  {
    name: 'require of a module runs its imports first, in their order, at the place of the require',
    files: {
      'index.mjs': `import './x.cjs'; export const value = () => globalThis.__esmOrder;`,
      'x.cjs': `globalThis.__esmOrder = ['x<']; require('./m.mjs'); globalThis.__esmOrder.push('x>');`,
      'm.mjs': `import './n.mjs'; import './c.cjs'; globalThis.__esmOrder.push('m');`,
      'n.mjs': `globalThis.__esmOrder.push('n');`,
      'c.cjs': `globalThis.__esmOrder.push('c');`,
    },
    expect: { value: ['x<', 'n', 'c', 'm', 'x>'] },
  },
  {
    name: 'a required module and an imported one are one instance',
    files: {
      'index.mjs': `import { state } from './m.mjs'; import x from './x.cjs'; export const value = () => x.m.state === state;`,
      'x.cjs': `exports.m = require('./m.mjs');`,
      'm.mjs': `export const state = {};`,
    },
    expect: { value: true },
    differing: { tsx: 'skipped' },
    differs: 'tsx makes CommonJS of modules that are required',
  },
  {
    name: 'a module with a top-level await cannot be required',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.v;`,
      'x.cjs': `try { require('./m.mjs'); } catch (e) { exports.v = e.code; }`,
      'm.mjs': `export const a = await 1;`,
    },
    expect: { value: 'ERR_REQUIRE_ASYNC_MODULE' },
    after: [{ edit: { 'm.mjs': `export const a = 1;` }, expect: { value: undefined } }],
  },
  {
    name: 'nor one that imports such a module',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.v;`,
      'x.cjs': `try { require('./m.mjs'); } catch (e) { exports.v = e.code; }`,
      'm.mjs': `import './n.mjs';`,
      'n.mjs': `await 1;`,
    },
    expect: { value: 'ERR_REQUIRE_ASYNC_MODULE' },
  },
  {
    name: 'a required module that throws, throws, and again the same',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.v;`,
      'x.cjs': `exports.v = [1, 2].map(() => { try { require('./m.mjs'); } catch (e) { return e.message; } });`,
      'm.mjs': `globalThis.__esmThrows = (globalThis.__esmThrows ?? 0) + 1; throw new Error('boom ' + globalThis.__esmThrows);`,
    },
    expect: { value: ['boom 1', 'boom 1'] },
    differing: { tsx: 'skipped' },
    differs: 'tsx makes CommonJS of modules that are required',
  },
  {
    name: 'a module that imports CommonJS which requires that module: a cycle is an error',
    files: {
      'index.mjs': `import x from './x.cjs'; export const a = 1; export const value = () => x.v;`,
      'x.cjs': `try { exports.v = require('./index.mjs').a; } catch (e) { exports.v = e.code; }`,
    },
    expect: { value: 'ERR_REQUIRE_CYCLE_MODULE' },
    differing: { tsx: 'skipped' },
    differs: 'tsx makes CommonJS of modules that are required',
  },
  {
    name: 'the same cycle, required later, works',
    files: {
      'index.mjs': `import x from './x.cjs'; export const a = 1; export const value = () => x.late();`,
      'x.cjs': `exports.late = () => require('./index.mjs').a;`,
    },
    expect: { value: 1 },
  },
  {
    name: 'CommonJS that requires a module which imports that CommonJS: a cycle too',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.v;`,
      'x.cjs': `try { exports.v = require('./m.mjs').seen; } catch (e) { exports.v = e.code; }`,
      'm.mjs': `import x from './x.cjs'; export const seen = Object.keys(x);`,
    },
    expect: { value: 'ERR_REQUIRE_CYCLE_MODULE' },
    differing: { tsx: 'skipped' },
    differs: 'tsx makes CommonJS of modules that are required',
  },
  {
    name: 'the same cycle, begun by a require',
    files: {
      'index.mjs': `import main from './main.cjs'; export const value = () => main.v;`,
      'main.cjs': `exports.v = require('./x.cjs').v;`,
      'x.cjs': `try { exports.v = require('./m.mjs').seen; } catch (e) { exports.v = e.code; }`,
      'm.mjs': `import x from './x.cjs'; export const seen = Object.keys(x);`,
    },
    expect: { value: 'ERR_REQUIRE_CYCLE_MODULE' },
    differing: { tsx: 'skipped' },
    differs: 'tsx makes CommonJS of modules that are required',
  },
  {
    name: 'require of a .js file that is a module by its package.json, and by its syntax',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.v;`,
      'x.cjs': `exports.v = [require('./typed/a.js').a, require('./b.js').b, require('./b').b];`,
      'typed/package.json': `{"type":"module"}`,
      'typed/a.js': `export const a = 1;`,
      'b.js': `export const b = 2;`,
    },
    expect: { value: [1, 2, 2] },
    after: [{ edit: { 'b.js': `export const b = 3;` }, expect: { value: [1, 3, 3] } }],
  },
  {
    name: 'createRequire of own files: this version’s instances',
    files: {
      'index.mjs': `import { createRequire } from 'node:module'; import c from './c.cjs'; const require = createRequire(import.meta.url); export const value = () => [require('./c.cjs') === c, require('./d.json').d, require('./sub').s, typeof require('fs').readFileSync];`,
      'c.cjs': `module.exports = {};`,
      'd.json': `{"d":1}`,
      'sub/index.js': `exports.s = 1;`,
    },
    expect: { value: [true, 1, 1, 'function'] },
    after: [
      { edit: { 'd.json': `{"d":2}` }, expect: { value: [true, 2, 1, 'function'] } },
      { edit: { 'sub/index.js': `exports.s = 2;` }, expect: { value: [true, 2, 2, 'function'] } },
    ],
  },
  {
    name: 'createRequire in each of its forms',
    files: {
      'index.mjs': `import Module, * as ns from 'node:module'; import { createRequire as make } from 'module'; import { fileURLToPath } from 'node:url'; import x from './x.cjs';
const here = import.meta.url; const all = [Module.createRequire(here), ns.createRequire(new URL(here)), make(fileURLToPath(here)), ns.default.createRequire(fileURLToPath(new URL('./', here))), x.make(here)]; export const value = () => all.map((r) => r('./n.cjs').n);`,
      'x.cjs': `exports.make = (url) => require('module').createRequire(url);`,
      'n.cjs': `exports.n = 1;`,
    },
    expect: { value: [1, 1, 1, 1, 1] },
    after: [{ edit: { 'n.cjs': `exports.n = 2;` }, expect: { value: [2, 2, 2, 2, 2] } }],
  },
  {
    name: 'createRequire of a file elsewhere resolves from there',
    files: {
      'index.mjs': `import { createRequire } from 'node:module'; export const value = () => createRequire(new URL('./sub/none.js', import.meta.url))('./n.cjs').n;`,
      'sub/n.cjs': `exports.n = 'sub';`,
      'n.cjs': `exports.n = 'top';`,
    },
    expect: { value: 'sub' },
    after: [{ edit: { 'sub/n.cjs': `exports.n = 'edited';` }, expect: { value: 'edited' } }],
  },
  {
    name: 'createRequire refuses what is no path',
    files: {
      'index.mjs': `import { createRequire } from 'node:module'; export const value = () => ['./relative.js', undefined].map((from) => { try { createRequire(from); } catch (e) { return e.code; } });`,
    },
    expect: { value: ['ERR_INVALID_ARG_VALUE', 'ERR_INVALID_ARG_VALUE'] },
  },
  {
    name: 'the rest of node:module is Node’s',
    files: {
      'index.mjs': `import Module, { builtinModules, isBuiltin } from 'node:module'; export const value = () => [builtinModules.includes('fs'), isBuiltin('node:fs'), typeof Module, Module.builtinModules === builtinModules, new Module('x').id, Module.Module === Module];`,
    },
    expect: { value: [true, true, 'function', true, 'x', true] },
  },
]);
