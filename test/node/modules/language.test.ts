import { Observable } from 'rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createModuleCompiler } from '../../../src/modules/buildGraph.js';
import { left, pluginFolders, right, startRuntime } from '../runtime/pluginFolders.js';

interface Feature {
  readonly feature: string;
  readonly files: Readonly<Record<string, string>>;
  readonly value: unknown;
}

/** One row per feature: `value()` of the plugin must answer `value`. `../shared/` lies outside the plugin's folder. */
const features: readonly Feature[] = [
  {
    feature: 'types, interfaces, generics and satisfies are stripped',
    files: {
      'index.ts': `interface A<T> { of: T }
        type B = A<number>;
        const made = { of: 1 } satisfies B as B;
        export function value(this: void, one: number = 1): number { return made!.of + one; }`,
    },
    value: 2,
  },
  {
    feature: 'enums, const enums, namespaces and parameter properties',
    files: {
      'index.ts': `enum E { A = 1, B } const enum C { X = 'x' }
        namespace N { export const n = 5; }
        class K { constructor(readonly of: number) {} }
        export const value = () => [E.B, E[1], C.X, N.n, new K(7).of];`,
    },
    value: [2, 'A', 'x', 5, 7],
  },
  {
    feature: 'imports of types alone are not loaded',
    files: {
      'index.ts': `import type { T } from './types.js'; import { type U, one } from './types.js';
        import { V } from './types.js';
        const v: V = one; export const value = (): T | U => v;`,
      'types.ts': `export type T = number; export type U = number; export type V = number; export const one = 1;`,
    },
    value: 1,
  },
  {
    feature: 'live bindings',
    files: {
      'index.ts': `import { count, add } from './count.js'; export const value = () => { const a = count; add(); return [a, count]; };`,
      'count.ts': `export let count = 0; export const add = () => { count += 1; };`,
    },
    value: [0, 1],
  },
  {
    feature: 'a cycle: functions are there from the start, values once their module has run',
    files: {
      'index.ts': `import { even } from './even.js'; export const value = () => [even(10), even(7)];`,
      'even.ts': `import { odd, loaded } from './odd.js'; export function even(n: number): boolean { return n === 0 || odd(n - 1); } export const seen = loaded;`,
      'odd.ts': `import { even } from './even.js'; export function odd(n: number): boolean { return n !== 0 && even(n - 1); } export const loaded = typeof even;`,
    },
    value: [true, false],
  },
  {
    feature: 'a cycle: a value that is read too early throws, as in the language',
    files: {
      'index.ts': `import { a } from './a.js'; export const value = () => a;`,
      'a.ts': `import { b } from './b.js'; export const a = 'a' + b;`,
      'b.ts': `import { a } from './a.js'; let seen; try { seen = a; } catch (e) { seen = e.name; } export const b = seen;`,
    },
    value: 'aReferenceError',
  },
  {
    feature: 'a cycle with modules that await: the order is the same',
    files: {
      'index.ts': `import { log } from './log.js'; import './a.js'; export const value = () => log;`,
      'log.ts': `await null; export const log: string[] = [];`,
      'a.ts': `import 'node:fs'; import { log } from './log.js'; import { b } from './b.js'; log.push('a ' + b); export const a = 'a'; export function early() { return 'early'; }`,
      'b.ts': `import 'node:path'; import { c } from './c.js'; import { log } from './log.js'; await null; log.push('b ' + c); export const b = 'b';`,
      'c.ts': `import { early } from './a.js'; import { log } from './log.js'; log.push('c ' + early()); export const c = 'c';`,
    },
    value: ['c early', 'b c', 'a b'],
  },
  {
    feature: 'a module that imports itself',
    files: {
      'index.ts': `import * as self from './index.js'; export const value = () => self.value === value && self.two(); export const two = () => 2;`,
    },
    value: 2,
  },
  {
    feature:
      'two dynamic imports at once of modules that share a slow one: it runs once, both wait',
    files: {
      'index.ts': `const [a, b] = await Promise.all([import('./a.js'), import('./b.js')]); export const value = () => [a.a, b.b];`,
      'a.ts': `import { slow, runs } from './slow.js'; export const a = [slow, runs];`,
      'b.ts': `import { slow, runs } from './slow.js'; export const b = [slow, runs];`,
      'slow.ts': `let count = 0; count += 1; await new Promise((resolve) => setTimeout(resolve, 5)); export const slow = 'ready'; export const runs = count;`,
    },
    value: [
      ['ready', 1],
      ['ready', 1],
    ],
  },
  {
    feature: 'evaluation order: depth first, as imports are written, each module once',
    files: {
      'index.ts': `import './b.js'; import { log } from './log.js'; import './a.js'; import './c.js'; export const value = () => log;`,
      'log.ts': `export const log: string[] = [];`,
      'a.ts': `import './c.js'; import { log } from './log.js'; log.push('a');`,
      'b.ts': `import { log } from './log.js'; import './c.js'; log.push('b');`,
      'c.ts': `import { log } from './log.js'; log.push('c');`,
    },
    value: ['c', 'b', 'a'],
  },
  {
    feature: 'top-level await, also in an imported module',
    files: {
      'index.ts': `import { later } from './later.js'; const own = await Promise.resolve(2); export const value = () => [later, own];`,
      'later.ts': `await new Promise((resolve) => setTimeout(resolve, 2)); export const later = 1;`,
    },
    value: [1, 2],
  },
  {
    feature: 'import.meta: url, filename, dirname, resolve',
    files: {
      'index.ts': `import { fileURLToPath } from 'node:url'; import { dirname } from 'node:path';
        const { url, filename, dirname: dir, resolve } = import.meta;
        export const value = () => [fileURLToPath(url) === filename, dirname(filename) === dir, resolve('./x.js') === new URL('./x.js', url).href, resolve('fs')];`,
    },
    value: [true, true, true, 'node:fs'],
  },
  {
    feature: 'import of JSON, with and without the attribute',
    files: {
      'index.ts': `import data from './data.json' with { type: 'json' }; import * as whole from './data.json'; export const value = () => [data.a, whole.default.a];`,
      'data.json': `{ "a": 1 }`,
    },
    value: [1, 1],
  },
  {
    feature: 'dynamic import: literal, computed, by URL',
    files: {
      'index.ts': `export async function value() {
        const name = ['b'].join('');
        const a = await import('./a.js'); const b = await import('./' + name + '.js');
        const again = await import(new URL('./a.ts', import.meta.url).href);
        return [a.a, b.b, a.a === again.a && a === again];
      }`,
      'a.ts': `export const a = 'a';`,
      'b.ts': `export const b = 'b';`,
    },
    value: ['a', 'b', true],
  },
  {
    feature: 'a dynamic import that finds nothing rejects, and the plugin goes on',
    files: {
      'index.ts': `export const value = () => import('./absent.js').then(() => 'there', (e) => e.message);`,
    },
    value: 'cannot find "./absent.js"',
  },
  {
    feature: 'extensions: .js for .ts, .mjs for .mts, none, a folder with an index',
    files: {
      'index.ts': `import { a } from './a.js'; import { b } from './b.mjs'; import { c } from './c'; import { d } from './d'; export const value = () => [a, b, c, d];`,
      'a.ts': `export const a = 1;`,
      'b.mts': `export const b = 2;`,
      'c.ts': `export const c = 3;`,
      'd/index.ts': `export const d = 4;`,
    },
    value: [1, 2, 3, 4],
  },
  {
    feature: 'plain JavaScript beside TypeScript',
    files: {
      'index.ts': `import { a } from './a.js'; import { b } from './b.mjs'; export const value = () => a + b;`,
      'a.js': `export const a = 1;`,
      'b.mjs': `export const b = 2;`,
    },
    value: 3,
  },
  {
    feature: 'a file outside the folder, which imports another one there',
    files: {
      'index.ts': `import { shared } from '../shared/one.js'; export const value = () => shared;`,
      '../shared/one.ts': `import { two } from './two.js'; export const shared = 1 + two;`,
      '../shared/two.ts': `export const two = 2;`,
    },
    value: 3,
  },
  {
    feature: 'builtins with and without node:, and an npm package of the host',
    files: {
      'index.ts': `import { join } from 'node:path'; import fs, { existsSync } from 'fs'; import { of, firstValueFrom } from 'rxjs';
        export const value = async () => [join('a', 'b'), fs.existsSync === existsSync, await firstValueFrom(of(3))];`,
    },
    value: ['a/b', true, 3],
  },
  {
    feature: 'a CommonJS package: default and named imports',
    files: {
      'index.ts': `import semver, { satisfies } from 'semver'; export const value = () => [semver.valid('1.0.0'), satisfies('1.2.0', '^1.0.0')];`,
    },
    value: ['1.0.0', true],
  },
  {
    feature:
      're-exports: named, renamed, star, star as; the own export wins, default is not passed on',
    files: {
      'index.ts': `import * as all from './all.js'; export const value = () => [Object.keys(all).sort(), all.x, all.y, all.ns.x];`,
      'all.ts': `export * from './x.js'; export { x as y } from './x.js'; export * as ns from './x.js'; export const own = 'all';`,
      'x.ts': `export const x = 1; export const own = 'x'; export default 3;`,
    },
    value: [['ns', 'own', 'x', 'y'], 1, 1, 1],
  },
  {
    feature: 'default and namespace of a module in one import',
    files: {
      'index.ts':
        'import one, * as all from \'./one.js\';\nconst text = `\nimport one, * as all from "./one.js";\n`;\nexport const value = () => [one, all.two, text.trim()];',
      'one.ts': `export default 1; export const two = 2;`,
    },
    value: [1, 2, 'import one, * as all from "./one.js";'],
  },
  {
    feature: 'a default export: class, function, expression',
    files: {
      'index.ts': `import A from './a.js'; import b from './b.js'; import c from './c.js'; export const value = () => [new A().of, b(), c];`,
      'a.ts': `export default class A { of = 1; }`,
      'b.ts': `export default function () { return 2; }`,
      'c.ts': `export default 1 + 2;`,
    },
    value: [1, 2, 3],
  },
  {
    feature: 'a namespace has no prototype and says Module',
    files: {
      'index.ts': `import * as ns from './x.js'; export const value = () => [Object.getPrototypeOf(ns), Object.prototype.toString.call(ns), 'toString' in ns];`,
      'x.ts': `export const x = 1;`,
    },
    value: [null, '[object Module]', false],
  },
  {
    feature: 'strict mode: this is undefined, an import cannot be assigned',
    files: {
      'index.ts': `import * as ns from './x.js';
        function self() { return this; }
        let refused = ''; try { (ns as any).x = 2; } catch (e) { refused = e.name; }
        export const value = () => [self() === undefined, refused, ns.x];`,
      'x.ts': `export const x = 1;`,
    },
    value: [true, 'TypeError', 1],
  },
  {
    feature:
      'private members, static blocks, accessors, generators, BigInt, regular expressions with v and named groups',
    files: {
      'index.ts': `class K { static of = 0; static { K.of = 1; } #secret = 2; get secret() { return this.#secret; } static has(o: object) { return #secret in o; } }
        function* g() { yield* [1, 2]; }
        export const value = () => [K.of, new K().secret, K.has(new K()), [...g()], String(2n ** 64n), 'ab'.match(/(?<first>[a&&\\w])/v)?.groups?.first];`,
    },
    value: [1, 2, true, [1, 2], '18446744073709551616', 'a'],
  },
  {
    feature: 'using and await using dispose in reverse order',
    files: {
      'index.ts': `const log: string[] = [];
        const owned = (name: string) => ({ [Symbol.dispose]() { log.push(name); } });
        const later = (name: string) => ({ async [Symbol.asyncDispose]() { await null; log.push(name); } });
        export async function value() {
          { using a = owned('a'); using b = owned('b'); log.push('in'); }
          { await using c = later('c'); await using d = later('d'); using n = null; }
          try { using e = owned('e'); throw new Error('x'); } catch (error) { log.push(error.message); }
          return log;
        }`,
    },
    value: ['in', 'b', 'a', 'd', 'c', 'e', 'x'],
  },
  {
    feature: 'decorators of the language: class, method, field, accessor, metadata of the order',
    files: {
      'index.ts': `type Context = { kind: string; name: string | symbol | undefined };
        const log: string[] = [];
        const seen = (value: unknown, { kind, name }: Context) => { log.push(kind + ' ' + String(name)); };
        const twice = (method: (this: unknown, n: number) => number) => function (this: unknown, n: number) { return 2 * method.call(this, n); };
        @seen class K { @seen field = 1; @seen accessor box: number = 5; @twice add(n: number): number { return this.field + n + this.box; } }
        export const value = (): unknown => [new K().add(4), ...log];`,
    },
    value: [20, 'accessor box', 'field field', 'class K'],
  },
  {
    feature: 'decorators beside enums, JSON, top-level await and using',
    files: {
      'index.ts': `import data from './data.json' with { type: 'json' };
        enum E { A = 1 }
        const tag = <T extends object>(value: T): T => Object.assign(value, { tagged: data.tag });
        const first = await Promise.resolve(E.A);
        @(tag) class K { static n = first; }
        let ended = 0;
        export function value() { { using end = { [Symbol.dispose]() { ended += 1; } }; } return [Reflect.get(K, 'tagged'), K.n, ended]; }`,
      'data.json': '{"tag":"data"}',
    },
    value: ['data', 1, 1],
  },
  {
    feature:
      '.cjs: default and named exports, this, __filename, own .cjs and .json, packages, builtins',
    files: {
      'index.ts': `import whole, { twice } from './helper.cjs';
        import * as ns from './helper.cjs';
        export const value = () => [twice(2), whole.twice === twice, Object.keys(ns).filter((key) => key !== 'module.exports').sort(), whole.facts];`,
      'helper.cjs': `const { half } = require('./lib/half.cjs');
        const { basename } = require('path');
        const { of } = require('rxjs');
        this.facts = [half(4), require("./data.json").of, basename(__filename), basename(__dirname), typeof of, module.exports === exports, require('./lib/half.cjs').half === half];
        exports.twice = (n) => n * 2;`,
      'lib/half.cjs': `module.exports = class { static half(n) { return n / 2; } };`,
      'data.json': '{"of":7}',
    },
    value: [
      4,
      true,
      ['default', 'twice'],
      [2, 7, 'helper.cjs', 'language', 'function', true, true],
    ],
  },
  {
    feature: '.cjs: a cycle sees what is exported so far',
    files: {
      'index.ts': `import a from './a.cjs'; export const value = () => [a.fromB, a.done];`,
      'a.cjs': `exports.early = 1; const b = require('./b.cjs'); exports.fromB = b.read(); exports.done = true;`,
      'b.cjs': `const a = require('./a.cjs'); exports.read = () => a.early;`,
    },
    value: [1, true],
  },
  {
    feature: 'imports of package.json: names, patterns, conditions, packages, a computed one',
    files: {
      'package.json': `{"imports":{"#in":"./lib/in.ts","#lib/*":"./lib/*.js","#lib/own/*":null,"#rx":"rxjs","#path":"node:path",
        "#when":{"browser":"./none.js","node":{"require":"./none.js","import":["bad target","./lib/in.ts"]}}}}`,
      'index.ts': `import { here } from '#in'; import { half } from '#lib/half'; import * as when from '#when';
        import { of } from '#rx'; import { basename } from '#path'; import * as file from './lib/in.js';
        export const value = async () => [here, half(4), when.here === here, typeof of, basename('a/b'),
          (await import(['#in'][0])).here, await import(['#lib/own/x'][0]).catch((e) => e.message)];
        void file;`,
      'lib/in.ts': `export const here: string = 'in';`,
      'lib/half.ts': `export const half = (n: number) => n / 2;`,
    },
    value: ['in', 2, true, 'function', 'b', 'in', 'cannot find "#lib/own/x"'],
  },
  {
    feature: 'a namespace that exports then is not taken for a promise',
    files: { 'index.ts': `export const then = () => 'then'; export const value = () => 1;` },
    value: 1,
  },
  {
    feature: 'names that could collide with the runtime',
    files: {
      'index.ts': `const exports = 1, require = 2, module = 3, __filename = 4; const undefinedName = typeof __dirname;
        export const value = () => [exports, require, module, __filename, undefinedName];`,
    },
    value: [1, 2, 3, 4, 'undefined'],
  },
];

