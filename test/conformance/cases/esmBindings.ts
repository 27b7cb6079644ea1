import type { ConformanceCase } from '../support/ConformanceCase.js';

/** What an import is bound to. */
export const cases: readonly ConformanceCase[] = [
  {
    name: 'an import sees later values of what it imports',
    files: {
      'index.js': `import { count, add } from './count.js'; export const value = () => { const before = count; add(); return [before, count]; };`,
      'count.js': `export let count = 0; export const add = () => { count += 1; };`,
    },
    expect: { value: [0, 1] },
    after: [
      {
        edit: { 'count.js': `export let count = 5; export const add = () => { count += 2; };` },
        expect: { value: [5, 7] },
      },
    ],
  },
  {
    name: 'an assignment to an import is a TypeError',
    files: {
      'index.js': `import { a } from './a.js'; export const value = () => { a = 2; };`,
      'a.js': `export let a = 1;`,
    },
    expect: { error: { name: 'TypeError', message: /constant variable/ } },
  },
  {
    name: 'each form of assignment to an import is a TypeError, and changes nothing',
    files: {
      'index.js': `import { a } from './a.js'; const tried = (work) => { try { work(); return 'done'; } catch (error) { return error.name; } }; export const value = () => [tried(() => { a += 1; }), tried(() => { a++; }), tried(() => { [a] = [3]; }), tried(() => { ({ a } = { a: 3 }); }), tried(() => { ({ b: a = 1 } = {}); }), tried(() => { for (a of [1]); }), tried(() => { for (a in { x: 1 }); }), tried(() => { a ??= 2; }), a];`,
      'a.js': `export let a = 1;`,
    },
    expect: {
      value: [
        'TypeError',
        'TypeError',
        'TypeError',
        'TypeError',
        'TypeError',
        'TypeError',
        'TypeError',
        'done',
        1,
      ],
    },
  },
  {
    name: 'a name that is not exported is a SyntaxError',
    files: {
      'index.js': `import { b } from './a.js'; export const value = () => b;`,
      'a.js': `export const a = 1;`,
    },
    expect: { error: { name: 'SyntaxError' } },
    after: [{ edit: { 'a.js': `export const b = 2;` }, expect: { value: 2 } }],
  },
  {
    name: 'nothing runs when a name is missing',
    files: {
      'index.js': `export const value = async () => { try { await import('./main.js'); } catch (error) { return [error.name, globalThis.ran]; } };`,
      'main.js': `import './effect.js'; import { missing } from './a.js'; missing;`,
      'effect.js': `globalThis.ran = true;`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: ['SyntaxError', undefined] },
  },
  {
    name: 'the function of a call gets no this',
    files: {
      'index.js': `import { who } from './who.js'; import * as ns from './who.js'; export const value = () => [who(), (who)(), who?.(), ns.who() === ns, (0, ns.who)()];`,
      'who.js': `export function who() { return this; }`,
    },
    expect: { value: [undefined, undefined, undefined, true, undefined] },
  },
  {
    name: 'the tag of a template gets no this',
    files: {
      'index.js': `import { tag } from './tag.js'; export const value = () => tag\`a\${1}b\`;`,
      'tag.js': `export function tag(strings, ...values) { return [this, [...strings], values]; }`,
    },
    expect: { value: [undefined, ['a', 'b'], [1]] },
  },
  {
    name: 'a parameter, a variable, a class and a catch hide an import',
    files: {
      'index.js': `import { a } from './a.js'; export const value = () => [((a) => a)(2), (() => { var a = 3; return a; })(), (() => { { let a = 4; } return a; })(), (class a { static x = a.name; }).x, (() => { try { throw 6; } catch (a) { return a; } })(), (function a() { return typeof a; })(), (() => { for (const a of [7]) return a; })(), (() => { return a(); function a() { return 8; } })(), a];`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: [2, 3, 1, 'a', 6, 'function', 7, 8, 1] },
  },
  {
    name: 'a var hides an import from the start of its function, in the default values of parameters it does not',
    files: {
      'index.js': `import { a } from './a.js'; export const value = () => [(() => { const before = a; if (false) { var a = 1; } return before; })(), ((b = a) => { var a = 5; return [b, a]; })(), (({ a: c = a }) => c)({})];`,
      'a.js': `export const a = 1;`,
    },
    expect: { value: [undefined, [1, 5], 1] },
  },
  {
    name: 'an import in a shorthand property, a computed key, a class body, a template and a spread',
    files: {
      'index.js': `import { a, list } from './a.js'; export const value = () => { class C { [a] = a; static { this.s = a; } get [\`g\${a}\`]() { return a; } m(x = a) { return x; } } const c = new C(); return [{ a }, { [a]: 1 }, c.k, C.s, c.gk, c.m(), \`\${a}\`, [...list], Math.max(...list), { ...{ a } }]; };`,
      'a.js': `export const a = 'k'; export const list = [1, 2];`,
    },
    expect: { value: [{ a: 'k' }, { k: 1 }, 'k', 'k', 'k', 'k', 'k', [1, 2], 2, { a: 'k' }] },
  },
  {
    name: 'new, extends, typeof, instanceof, in, delete of a property, optional chains and labels with imported names',
    files: {
      'index.js': `import { K, o } from './a.js'; export const value = () => { class L extends K {} K: for (;;) { break K; } delete o.gone; return [new K().x, new K.Inner().y, new L().x, typeof K, new K() instanceof K, 'x' in o, o?.x, o?.['x'], o.f?.(), { K: 1 }.K, Object.keys(o)]; };`,
      'a.js': `export class K { x = 1; static Inner = class { y = 2; }; } export const o = { x: 3, gone: 4, f: () => 5 };`,
    },
    expect: { value: [1, 2, 1, 'function', true, true, 3, 3, 5, 1, ['x', 'f']] },
  },
  {
    name: 'calls of imports on lines without semicolons',
    files: {
      'index.js': `import { f } from './f.js'
let log = []
const a = 1
f(log)
const b = a
f(log)
if (a)
  f(log)
else
  f(log)
for (const x of [1]) f(log)
export const value = () => {
  const c = b
  f(log)
  return log.length
}
`,
      'f.js': `export const f = (log) => { log.push(1) }`,
    },
    expect: { value: 5 },
  },
  {
    name: 'code around imports and exports on lines without semicolons',
    files: {
      'index.js': `const list = [1]
import { f } from './f.js'
[2].forEach((x) => list.push(x))
export { list }
;[3].forEach((x) => list.push(x))
const g = f
export const value = () => [list, g()]
export default list
`,
      'f.js': `export const f = () => 9`,
    },
    expect: { value: [[1, 2, 3], 9] },
  },
  {
    name: 'string names of imports and exports',
    files: {
      'index.js': `import { 'a b' as x, 'default' as y } from './a.js'; import * as ns from './a.js'; export const value = () => [x, y, ns['a b'], Object.keys(ns)];`,
      'a.js': `const one = 1; export { one as 'a b', one as default, one as '\\u{1F600}' };`,
    },
    expect: { value: [1, 1, 1, ['a b', 'default', '\u{1F600}']] },
  },
  {
    name: 'the name of what is exported by default without a name is default',
    files: {
      'index.js': `import a from './a.js'; import b from './b.js'; import c from './c.js'; import d from './d.js'; import e from './e.js'; import f from './f.js'; export const value = () => [a.name, b.name, c.name, d.name, e.name, f];`,
      'a.js': `export default function () {}`,
      'b.js': `export default () => {}`,
      'c.js': `export default class {}`,
      'd.js': `export default (async function* () {})`,
      'e.js': `export default function named() {}`,
      'f.js': `export default (() => {}, 1 + 1)`,
    },
    expect: { value: ['default', 'default', 'default', 'default', 'named', 2] },
  },
  {
    name: 'a default export of a class with a static name keeps it',
    files: {
      'index.js': `import C from './c.js'; export const value = () => C.name;`,
      'c.js': `export default class { static name = 'own'; }`,
    },
    expect: { value: 'own' },
  },
  {
    name: 'a default-exported function is there before its module ran, also without a name',
    files: {
      'index.js': `import { early } from './a.js'; export const value = () => early;`,
      'a.js': `import './b.js'; export { early } from './b.js'; export default function () { return 'hoisted'; } export function named() { return 'named'; }`,
      'b.js': `import f, { named } from './a.js'; export const early = [f(), named(), f.name];`,
    },
    expect: { value: ['hoisted', 'named', 'default'] },
  },
  {
    name: 'a default-exported value is not live, a default-exported function is',
    files: {
      'index.js': `import a, { setA } from './a.js'; import f, { setF } from './f.js'; export const value = () => { setA(2); setF(2); return [a, f]; };`,
      'a.js': `let a = 1; export default a; export const setA = (to) => { a = to; };`,
      'f.js': `export default function f() {} export const setF = (to) => { f = to; };`,
    },
    expect: { value: [1, 2] },
  },
  {
    name: 'export { a as default } is live',
    files: {
      'index.js': `import a, { setA } from './a.js'; export const value = () => { setA(2); return a; };`,
      'a.js': `let a = 1; export { a as default }; export const setA = (to) => { a = to; };`,
    },
    expect: { value: 2 },
  },
  {
    name: 'a module that imports itself sees its own exports',
    files: {
      'index.js': `import * as self from './index.js'; import { two as again } from './index.js'; export const value = () => [self.two(), again(), self.value === value]; export const two = () => 2;`,
    },
    expect: { value: [2, 2, true] },
  },
  {
    name: 'an import before its value is set is a ReferenceError, also for typeof',
    files: {
      'index.js': `import { seen } from './a.js'; export const value = () => seen;`,
      'a.js': `export { seen } from './b.js'; export const later = 1; export class K {}; export let l; export var v = 3;`,
      'b.js': `import { later, K, l, v } from './a.js'; const tried = (work) => { try { return String(work()); } catch (error) { return error.name; } }; export const seen = [tried(() => later), tried(() => typeof later), tried(() => K), tried(() => l), tried(() => v)];`,
    },
    expect: {
      value: ['ReferenceError', 'ReferenceError', 'ReferenceError', 'ReferenceError', 'undefined'],
    },
  },
  {
    name: 'destructured, exported and re-assigned variables are live',
    files: {
      'index.js': `import { x, y, z, change } from './a.js'; export const value = () => { change(); return [x, y, z]; };`,
      'a.js': `export let { x, in: [y], ...z } = { x: 1, in: [2], r: 3 }; export const change = () => { [x, y] = [y, x]; z = 'z'; };`,
    },
    expect: { value: [2, 1, 'z'] },
  },
  {
    name: 'one variable under several names',
    files: {
      'index.js': `import a, { b, c } from './a.js'; export const value = () => [a, b, c];`,
      'a.js': `const v = 1; export { v as default, v as b, v as c };`,
    },
    expect: { value: [1, 1, 1] },
  },
  {
    name: 'imports are visible in functions that run before the import statement is written',
    files: {
      'index.js': `export const value = () => early; const early = f(); import { f } from './f.js';`,
      'f.js': `export const f = () => 1;`,
    },
    expect: { value: 1 },
  },
  {
    name: 'names that a compiler might use are free for the plugin',
    files: {
      'index.js': `import { f as default$ } from './f.js'; const imports = 1, module$ = 2, exports = 3, require = 4, arguments$ = 5; export const value = () => [imports, module$, exports, require, arguments$, default$(), typeof module, typeof __filename, typeof __vite_ssr_exports__]; export default () => 1;`,
      'f.js': `export const f = () => 6;`,
    },
    expect: { value: [1, 2, 3, 4, 5, 6, 'undefined', 'undefined', 'undefined'] },
  },
  {
    name: 'this is undefined at the top level, also in arrows',
    files: {
      'index.js': `const top = this; const arrow = (() => this)(); export const value = () => [top, arrow, (function () { return this; })()];`,
    },
    expect: { value: [undefined, undefined, undefined] },
  },
  {
    name: 'arguments at the top level is no variable',
    files: {
      'index.js': `const seen = [typeof arguments, (() => typeof arguments)(), (function () { return arguments.length; })(1, 2)]; export const value = () => { let error; try { (() => arguments)(); } catch (thrown) { error = thrown.name; } return [...seen, error]; };`,
    },
    expect: { value: ['undefined', 'undefined', 2, 'ReferenceError'] },
  },
  {
    name: 'modules are strict',
    files: {
      'index.js': `export const value = () => { try { undeclared = 1; } catch (error) { return [error.name, (function () { return this; })()]; } };`,
    },
    expect: { value: ['ReferenceError', undefined] },
  },
  {
    name: 'direct eval sees imports, and variables of the module',
    files: {
      'index.js': `import { a, set } from './a.js'; const own = 2; export const value = () => { const before = eval('a + own'); set(5); return [before, eval('a'), (0, eval)('typeof a'), eval('(() => { try { a = 1 } catch (e) { return e.name } })()')]; };`,
      'a.js': `export let a = 1; export const set = (to) => { a = to; };`,
    },
    expect: { value: [3, 5, 'undefined', 'TypeError'] },
  },
  {
    name: 'a function keeps its text and its name',
    files: {
      'index.js': `export function plain(a,  b) { /* kept */ return a+b }
export const value = () => [plain.toString(), value.name, plain.length];`,
    },
    expect: { value: ['function plain(a,  b) { /* kept */ return a+b }', 'value', 2] },
  },
  {
    name: 'an export of what is imported is live',
    files: {
      'index.js': `import { a, set } from './b.js'; export const value = () => { const before = a; set(7); return [before, a]; };`,
      'b.js': `import { a, set } from './a.js'; export { a, set };`,
      'a.js': `export let a = 1; export const set = (to) => { a = to; };`,
    },
    expect: { value: [1, 7] },
  },
  {
    name: 'an error of the syntax in an imported file is a SyntaxError',
    files: {
      'index.js': `import './a.js'; export const value = () => 1;`,
      'a.js': `const = 1;`,
    },
    expect: { error: { name: 'SyntaxError' } },
    after: [{ edit: { 'a.js': `export {};` }, expect: { value: 1 } }],
  },
  {
    name: 'a name that is declared twice is a SyntaxError',
    files: {
      'index.js': `import { a } from './a.js'; const a = 1; export const value = () => a;`,
      'a.js': `export const a = 1;`,
    },
    expect: { error: { name: 'SyntaxError' } },
  },
  {
    name: 'a name that is exported twice is a SyntaxError',
    files: {
      'index.js': `const a = 1; export { a }; export { a as a }; export const value = () => a;`,
    },
    expect: { error: { name: 'SyntaxError' } },
  },
  {
    name: 'an export of a name that is not declared is a SyntaxError',
    files: {
      'index.js': `export { nothing }; export const value = () => 1;`,
    },
    expect: { error: { name: 'SyntaxError' } },
  },
];
