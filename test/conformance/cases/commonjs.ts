import { untyped } from '../support/untyped.js';

const entry = 'index.mjs';
/** An entry that hands on what `x.cjs` exports as `v`. */
const handsOn = { 'index.mjs': `import x from './x.cjs'; export const value = () => x.v;` };

/** A CommonJS module as such: order, mode, what its wrapper gives it, its cache. */
export const cases = untyped([
  {
    name: 'a require runs in its place, after the lines above it',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `globalThis.__cfgOrder = 'set'; exports.v = require('./y.cjs').v;`,
      'y.cjs': `exports.v = globalThis.__cfgOrder;`,
    },
    expect: { value: 'set' },
    after: [
      { edit: { 'y.cjs': `exports.v = [globalThis.__cfgOrder];` }, expect: { value: ['set'] } },
    ],
  },
  {
    name: 'dotenv, then the database that reads the environment',
    entry,
    files: {
      'index.mjs': `import app from './app.cjs'; export const value = () => app.url;`,
      'app.cjs': `require('./dotenv').config(); const db = require('./db'); module.exports = { url: db.url };`,
      'dotenv.js': `exports.config = () => { process.env.CONFORMANCE_URL = require('./env.json').url; };`,
      'db.js': `const url = process.env.CONFORMANCE_URL; exports.url = url;`,
      'env.json': `{"url":"db://one"}`,
    },
    expect: { value: 'db://one' },
    after: [{ edit: { 'env.json': `{"url":"db://two"}` }, expect: { value: 'db://two' } }],
  },
  {
    name: 'a require that is never reached runs nothing',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `exports.v = 1; if (false) require('./boom.cjs');`,
      'boom.cjs': `throw new Error('boom');`,
    },
    expect: { value: 1 },
  },
  {
    name: 'a lazy require runs at the first call, once',
    entry,
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => [globalThis.__lazyRuns ?? 0, x.get(), x.get(), globalThis.__lazyRuns];`,
      'x.cjs': `globalThis.__lazyRuns = 0; exports.get = () => require('./y.cjs').n;`,
      'y.cjs': `globalThis.__lazyRuns += 1; exports.n = 7;`,
    },
    expect: { value: [0, 7, 7, 1] },
    after: [
      {
        edit: { 'y.cjs': `globalThis.__lazyRuns += 1; exports.n = 8;` },
        expect: { value: [0, 8, 8, 1] },
      },
    ],
  },
  {
    name: 'a missing file can be caught; it is loaded when it appears',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `let o; try { o = require('./optional.cjs'); } catch (e) { o = { v: e.code }; } exports.v = o.v;`,
    },
    expect: { value: 'MODULE_NOT_FOUND' },
    after: [
      { edit: { 'optional.cjs': `exports.v = 'there';` }, expect: { value: 'there' } },
      { edit: { 'optional.cjs': null }, expect: { value: 'MODULE_NOT_FOUND' } },
    ],
  },
  {
    name: 'a missing file by a computed name, which appears',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const path = require('path'); exports.v = ['a', 'b'].map((n) => { try { return require(path.join(__dirname, 'opt', n)); } catch { return 'none'; } });`,
      'opt/a.js': `module.exports = 'A';`,
    },
    expect: { value: ['A', 'none'] },
    after: [{ edit: { 'opt/b.js': `module.exports = 'B';` }, expect: { value: ['A', 'B'] } }],
  },
  {
    name: 'requires in strings, comments, templates and regular expressions are text',
    entry,
    files: {
      ...handsOn,
      'x.cjs': [
        `const s = "require('./ghost.cjs')"; // require('./ghost.cjs')`,
        `/* require('./ghost.cjs') import('./ghost.cjs') */`,
        "const t = `require('./ghost.cjs') import('./ghost.mjs')`;",
        `const r = /import('.ghost')/.source;`,
        `exports.v = [s, t, r];`,
      ].join('\n'),
    },
    expect: {
      value: [
        "require('./ghost.cjs')",
        "require('./ghost.cjs') import('./ghost.mjs')",
        "import('.ghost')",
      ],
    },
  },
  {
    name: 'sloppy mode: an undeclared variable, octal numbers, with, delete of a name, this in a function',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `undeclaredName = 010; function self() { return this === globalThis; } var o = { a: 1 }; var got; with (o) { got = a; } exports.v = [undeclaredName, globalThis.undeclaredName, self(), got, delete globalThis.undeclaredName];`,
    },
    expect: { value: [8, 8, true, 1, true] },
  },
  {
    name: '"use strict" is obeyed',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `'use strict'; function self() { return this === undefined; } let threw; try { undeclaredInStrict = 1; } catch (e) { threw = e.name; } exports.v = [self(), threw];`,
    },
    expect: { value: [true, 'ReferenceError'] },
  },
  {
    name: 'what the wrapper gives: this, arguments, exports, names of file and directory',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const path = require('node:path'); exports.v = [this === exports, this === module.exports, arguments.length, arguments[1] === require, path.basename(__filename), __dirname === path.dirname(__filename), typeof new.target];`,
    },
    expect: { value: [true, true, 5, true, 'x.cjs', true, 'undefined'] },
  },
  {
    name: 'a return at the top ends the module',
    entry,
    files: { ...handsOn, 'x.cjs': `exports.v = 1; if (exports.v) return; exports.v = 2;` },
    expect: { value: 1 },
  },
  {
    name: 'functions and variables of the file are not global',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `var mine = 1; function ours() {} exports.v = [typeof globalThis.mine, typeof globalThis.ours];`,
    },
    expect: { value: ['undefined', 'undefined'] },
  },
  {
    name: 'the names of the wrapper may be declared again',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `var exports = module.exports; var require = require || 1; function module2() {} exports.v = typeof require;`,
    },
    expect: { value: 'function' },
  },
  {
    name: 'the fields of module',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const path = require('path'); const early = module.loaded; exports.v = () => [early, module.loaded, module.id === __filename, module.filename === __filename, module.path === __dirname, module.paths[0] === path.join(__dirname, 'node_modules'), module.exports === exports, typeof module.require, module instanceof require('module')];
exports.v = exports.v.bind(null);`,
      'index.mjs': `import x from './x.cjs'; export const value = () => x.v();`,
    },
    expect: { value: [false, true, true, true, true, true, true, 'function', true] },
  },
  {
    name: 'module.require requires from the module',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `exports.v = module.require('./sub/y.cjs').v;`,
      'sub/y.cjs': `exports.v = module.require('./z.cjs') + 1;`,
      'sub/z.cjs': `module.exports = 1;`,
    },
    expect: { value: 2 },
    after: [{ edit: { 'sub/z.cjs': `module.exports = 5;` }, expect: { value: 6 } }],
  },
  {
    name: 'children and parent',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const b = require('./b.cjs'); require('./c.cjs'); const name = (m) => m && require('path').basename(m.filename); exports.v = [module.children.map(name), b.parent, name(require.cache[require.resolve('./c.cjs')].parent), require.cache[require.resolve('./b.cjs')].children.map(name)];`,
      'b.cjs': `require('./c.cjs'); exports.parent = require('path').basename(module.parent.filename);`,
      'c.cjs': ``,
    },
    expect: { value: [['b.cjs', 'c.cjs'], 'x.cjs', 'b.cjs', ['c.cjs']] },
  },
  {
    name: 'parent of a module that an import loads is not a module',
    entry,
    files: { ...handsOn, 'x.cjs': `exports.v = module.parent == null;` },
    expect: { value: true },
  },
  {
    name: 'module.exports replaced by a class',
    entry,
    files: {
      'index.mjs': `import Animal from './animal.cjs'; export const value = () => [new Animal('cat').name, Animal.name, typeof Animal];`,
      'animal.cjs': `module.exports = class Animal { constructor(name) { this.name = name; } };`,
    },
    expect: { value: ['cat', 'Animal', 'function'] },
  },
  {
    name: 'module.exports replaced late, after a turn',
    entry,
    files: {
      'index.mjs': `import x from './x.cjs'; import { createRequire } from 'node:module'; export const value = async () => { await new Promise((r) => setTimeout(r, 5)); return [x.early, createRequire(import.meta.url)('./x.cjs').late]; };`,
      'x.cjs': `exports.early = 1; setTimeout(() => { module.exports = { late: 2 }; }, 1);`,
    },
    expect: { value: [1, 2] },
  },
  {
    name: 'module.exports of every kind of value',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `exports.v = ['n', 's', 'u', 'nul', 'f'].map((n) => { const got = require('./' + n + '.cjs'); return typeof got === 'function' ? got() : String(got); });`,
      'n.cjs': `module.exports = 5;`,
      's.cjs': `module.exports = 'text';`,
      'u.cjs': `module.exports = undefined;`,
      'nul.cjs': `module.exports = null;`,
      'f.cjs': `module.exports = () => 'called';`,
    },
    expect: { value: ['5', 'text', 'undefined', 'null', 'called'] },
    after: [
      {
        edit: { 's.cjs': `module.exports = 'new';` },
        expect: { value: ['5', 'new', 'undefined', 'null', 'called'] },
      },
    ],
  },
  {
    name: 'a cycle sees partial exports',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `exports.early = 1; const b = require('./b.cjs'); exports.late = 2; exports.v = [b.seen, b.later()];`,
      'b.cjs': `const a = require('./x.cjs'); exports.seen = Object.keys(a); exports.later = () => Object.keys(a);`,
    },
    expect: { value: [['early'], ['early', 'late']] },
  },
  {
    name: 'a cycle in which module.exports is replaced keeps the old object',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const b = require('./b.cjs'); module.exports = { replaced: true, v: b.check() };`,
      'b.cjs': `const a = require('./x.cjs'); exports.check = () => [a.replaced === undefined, Object.keys(a).length];`,
    },
    expect: { value: [true, 0] },
  },
  {
    name: 'a module that requires itself',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `exports.a = 1; exports.v = [require('./x.cjs') === exports, require(__filename).a];`,
    },
    expect: { value: [true, 1] },
  },
  {
    name: 'three in a circle, entered in the middle',
    entry,
    files: {
      'index.mjs': `import b from './b.cjs'; export const value = () => b.log;`,
      'a.cjs': `const log = require('./log.cjs'); log.push('a<'); const b = require('./b.cjs'); log.push('a>' + b.ready);`,
      'b.cjs': `const log = require('./log.cjs'); exports.log = log; log.push('b<'); require('./c.cjs'); exports.ready = true; log.push('b>');`,
      'c.cjs': `const log = require('./log.cjs'); log.push('c<'); require('./a.cjs'); log.push('c>');`,
      'log.cjs': `module.exports = [];`,
    },
    expect: { value: ['b<', 'c<', 'a<', 'a>undefined', 'c>', 'b>'] },
  },
  {
    name: 'a module that threw is run anew',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const tries = []; for (let i = 0; i < 3; i += 1) { try { tries.push(require('./flaky.cjs')); } catch (e) { tries.push(e.message); } } exports.v = [tries, module.children.length];`,
      'flaky.cjs': `globalThis.__flaky = (globalThis.__flaky ?? 0) + 1; if (globalThis.__flaky % 3 !== 0) throw new Error('try ' + (globalThis.__flaky % 3)); module.exports = 'works';`,
    },
    expect: { value: [['try 1', 'try 2', 'works'], 1] },
  },
  {
    name: 'what a module throws comes out as it is',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const out = []; for (const n of ['a', 'b']) try { require('./' + n + '.cjs'); } catch (e) { out.push(e); } exports.v = out;`,
      'a.cjs': `throw 'text';`,
      'b.cjs': `throw null;`,
    },
    expect: { value: ['text', null] },
  },
  {
    name: 'one instance of a file, by whatever specifier',
    entry,
    files: {
      'index.mjs': `import a from './x.cjs'; import { createRequire } from 'node:module'; import { fileURLToPath } from 'node:url'; const require = createRequire(import.meta.url);
export const value = async () => [require('./x.cjs') === a, require('./sub/../x.cjs') === a, require(fileURLToPath(new URL('./x.cjs', import.meta.url))) === a, (await import('./x.cjs')).default === a, a.runs];`,
      'x.cjs': `globalThis.__oneRuns = 0; exports.runs = ++globalThis.__oneRuns;`,
    },
    expect: { value: [true, true, true, true, 1] },
  },
  {
    name: 'require.cache: own files by path, in the order in which they were loaded',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const path = require('path'); require('./b.cjs'); const own = Object.keys(require.cache).filter((p) => path.dirname(p) === __dirname).map((p) => path.basename(p)); exports.v = [own, require.cache[__filename] === module, require.cache[require.resolve('./b.cjs')].exports.n];`,
      'b.cjs': `exports.n = 3;`,
    },
    expect: { value: [['x.cjs', 'b.cjs'], true, 3] },
  },
  {
    name: 'an entry that is deleted from require.cache is loaded anew',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const a = require('./b.cjs'); const same = require('./b.cjs') === a; delete require.cache[require.resolve('./b.cjs')]; exports.v = [same, require('./b.cjs') === a];`,
      'b.cjs': `module.exports = {};`,
    },
    expect: { value: [true, false] },
  },
  {
    name: 'an entry that is put into require.cache is what a require gives',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const id = require.resolve('./b.cjs'); require.cache[id] = { id, filename: id, loaded: true, exports: { mocked: true } }; exports.v = require('./b.cjs');`,
      'b.cjs': `throw new Error('never');`,
    },
    expect: { value: { mocked: true } },
  },
  {
    name: 'require.main is not this module, so it does not run as a program',
    entry,
    files: { ...handsOn, 'x.cjs': `exports.v = require.main === module ? 'program' : 'module';` },
    expect: { value: 'module' },
  },
  {
    name: 'require.extensions of a file of one’s own kind',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `require.extensions['.txt'] = (module, filename) => { module.exports = require('fs').readFileSync(filename, 'utf8').trim(); }; exports.v = require('./note.txt');`,
      'note.txt': `hello\n`,
    },
    expect: { value: 'hello' },
    after: [{ edit: { 'note.txt': 'edited\n' }, expect: { value: 'edited' } }],
  },
  {
    name: 'the extensions that Node knows',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `exports.v = ['.js', '.json', '.node'].map((e) => typeof require.extensions[e]);`,
    },
    expect: { value: ['function', 'function', 'function'] },
  },
  {
    name: 'eval and new Function see the file’s require, or none',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `exports.v = [eval("require('./b.cjs').n"), new Function('return typeof require')()];`,
      'b.cjs': `exports.n = 4;`,
    },
    expect: { value: [4, 'undefined'] },
    after: [{ edit: { 'b.cjs': `exports.n = 5;` }, expect: { value: [5, 'undefined'] } }],
  },
  {
    name: 'require handed to another function',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const load = (r, n) => r(n); exports.v = [load(require, './b.cjs'), ['./b.cjs'].map(require), require.call(null, './b.cjs'), (0, require)('./b.cjs')];`,
      'b.cjs': `module.exports = 1;`,
    },
    expect: { value: [1, [1], 1, 1] },
  },
  {
    name: 'a hashbang, a byte order mark, CRLF and a last comment',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `#!/usr/bin/env node\r\nexports.v = [require('./bom.cjs'), require('./bom.json').v];\r\n// the end`,
      'bom.cjs': `\uFEFFmodule.exports = 'bom';`,
      'bom.json': `\uFEFF{"v":"json"}`,
    },
    expect: { value: ['bom', 'json'] },
  },
  {
    name: 'an empty file exports an empty object',
    entry,
    files: { ...handsOn, 'x.cjs': `exports.v = require('./empty.cjs');`, 'empty.cjs': '' },
    expect: { value: {} },
  },
  {
    name: 'names of the loader are not seen',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `exports.v = [typeof scope, typeof $scope, typeof load, typeof __vite_ssr_import__]; var $scope = 3; exports.v.push($scope);`,
    },
    expect: { value: ['undefined', 'undefined', 'undefined', 'undefined', 3] },
  },
  {
    name: 'JSON is one value per version, and is parsed anew after an edit',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `const a = require('./d.json'); a.list.push(2); exports.v = [require('./d.json') === a, require('./d').list];`,
      'd.json': `{"list":[1]}`,
    },
    expect: { value: [true, [1, 2]] },
    after: [{ edit: { 'd.json': `{"list":[7]}` }, expect: { value: [true, [7, 2]] } }],
  },
  {
    name: 'JSON that is not valid: a SyntaxError with the path, which can be caught',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `try { require('./bad.json'); } catch (e) { exports.v = [e.name, e instanceof SyntaxError, e.message.startsWith(require('path').join(__dirname, 'bad.json') + ': ')]; }`,
      'bad.json': `{"a":}`,
    },
    expect: { value: ['SyntaxError', true, true] },
    after: [
      {
        edit: {
          'x.cjs': `try { exports.v = require('./bad.json').a; } catch (e) { exports.v = e.name; }`,
        },
        expect: { value: 'SyntaxError' },
      },
      { edit: { 'bad.json': `{"a":1}` }, expect: { value: 1 } },
    ],
  },
  {
    name: 'a file that is not valid: a SyntaxError where it is required, and mended later',
    entry,
    files: {
      ...handsOn,
      'x.cjs': `try { exports.v = require('./bad.cjs').a; } catch (e) { exports.v = e instanceof SyntaxError ? e.name : e; }`,
      'bad.cjs': `exports.a = = 1;`,
    },
    expect: { value: 'SyntaxError' },
    after: [{ edit: { 'bad.cjs': `exports.a = 1;` }, expect: { value: 1 } }],
  },
]);