describe('what plugin code may use', () => {
  test.each(features)('$feature', async ({ files, value }) => {
    const folders = pluginFolders();
    folders.plugin('language', files);
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('language'))());

    expect(await runtime.call('language', 'value')).toEqual(value);
  });

  test('an npm package is one instance for host and plugins: instanceof holds', async () => {
    const folders = pluginFolders();
    folders.plugin('shared-instance', {
      'index.ts': `import { of } from 'rxjs'; export const value = () => of(1);`,
    });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('shared-instance'))());

    expect(await runtime.call('shared-instance', 'value')).toBeInstanceOf(Observable);
  });

  test('.cjs files, and what they require, are reloaded; a package is not', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `import { total } from './sum.cjs'; export const value = () => total();`,
      'sum.cjs': `const { of } = require('./part.cjs'); exports.total = () => of + 1;`,
      'part.cjs': `globalThis.partRuns = (globalThis.partRuns ?? 0) + 1; exports.of = 1;`,
    });
    onTestFinished(() => {
      Reflect.deleteProperty(globalThis, 'partRuns');
    });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    expect(runtime.pluginsOf(folders.path('a/part.cjs'))).toEqual(['a']);
    folders.write('a/part.cjs', `exports.of = 5; exports.runs = globalThis.partRuns;`);
    right(await runtime.reloadPlugin('a')());

    expect([await runtime.call('a', 'value'), Reflect.get(globalThis, 'partRuns')]).toEqual([6, 1]);
    folders.write('a/sum.cjs', 'exports.total = () => {');
    expect(left(await runtime.reloadPlugin('a')())).toMatchObject({
      _tag: 'CompilationFailed',
      file: 'a/sum.cjs',
    });
    expect(await runtime.call('a', 'value')).toBe(6);
  });

  test('the target of a # import is reloaded after an edit of it, and after one of package.json', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'package.json': '{"imports":{"#in":"./one.ts"}}',
      'index.ts': `import { n } from '#in'; export const value = () => n;`,
      'one.ts': 'export const n: number = 1;',
      'two.ts': 'export const n: number = 2;',
    });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    const values = [await runtime.call('a', 'value')];
    for (const file of ['one.ts', 'package.json']) {
      expect(runtime.pluginsOf(folders.path(`a/${file}`))).toEqual(['a']);
    }
    folders.write('a/one.ts', 'export const n: number = 10;');
    right(await runtime.reloadPlugin('a')());
    values.push(await runtime.call('a', 'value'));
    folders.write('a/package.json', '{"imports":{"#in":"./two.ts"}}');
    right(await runtime.reloadPlugin('a')());
    values.push(await runtime.call('a', 'value'));

    expect(values).toEqual([1, 10, 2]);
  });

  test('a stack through a decorated class shows the lines of the source', async () => {
    const folders = pluginFolders();
    folders.plugin('a', {
      'index.ts': `interface A { of: number }
const plain = (value: unknown) => undefined;

@plain
export class K {
  @plain fail(): never { throw new Error('here'); }
}
export const value = (): never => new K().fail();`,
    });
    const { runtime } = startRuntime();
    right(await runtime.loadManifest(folders.path('a'))());
    const error = await runtime.call('a', 'value').catch((thrown: unknown) => thrown);

    expect(error instanceof Error && error.stack).toMatch(
      /a\/index\.ts:6:\d+\)?\n.*a\/index\.ts:8:\d+/,
    );
  });

  test('decorators without the package typescript: the failure says what to install', async () => {
    const source = `const x = 1;\nclass K {\n  @x m() {}\n}`;
    const missing = createModuleCompiler('off', () => Promise.reject(new Error('not found')));
    expect(await missing.compile('/a/index.ts', source)).toMatchObject({
      left: [{ line: 3, column: 3, reason: expect.stringContaining('npm install') }],
    });
    // Version 7 has no JavaScript API.
    const without = createModuleCompiler('off', () => Promise.resolve({ version: '7.0.2' }));
    expect(await without.compile('/a/index.ts', source)).toMatchObject({
      left: [{ reason: expect.stringContaining('version 5 or 6') }],
    });
  });

  test('a missing export is an error at the import, which suggests the name that was meant', async () => {
    const folders = pluginFolders();
    folders.plugin('typo', {
      'index.ts': `// first\nimport { stpe } from './x.js';\nexport const value = () => stpe;`,
      'x.ts': `export const step = 1;`,
    });
    const { runtime } = startRuntime();

    expect(await runtime.loadManifest(folders.path('typo'))()).toMatchObject({
      left: {
        _tag: 'EvaluationFailed',
        file: 'typo/index.ts',
        line: 2,
        column: 10,
        message: expect.stringContaining('"./x.js" has no export "stpe"; did you mean "step"?'),
      },
    });
  });

  test('a default export that is missing is an error that says what to write, also of a package', async () => {
    const folders = pluginFolders();
    folders.write('node_modules/marks/package.json', '{ "type": "module", "exports": "./x.js" }');
    folders.write('node_modules/marks/x.js', 'export const defaults = {};');
    folders.plugin('own', { 'index.ts': `import x from './x.js'; export const value = x;` });
    folders.write('own/x.js', 'export const defaults = {};');
    folders.plugin('other', { 'index.ts': `import x from 'marks'; export const value = x;` });
    const { runtime } = startRuntime();

    for (const [name, from] of [
      ['own', './x.js'],
      ['other', 'marks'],
    ] as const) {
      const failed = left(await runtime.loadManifest(folders.path(name))());
      expect(failed.message).toContain(
        `"${from}" has no export "default": import its names in braces, or all of it with \`import * as\``,
      );
    }
  });
});
