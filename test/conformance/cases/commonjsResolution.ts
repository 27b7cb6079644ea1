import { untyped } from '../support/untyped.js';

/** An entry that hands on what `x.cjs` exports as `v`. */
const handsOn = { 'index.mjs': `import x from './x.cjs'; export const value = () => x.v;` };
const names = (list: string) => `exports.v = ${list}.map((n) => require(n));`;

/** Where a require leads. */
export const cases = untyped([
  {
    name: 'extensions are guessed: .js before .json',
    files: {
      ...handsOn,
      'x.cjs': names(`['./a', './b', './c.x']`),
      'a.js': `module.exports = 'a.js';`,
      'a.json': `"a.json"`,
      'b.json': `"b.json"`,
      'c.x.js': `module.exports = 'c.x.js';`,
    },
    expect: { value: ['a.js', 'b.json', 'c.x.js'] },
    after: [
      { edit: { 'a.js': null }, expect: { value: ['a.json', 'b.json', 'c.x.js'] } },
      {
        edit: { 'b.js': `module.exports = 'b.js';` },
        expect: { value: ['a.json', 'b.js', 'c.x.js'] },
      },
    ],
  },
  {
    name: '.cjs is not guessed',
    files: {
      ...handsOn,
      'x.cjs': `try { require('./a'); } catch (e) { exports.v = [e.code, e.message.split('\\n')[0], e.requireStack.map((p) => require('path').basename(p))]; }`,
      'a.cjs': ``,
    },
    expect: { value: ['MODULE_NOT_FOUND', "Cannot find module './a'", ['x.cjs']] },
  },
  {
    name: 'an exact file before one with an extension',
    files: {
      ...handsOn,
      'x.cjs': names(`['./a']`),
      a: `module.exports = 'a';`,
      'a.js': `module.exports = 'a.js';`,
    },
    expect: { value: ['a'] },
    after: [{ edit: { a: `module.exports = 'edited';` }, expect: { value: ['edited'] } }],
  },
  {
    name: 'a directory: index.js, index.json, main of its package.json',
    files: {
      ...handsOn,
      'x.cjs': names(`['./js', './json', './pkg', './pkgdir', './noext', './wrong', './js/']`),
      'js/index.js': `module.exports = 'js/index.js';`,
      'json/index.json': `"json/index.json"`,
      'pkg/package.json': `{"main":"lib/main.js"}`,
      'pkg/lib/main.js': `module.exports = 'pkg/lib/main.js';`,
      'pkgdir/package.json': `{"main":"./lib"}`,
      'pkgdir/lib/index.js': `module.exports = 'pkgdir/lib/index.js';`,
      'noext/package.json': `{"main":"main"}`,
      'noext/main.js': `module.exports = 'noext/main.js';`,
      'wrong/package.json': `{"main":"gone.js"}`,
      'wrong/index.js': `module.exports = 'wrong/index.js';`,
    },
    expect: {
      value: [
        ...['js/index.js', 'json/index.json', 'pkg/lib/main.js', 'pkgdir/lib/index.js'],
        ...['noext/main.js', 'wrong/index.js', 'js/index.js'],
      ],
    },
    after: [
      {
        edit: {
          'pkg/package.json': `{"main":"other.js"}`,
          'pkg/other.js': `module.exports = 'other';`,
        },
        expect: {
          value: [
            ...['js/index.js', 'json/index.json', 'other', 'pkgdir/lib/index.js'],
            ...['noext/main.js', 'wrong/index.js', 'js/index.js'],
          ],
        },
      },
    ],
  },
  {
    name: 'main of a package.json by a computed name, edited',
    files: {
      ...handsOn,
      'x.cjs': `exports.v = require('./' + 'pkg');`,
      'pkg/package.json': `{"main":"one.js"}`,
      'pkg/one.js': `module.exports = 1;`,
      'pkg/two.js': `module.exports = 2;`,
    },
    expect: { value: 1 },
    after: [{ edit: { 'pkg/package.json': `{"main":"two.js"}` }, expect: { value: 2 } }],
  },
  {
    name: 'a file before a directory of the same name, and the directory with a slash',
    files: {
      ...handsOn,
      'x.cjs': names(`['./a', './a/']`),
      'a.js': `module.exports = 'file';`,
      'a/index.js': `module.exports = 'dir';`,
    },
    expect: { value: ['file', 'dir'] },
    after: [{ edit: { 'a.js': null }, expect: { value: ['dir', 'dir'] } }],
  },
  {
    name: 'a file that appears nearer than the one that was found',
    files: {
      ...handsOn,
      'x.cjs': `exports.v = require('./' + 'a');`,
      'a/index.js': `module.exports = 'dir';`,
    },
    expect: { value: 'dir' },
    after: [{ edit: { 'a.js': `module.exports = 'file';` }, expect: { value: 'file' } }],
  },
  {
    name: 'the directory itself and the one above: . .. ./ ../',
    files: {
      ...handsOn,
      'x.cjs': `exports.v = require('./sub/y.cjs');`,
      'sub/y.cjs': `module.exports = [require('.'), require('./'), require('..'), require('../')];`,
      'sub/index.js': `module.exports = 'sub';`,
      'index.js': `module.exports = 'top';`,
    },
    entry: 'index.mjs',
    expect: { value: ['sub', 'sub', 'top', 'top'] },
  },
  {
    name: 'computed names: a template, a join, a variable',
    files: {
      ...handsOn,
      'x.cjs':
        "const path = require('path'); const n = 'y'; exports.v = [require(`./${n}.cjs`), require(path.join(__dirname, 'y.cjs')), require('./' + n + '.cjs')];",
      'y.cjs': `module.exports = 1;`,
    },
    expect: { value: [1, 1, 1] },
    after: [{ edit: { 'y.cjs': `module.exports = 2;` }, expect: { value: [2, 2, 2] } }],
  },
  {
    name: 'all files of a folder, read by readdirSync',
    files: {
      ...handsOn,
      'x.cjs': `const fs = require('fs'); const path = require('path'); const dir = path.join(__dirname, 'all'); exports.v = fs.readdirSync(dir).sort().map((f) => require(path.join(dir, f)));`,
      'all/a.js': `module.exports = 'a';`,
      'all/b.json': `"b"`,
    },
    expect: { value: ['a', 'b'] },
    after: [
      { edit: { 'all/a.js': `module.exports = 'A';` }, expect: { value: ['A', 'b'] } },
      { edit: { 'all/c.cjs': `module.exports = 'c';` }, expect: { value: ['A', 'b', 'c'] } },
      { edit: { 'all/b.json': null }, expect: { value: ['A', 'c'] } },
    ],
  },
  {
    name: 'modules of Node, with and without node:',
    files: {
      ...handsOn,
      'x.cjs': `exports.v = [require('fs') === require('node:fs'), typeof require('path').join, typeof require('fs/promises').readFile, require('events') === require('events').EventEmitter, typeof require('node:test')];`,
    },
    expect: { value: [true, 'function', 'function', true, 'function'] },
  },
  {
    name: 'a module of Node that does not exist',
    files: {
      ...handsOn,
      'x.cjs': `try { require('node:nothing'); } catch (e) { exports.v = e.code; }`,
    },
    expect: { value: 'ERR_UNKNOWN_BUILTIN_MODULE' },
  },
  {
    name: 'a file of the plugin named as a module of Node is that of Node; by path it is the file',
    files: {
      ...handsOn,
      'x.cjs': `exports.v = [typeof require('path').join, require('./path')];`,
      'path.js': `module.exports = 'own';`,
    },
    expect: { value: ['function', 'own'] },
  },
  {
    name: 'packages: main, exports with conditions, a file inside, package.json',
    files: {
      ...handsOn,
      'x.cjs': `exports.v = [require('plain'), require('plain/file'), require('dual'), require('dual/sub'), require('dual/package.json').name];`,
      'node_modules/plain/package.json': `{"name":"plain","main":"lib.js"}`,
      'node_modules/plain/lib.js': `module.exports = 'plain';`,
      'node_modules/plain/file.js': `module.exports = 'plain/file';`,
      'node_modules/dual/package.json': `{"name":"dual","exports":{".":{"import":"./esm.mjs","require":"./cjs.cjs"},"./sub":"./sub.js","./package.json":"./package.json"}}`,
      'node_modules/dual/cjs.cjs': `module.exports = 'dual cjs';`,
      'node_modules/dual/esm.mjs': `export default 'dual esm';`,
      'node_modules/dual/sub.js': `module.exports = 'dual/sub';`,
    },
    expect: { value: ['plain', 'plain/file', 'dual cjs', 'dual/sub', 'dual'] },
  },
  {
    name: 'a package that is not installed, and a path that a package does not export',
    files: {
      ...handsOn,
      'x.cjs': `const codes = []; for (const n of ['not-installed-at-all', 'strict/inner']) try { require(n); } catch (e) { codes.push([e.code, e.message.split('\\n')[0].split(' in ')[0]]); } exports.v = codes;`,
      'node_modules/strict/package.json': `{"name":"strict","exports":"./a.js"}`,
      'node_modules/strict/a.js': ``,
      'node_modules/strict/inner.js': ``,
    },
    expect: {
      value: [
        ['MODULE_NOT_FOUND', "Cannot find module 'not-installed-at-all'"],
        [
          'ERR_PACKAGE_PATH_NOT_EXPORTED',
          'Package subpath \'./inner\' is not defined by "exports"',
        ],
      ],
    },
  },
  {
    name: 'a package in a folder nearer to the file',
    files: {
      ...handsOn,
      'x.cjs': `exports.v = [require('near'), require('./sub/y.cjs')];`,
      'sub/y.cjs': `module.exports = require('near');`,
      'node_modules/near/index.js': `module.exports = 'far';`,
      'sub/node_modules/near/index.js': `module.exports = 'near';`,
    },
    expect: { value: ['far', 'near'] },
  },
  {
    name: '# imports take the conditions of require',
    files: {
      ...handsOn,
      'package.json': `{"imports":{"#a":{"import":"./esm.mjs","require":"./cjs.cjs"},"#lib/*":"./lib/*.js"}}`,
      'x.cjs': `exports.v = [require('#a'), require('#lib/one')];`,
      'cjs.cjs': `module.exports = 'cjs';`,
      'esm.mjs': `export default 'esm';`,
      'lib/one.js': `module.exports = 'one';`,
    },
    expect: { value: ['cjs', 'one'] },
    after: [
      {
        edit: { 'lib/one.js': `module.exports = 'edited';` },
        expect: { value: ['cjs', 'edited'] },
      },
    ],
  },
  {
    name: 'a # import that leads nowhere',
    files: {
      ...handsOn,
      'package.json': `{"imports":{"#a":"./gone.cjs"}}`,
      'x.cjs': `exports.v = ['#a', '#none'].map((n) => { try { return require(n); } catch (e) { return e.code; } });`,
    },
    expect: { value: ['MODULE_NOT_FOUND', 'ERR_PACKAGE_IMPORT_NOT_DEFINED'] },
    after: [
      {
        edit: { 'gone.cjs': `module.exports = 'came';` },
        expect: { value: ['came', 'ERR_PACKAGE_IMPORT_NOT_DEFINED'] },
      },
    ],
  },
  {
    name: 'require.resolve: files, modules of Node, packages, what is missing',
    files: {
      ...handsOn,
      'x.cjs': `const path = require('path'); let missing; try { require.resolve('./none'); } catch (e) { missing = e.code; } exports.v = [path.relative(__dirname, require.resolve('./sub')), require.resolve('fs'), require.resolve('node:fs'), path.relative(__dirname, require.resolve('pkg')), missing];`,
      'sub/index.js': `throw new Error('not run');`,
      'node_modules/pkg/index.js': ``,
    },
    expect: {
      value: ['sub/index.js', 'fs', 'node:fs', 'node_modules/pkg/index.js', 'MODULE_NOT_FOUND'],
    },
  },
  {
    name: 'require.resolve with paths, and require.resolve.paths',
    files: {
      ...handsOn,
      'x.cjs': `const path = require('path'); exports.v = [path.relative(__dirname, require.resolve('./y.cjs', { paths: [path.join(__dirname, 'sub')] })), require.resolve.paths('pkg')[0] === path.join(__dirname, 'node_modules'), require.resolve.paths('./y')[0] === __dirname, require.resolve.paths('fs')];`,
      'sub/y.cjs': ``,
    },
    expect: { value: ['sub/y.cjs', true, true, null] },
  },
  {
    name: 'what is no specifier is refused',
    files: {
      ...handsOn,
      'x.cjs': `exports.v = [undefined, 5, '', null].map((id) => { try { require(id); } catch (e) { return [e.code, e.name]; } });`,
    },
    expect: {
      value: [
        ['ERR_INVALID_ARG_TYPE', 'TypeError'],
        ['ERR_INVALID_ARG_TYPE', 'TypeError'],
        ['ERR_INVALID_ARG_VALUE', 'TypeError'],
        ['ERR_INVALID_ARG_TYPE', 'TypeError'],
      ],
    },
  },
  {
    name: 'the chain of files in the message of what is missing',
    files: {
      'index.mjs': `import x from './x.cjs'; export const value = () => x.v;`,
      'x.cjs': `try { require('./a.cjs'); } catch (e) { exports.v = [e.code, e.message.split('\\n').map((l) => l.replace(__dirname, '')).join('|'), e.requireStack.length]; }`,
      'a.cjs': `require('./b.cjs');`,
      'b.cjs': `require('./none');`,
    },
    expect: {
      value: [
        'MODULE_NOT_FOUND',
        "Cannot find module './none'|Require stack:|- /b.cjs|- /a.cjs|- /x.cjs",
        3,
      ],
    },
  },
  {
    name: 'a specifier with characters of URLs is a path',
    files: {
      ...handsOn,
      'x.cjs': names(`['./a%20b.cjs', './a b.cjs', './c#d.cjs']`),
      'a%20b.cjs': `module.exports = 'percent';`,
      'a b.cjs': `module.exports = 'space';`,
      'c#d.cjs': `module.exports = 'hash';`,
    },
    expect: { value: ['percent', 'space', 'hash'] },
  },
  {
    name: 'a file outside of the folder',
    files: {
      ...handsOn,
      'x.cjs': `exports.v = [require('../outside/a.cjs'), require('../outside/' + 'b')];`,
      '../outside/a.cjs': `module.exports = 'a';`,
      '../outside/b.js': `module.exports = 'b';`,
    },
    expect: { value: ['a', 'b'] },
    after: [
      { edit: { '../outside/a.cjs': `module.exports = 'A';` }, expect: { value: ['A', 'b'] } },
      { edit: { '../outside/b.js': `module.exports = 'B';` }, expect: { value: ['A', 'B'] } },
    ],
  },
]);
