import type { ConformanceCase } from '../support/ConformanceCase.js';

/** import() and import.meta. */
export const cases: readonly ConformanceCase[] = [
  {
    name: 'import() gives the namespace',
    files: {
      'index.js': `export const value = async () => { const ns = await import('./a.js'); return [ns.a, Object.keys(ns), ns[Symbol.toStringTag]]; };`,
      'a.js': `export const a = 1; export default 2;`,
    },
    expect: { value: [1, ['a', 'default'], 'Module'] },
    after: [
      {
        edit: { 'a.js': `export const a = 3;` },
        expect: { value: [3, ['a'], 'Module'] },
      },
    ],
  },
  {
    name: 'import() of a computed path, and edits of the file',
    files: {
      'index.js': `const name = 'a'; export const value = async () => (await import(\`./\${name}.js\`)).a;`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: 1 },
    after: [{ edit: { 'a.js': `export const a = 2;` }, expect: { value: 2 } }],
  },
  {
    name: 'import() of nothing rejects with a code, and throws nothing',
    files: {
      'index.js': `export const value = async () => { const p = import('./absent.js'); try { await p; } catch (error) { return [p instanceof Promise, error instanceof Error, error.code]; } };`,
    },
    expect: { value: [true, true, 'ERR_MODULE_NOT_FOUND'] },
  },
  {
    name: 'import() of a package that is not installed',
    files: {
      'index.js': `export const value = async () => { try { await import('no-such-package-anywhere'); } catch (error) { return error.code; } };`,
    },
    expect: { value: 'ERR_MODULE_NOT_FOUND' },
  },
  {
    name: 'a specifier is turned into a string, and what that throws rejects',
    files: {
      'index.js': `export const value = async () => { const a = await import({ toString: () => './a.js' }); const seen = []; for (const bad of [{ toString() { throw new Error('own'); } }, Symbol('s')]) { try { await import(bad); } catch (error) { seen.push(error.message.slice(0, 14)); } } return [a.a, seen]; };`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: [1, ['own', 'Cannot convert']] },
  },
  {
    name: "import() of Node's modules by both names is one module",
    files: {
      'index.js': `export const value = async () => { const [a, b] = await Promise.all([import('fs'), import('node:fs')]); return [a === b, a.default === b.default, typeof a.readFileSync]; };`,
    },
    expect: { value: [true, true, 'function'] },
  },
  {
    name: 'import() in a function that new Function makes',
    files: {
      'index.js': `export const value = async () => { const path = await new Function('return import("node:path")')(); return path.basename('/a/b'); };`,
    },
    expect: { value: 'b' },
  },
  {
    name: 'import() in an indirect eval',
    files: {
      'index.js': `export const value = async () => (await (0, eval)('import("node:path")')).basename('/a/b');`,
    },
    expect: { value: 'b' },
  },
  {
    name: 'import() of a module that fails to compile rejects with a SyntaxError',
    files: {
      'index.js': `const name = 'bad'; export const value = async () => { try { await import(\`./\${name}.js\`); } catch (error) { return error.name; } };`,
      'bad.js': `const = 1;`,
    },
    expect: { value: 'SyntaxError' },
    after: [{ edit: { 'bad.js': `export {};` }, expect: { value: undefined } }],
  },
  {
    name: 'a literal import() of a file that does not compile rejects when it runs, and all else runs',
    files: {
      'index.js': `import { a } from './a.js'; const load = () => import('./bad.js'); export const value = async () => { try { return [a, (await load()).b]; } catch (error) { return [a, error.name]; } };`,
      'a.js': `export const a = 1;`,
      'bad.js': `export const b = = 1;`,
    },
    expect: { value: [1, 'SyntaxError'] },
    after: [
      { edit: { 'bad.js': `export const b = 2;` }, expect: { value: [1, 2] } },
      { edit: { 'bad.js': `export const b = (;` }, expect: { value: [1, 'SyntaxError'] } },
      {
        edit: {
          'bad.js': `import './deeper.js'; export const b = 3;`,
          'deeper.js': `export const c = ;`,
        },
        expect: { value: [1, 'SyntaxError'] },
      },
      { edit: { 'deeper.js': `export const c = 1;` }, expect: { value: [1, 3] } },
    ],
  },
  {
    name: 'a literal import() of a file that imports what is not there rejects when it runs',
    files: {
      'index.js': `const load = () => import('./lacks.js'); export const value = async () => { try { return (await load()).x; } catch (error) { return error.code; } };`,
      'lacks.js': `import { x } from './there.js'; export { x };`,
    },
    expect: { value: 'ERR_MODULE_NOT_FOUND' },
    after: [{ edit: { 'there.js': `export const x = 1;` }, expect: { value: 1 } }],
  },
  {
    name: 'a file that does not compile fails the load when it is imported in both ways',
    files: {
      'index.js': `import './other.js'; export const value = () => import('./bad.js');`,
      'other.js': `import './bad.js';`,
      'bad.js': `export const b = = 1;`,
    },
    expect: { error: { name: 'SyntaxError' } },
  },
  {
    name: 'a query or a hash makes an instance of its own',
    files: {
      'index.js': `import { o } from './a.js'; import { o as p } from './a.js?x'; import { o as q } from './a.js#y'; import { o as r } from './a.js?x'; export const value = async () => [o === p, o === q, p === q, p === r, (await import('./a.js?x')).o === p, (await import('./a.js?z')).url];`,
      'a.js': `export const o = {}; export const url = import.meta.url.replace(/.*\\//, '');`,
    },
    expect: { value: [false, false, false, true, true, 'a.js?z'] },
    after: [
      {
        edit: { 'a.js': `export const o = 1; export const url = 'edited';` },
        expect: { value: [true, true, true, true, true, 'edited'] },
      },
    ],
  },
  {
    name: 'data: URLs of JavaScript',
    files: {
      'index.js': `import a from 'data:text/javascript,export default 1'; export const value = async () => [a, (await import('data:text/javascript;base64,ZXhwb3J0IGRlZmF1bHQgMg==')).default];`,
    },
    expect: { value: [1, 2] },
  },
  {
    name: 'data: URLs of JSON',
    files: {
      'index.js': `import a from 'data:application/json,{"x":1}' with { type: 'json' }; export const value = async () => [a, (await import('data:application/json,[2]', { with: { type: 'json' } })).default];`,
    },
    expect: { value: [{ x: 1 }, [2]] },
    differing: { tsx: { error: { name: 'TransformError' } } },
    differs: 'tsx takes JSON in a data: URL for JavaScript',
  },
  {
    name: 'JSON by an attribute',
    files: {
      'index.js': `import a from './a.json' with { type: 'json' }; export const value = async () => [a, (await import('./a.json', { with: { type: 'json' } })).default === a];`,
      'a.json': `{"x": [1]}`,
    },
    expect: { value: [{ x: [1] }, true] },
  },
  {
    name: 'an attribute that does not fit the module',
    files: {
      'index.js': `export const value = async () => { try { await import('./a.js', { with: { type: 'json' } }); } catch (error) { return error.name; } };`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: 'TypeError' },
  },
  {
    name: 'an attribute that nobody knows',
    files: {
      'index.js': `const options = { with: { colour: 'red' } }; export const value = async () => { try { await import('./a.js', options); } catch (error) { return [error.name, error.code]; } };`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: ['TypeError', 'ERR_IMPORT_ATTRIBUTE_UNSUPPORTED'] },
  },
  {
    name: 'options of import() that are no object',
    files: {
      'index.js': `export const value = async () => { const seen = []; for (const bad of [1, null, { with: 1 }, { with: { type: 1 } }]) { try { await import('./a.js', bad); seen.push('loaded'); } catch (error) { seen.push(error.name); } } return [seen, (await import('./a.js', undefined)).a, (await import('./a.js', {})).a]; };`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: [['TypeError', 'TypeError', 'TypeError', 'TypeError'], 1, 1] },
  },
  {
    name: 'import.meta has the path and the URL of the file',
    files: {
      'index.js': `import { pathToFileURL } from 'node:url'; import { meta } from './sub/m.js'; export const value = () => [import.meta.filename, import.meta.dirname, import.meta.url === pathToFileURL(import.meta.filename).href, meta.filename, Object.getPrototypeOf(import.meta), Object.isExtensible(import.meta), import.meta === import.meta];`,
      'sub/m.js': `export const meta = import.meta;`,
    },
    expect: { value: ['<dir>/index.js', '<dir>', true, '<dir>/sub/m.js', null, true, true] },
  },
  {
    name: 'import.meta can be given properties, one object per module',
    files: {
      'index.js': `import { other } from './a.js'; import.meta.own = 1; export const value = () => [import.meta.own, other.own, typeof import.meta.resolve];`,
      'a.js': `export const other = import.meta;`,
    },
    expect: { value: [1, undefined, 'function'] },
  },
  {
    name: "import.meta.resolve of files, Node's modules and URLs",
    files: {
      'index.js': `const at = (specifier) => import.meta.resolve(specifier); export const value = () => [at('./a.js').endsWith('/a.js'), at('./a/../b.js').endsWith('/plugin/b.js'), at('./absent.js').endsWith('/absent.js'), at('node:fs'), at('fs'), at('data:text/javascript,1'), at('./a.js?x#y').endsWith('/a.js?x#y')];`,
    },
    expect: { value: [true, true, true, 'node:fs', 'node:fs', 'data:text/javascript,1', true] },
    differing: {
      tsx: { value: [true, true, true, 'node:fs', 'node:fs', 'data:text/javascript,1', false] },
    },
    differs: 'tsx drops a query',
  },
  {
    name: 'import.meta.resolve has the conditions of import',
    files: {
      'index.js': `const at = (specifier) => import.meta.resolve(specifier).split('node_modules/')[1]; export const value = () => [at('dual'), at('dual/sub'), at('dual/files/x.js'), at('import-only'), at('legacy'), at('@scope/p')];`,
      'node_modules/dual/package.json': `{"name":"dual","exports":{".":{"import":"./esm.mjs","require":"./cjs.cjs"},"./sub":{"node":{"import":"./sub.mjs"},"default":"./no.mjs"},"./files/*":"./lib/*"}}`,
      'node_modules/dual/esm.mjs': ``,
      'node_modules/dual/cjs.cjs': ``,
      'node_modules/dual/sub.mjs': ``,
      'node_modules/dual/lib/x.js': ``,
      'node_modules/import-only/package.json': `{"name":"import-only","exports":{"import":"./main.mjs"}}`,
      'node_modules/import-only/main.mjs': ``,
      'node_modules/legacy/package.json': `{"name":"legacy","main":"lib/main"}`,
      'node_modules/legacy/lib/main.js': ``,
      'node_modules/@scope/p/package.json': `{"name":"@scope/p","exports":["./first.js"]}`,
      'node_modules/@scope/p/first.js': ``,
    },
    expect: {
      value: [
        'dual/esm.mjs',
        'dual/sub.mjs',
        'dual/lib/x.js',
        'import-only/main.mjs',
        'legacy/lib/main.js',
        '@scope/p/first.js',
      ],
    },
  },
  {
    name: "import.meta.resolve throws with Node's codes",
    files: {
      'index.js': `const at = (specifier) => { try { return import.meta.resolve(specifier); } catch (error) { return [error instanceof Error, error.code]; } }; export const value = () => [at('no-such-package-at-all'), at('closed/inside.js'), at('#nothing')];`,
      'node_modules/closed/package.json': `{"name":"closed","exports":{".":"./main.js"}}`,
      'node_modules/closed/main.js': ``,
      'node_modules/closed/inside.js': ``,
    },
    expect: {
      value: [
        [true, 'ERR_MODULE_NOT_FOUND'],
        [true, 'ERR_PACKAGE_PATH_NOT_EXPORTED'],
        [true, 'ERR_PACKAGE_IMPORT_NOT_DEFINED'],
      ],
    },
  },
  {
    name: "import.meta.resolve of # imports and of the package's own name",
    files: {
      'package.json': `{"name":"own-name","type":"module","imports":{"#lib/*":"./lib/*.js","#fs":"fs"},"exports":{".":"./index.js","./a":"./lib/a.js"}}`,
      'index.js': `import { a } from '#lib/a'; const at = (specifier) => import.meta.resolve(specifier).replace(/.*\\/plugin/, ''); export const value = () => [a, at('#lib/a'), at('#fs'), at('own-name/a')];`,
      'lib/a.js': `export const a = 1;`,
    },
    expect: { value: [1, '/lib/a.js', 'node:fs', '/lib/a.js'] },
  },
  {
    name: "a static import of nothing is an error with Node's code",
    files: {
      'index.js': `export const value = async () => { try { await import('./main.js'); } catch (error) { return error.code; } }; `,
      'main.js': `const name = './absent.js'; await import(name);`,
    },
    expect: { value: 'ERR_MODULE_NOT_FOUND' },
  },
  {
    name: 'eight import() at once of one module run it once',
    files: {
      'index.js': `export const value = async () => { const all = await Promise.all(Array.from({ length: 8 }, () => import('./a.js'))); return [new Set(all).size, all[0].runs]; };`,
      'a.js': `globalThis.aRuns = (globalThis.aRuns ?? 0) + 1; export const runs = globalThis.aRuns;`,
    },
    expect: { value: [1, 1] },
  },
  {
    name: 'import() written with comments and spaces',
    files: {
      'index.js': `export const value = async () => [(await import(/* c */ './a.js')).a, (await import (
'./a.js'
)).a, (await import('./a.js',)).a];`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: [1, 1, 1] },
  },
  {
    name: 'objects with members that are called import, meta and eval',
    files: {
      'index.js': `const o = { import: (x) => x, meta: 1, eval: (x) => x, await: 2 }; export const value = () => [o.import(1), o.meta, o.eval('x'), o.await];`,
    },
    expect: { value: [1, 1, 'x', 2] },
  },
];
