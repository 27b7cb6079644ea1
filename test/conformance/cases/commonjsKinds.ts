import { untyped } from '../support/untyped.js';

const commonjs = { 'package.json': '{"type":"commonjs"}' };
const module = { 'package.json': '{"type":"module"}' };

/** What is CommonJS and what is a module. */
export const cases = untyped([
  {
    name: '"type": "commonjs": index.js is CommonJS',
    files: {
      ...commonjs,
      'index.js': `const { twice } = require('./lib'); exports.value = () => [twice(2), typeof module, this === module.exports];`,
      'lib.js': `exports.twice = (n) => n * 2;`,
    },
    expect: { value: [4, 'object', true] },
    after: [
      {
        edit: { 'lib.js': `exports.twice = (n) => n * 20;` },
        expect: { value: [40, 'object', true] },
      },
    ],
  },
  {
    name: '"type": "module": index.js is a module',
    files: {
      ...module,
      'index.js': `export const value = () => [typeof require, typeof module, this];`,
    },
    expect: { value: ['undefined', 'undefined', undefined] },
  },
  {
    name: 'no type: the syntax of CommonJS',
    files: {
      'index.js': `exports.value = () => [typeof require, __filename.endsWith('index.js')];`,
    },
    expect: { value: ['function', true] },
  },
  {
    name: 'no type: the syntax of a module',
    files: {
      'index.js': `import { n } from './n.js'; export const value = () => [n, this];`,
      'n.js': `export const n = 1;`,
    },
    expect: { value: [1, undefined] },
  },
  {
    name: 'no type: import.meta, or an await at the top, makes a module',
    files: {
      'index.mjs': `import './a.js'; import './b.js'; export const value = () => globalThis.__kinds;`,
      'a.js': `globalThis.__kinds = [typeof import.meta.url];`,
      'b.js': `globalThis.__kinds.push(await 2);`,
    },
    expect: { value: ['string', 2] },
    differing: { tsx: 'skipped' },
    differs: 'tsx takes a .js file without a type for CommonJS when it looks like it',
  },
  {
    name: 'no type: a module that declares what the wrapper of CommonJS has',
    files: {
      'index.mjs': `import { a } from './a.js'; export const value = () => a;`,
      'a.js': `const require = 5; const module = 6; export const a = [require, module];`,
    },
    expect: { value: [5, 6] },
    differing: { tsx: 'skipped' },
    differs: 'tsx makes CommonJS of a .js file without a type, and finds no export',
  },
  {
    name: 'no type: the words in strings and comments decide nothing',
    files: {
      'index.js': `// import x from 'y'\nconst s = "export const a = 1"; module.exports.value = () => [s.length, typeof require];`,
    },
    expect: { value: [18, 'function'] },
  },
  {
    name: 'no type: a file with neither syntax is CommonJS, in sloppy mode',
    files: {
      'index.mjs': `import './a.js'; export const value = () => globalThis.__neither;`,
      'a.js': `__neither = (function () { return this === globalThis; })();`,
    },
    expect: { value: true },
  },
  {
    name: 'the extension goes before the type',
    files: {
      ...commonjs,
      'index.mjs': `import c from './c.cjs'; import { m } from './m.mjs'; import j from './j.js'; export const value = () => [c, m, j];`,
      'c.cjs': `module.exports = typeof require;`,
      'm.mjs': `export const m = typeof require;`,
      'j.js': `module.exports = typeof require;`,
    },
    expect: { value: ['function', 'undefined', 'function'] },
  },
  {
    name: 'the nearest package.json decides',
    files: {
      ...module,
      'index.js': `import inner from './inner/a.js'; import none from './none/b.js'; export const value = () => [inner, none];`,
      'inner/package.json': `{"type":"commonjs"}`,
      'inner/a.js': `module.exports = typeof require;`,
      'none/package.json': `{}`,
      'none/b.js': `module.exports = typeof module;`,
    },
    expect: { value: ['function', 'object'] },
  },
  {
    name: 'an edit of type changes what a file is',
    files: {
      'package.json': '{"type":"commonjs"}',
      'index.mjs': `import * as a from './a.js'; export const value = () => a.default ?? 'none';`,
      'a.js': `globalThis.__editedType = typeof require; try { module.exports = 'commonjs'; } catch {}`,
    },
    expect: { value: 'commonjs' },
    after: [
      { edit: { 'package.json': '{"type":"module"}' }, expect: { value: 'none' } },
      { edit: { 'package.json': '{}' }, expect: { value: 'commonjs' } },
    ],
  },
  {
    name: 'a package.json that appears changes what a file is',
    files: {
      ...module,
      'index.js': `import * as a from './sub/a.js'; export const value = () => a.default ?? 'none';`,
      'sub/a.js': `globalThis.__appears = typeof require; try { module.exports = 'commonjs'; } catch {}`,
    },
    expect: { value: 'none' },
    after: [
      { edit: { 'sub/package.json': '{"type":"commonjs"}' }, expect: { value: 'commonjs' } },
      { edit: { 'sub/package.json': null }, expect: { value: 'none' } },
    ],
  },
  {
    name: 'module syntax in a file that is CommonJS is a SyntaxError',
    files: {
      'index.mjs': `export const value = () => import('./a.cjs');`,
      'a.cjs': `export const a = 1;`,
    },
    expect: { error: { name: 'SyntaxError' } },
    differing: { tsx: 'skipped' },
    differs: 'tsx makes CommonJS of it',
  },
  {
    name: 'CommonJS in a file that is a module: require is not defined',
    files: {
      ...module,
      'index.js': `export const value = async () => { try { await import('./a.js'); } catch (e) { return e.name; } };`,
      'a.js': `module.exports = 1;`,
    },
    expect: { value: 'ReferenceError' },
  },
  {
    name: 'a legacy .js helper, imported from a module',
    files: {
      'index.mjs': `import h from './legacy.js'; export const value = () => h.greet('a');`,
      'legacy.js': `var greet = function (n) { return 'hi ' + n; }; module.exports = { greet: greet };`,
    },
    expect: { value: 'hi a' },
    after: [
      {
        edit: { 'legacy.js': `module.exports = { greet: function (n) { return 'bye ' + n; } };` },
        expect: { value: 'bye a' },
      },
    ],
  },
  {
    name: 'an entry that is .cjs',
    files: { 'index.cjs': `exports.value = () => 'cjs';` },
    expect: { value: 'cjs' },
  },
  {
    name: 'an entry that is CommonJS and exports a function by a name in an object',
    files: {
      ...commonjs,
      'index.js': `const value = () => [1, require('./n').n]; module.exports = { value };`,
      'n.js': `exports.n = 2;`,
    },
    expect: { value: [1, 2] },
    after: [{ edit: { 'n.js': 'exports.n = 3;' }, expect: { value: [1, 3] } }],
  },
  {
    name: 'an entry whose function no text shows',
    files: {
      ...commonjs,
      'index.js': `const all = {}; all.value = () => 'found'; module.exports = Object.assign({}, all);`,
    },
    expect: { value: 'found' },
    differing: { node: 'skipped', tsx: 'skipped' },
    differs:
      'Node cannot import the name; the host calls the functions that the entry exports once it has run',
  },
]);
