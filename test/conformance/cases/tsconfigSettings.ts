import type { ConformanceCase } from '../support/ConformanceCase.js';

type Files = Readonly<Record<string, string>>;

const byNode = { node: 'skipped' } as const;
const BY_NODE = 'Node reads no tsconfig.json';
const byPeers = { node: 'skipped', tsx: 'skipped' } as const;
const BY_PEERS =
  'Node reads no tsconfig.json, and tsx reads one per process, not the nearest to each file';

function config(options: object, rest: object = {}): string {
  return JSON.stringify({ ...rest, compilerOptions: options });
}

function one(name: string, options: object, files: Files, value: unknown): ConformanceCase {
  return {
    name,
    files: { 'tsconfig.json': config(options), ...files },
    expect: { value },
    differing: byNode,
    differs: BY_NODE,
  };
}

const INHERITED = `class A { constructor() { (this as any).init(); } } class B extends A { x?: number; y = 1; init() { this.x = 5; this.y = 6; } } export const value = () => { const b = new B(); return [b.x, b.y, Object.keys(b)]; };`;
const ASSIGNED = [5, 1, ['x', 'y']];
const DEFINED = [undefined, 1, ['x', 'y']];
const H = `export const h = (tag: any, props: any, ...children: any[]) => [typeof tag === 'function' ? tag.name : tag, props, ...children]; export const Fragment = 'F';`;

/** What `tsconfig.json` says about classes, imports and JSX. */
export const cases: readonly ConformanceCase[] = [
  one(
    'useDefineForClassFields false: fields are assigned',
    { useDefineForClassFields: false },
    { 'index.ts': INHERITED },
    ASSIGNED,
  ),
  one(
    'useDefineForClassFields true: fields are defined',
    { useDefineForClassFields: true, target: 'es2015' },
    { 'index.ts': INHERITED },
    DEFINED,
  ),
  one(
    'fields are assigned by default below ES2022',
    { target: 'ES2021' },
    { 'index.ts': INHERITED },
    ASSIGNED,
  ),
  one(
    'fields are defined by default from ES2022',
    { target: 'es2022' },
    { 'index.ts': INHERITED },
    DEFINED,
  ),
  one(
    'fields are defined by default without a target',
    { strict: true },
    { 'index.ts': INHERITED },
    DEFINED,
  ),
  one(
    'fields are defined by default with ESNext',
    { target: 'ESNext' },
    { 'index.ts': INHERITED },
    DEFINED,
  ),
  one(
    'assigned fields call setters of the class above',
    { useDefineForClassFields: false },
    {
      'index.ts': `let seen = 0; class A { set x(v: number) { seen = v; } } class B extends A { x = 3; static s = 4; ['c' + 1] = 5; #p = 6; get p() { return this.#p; } } export const value = () => { const b: any = new B(); return [seen, B.s, b.c1, b.p, Object.hasOwn(b, 'x')]; };`,
    },
    [3, 4, 5, 6, false],
  ),
  one(
    'a parameter of a constructor that is a field comes before the other fields where these are assigned',
    { useDefineForClassFields: false },
    {
      'index.ts': `class A { twice = this.n * 2; constructor(private n: number) {} } export const value = () => new A(4).twice;`,
    },
    8,
  ),
  {
    ...one(
      'an edit of useDefineForClassFields reloads',
      { useDefineForClassFields: true },
      { 'index.ts': INHERITED },
      DEFINED,
    ),
    after: [
      {
        edit: { 'tsconfig.json': config({ useDefineForClassFields: false }) },
        expect: { value: ASSIGNED },
        differing: byNode,
      },
      {
        edit: { 'tsconfig.json': config({ target: 'es2023' }) },
        expect: { value: DEFINED },
        differing: byNode,
      },
      { edit: { 'tsconfig.json': null }, expect: { value: DEFINED }, differing: byNode },
    ],
  },
  {
    name: 'settings of JavaScript files are left to JavaScript',
    files: {
      'tsconfig.json': config({ useDefineForClassFields: false, experimentalDecorators: true }),
      'index.js': `class A { constructor() { this.init(); } } class B extends A { x; init() { this.x = 5; } } export const value = () => [new B().x];`,
    },
    expect: { value: [undefined] },
  },
  one(
    'verbatimModuleSyntax keeps the import of a module whose names are types',
    { verbatimModuleSyntax: true },
    {
      'index.ts': `import { log } from './log.js'; import { type A } from './a.js'; import { b } from './b.js'; import type { C } from './c.js'; export const value = () => log;`,
      'log.ts': `export const log: string[] = [];`,
      'a.ts': `import { log } from './log.js'; log.push('a'); export type A = 1;`,
      'b.ts': `import { log } from './log.js'; log.push('b'); export const b = 1;`,
      'c.ts': `import { log } from './log.js'; log.push('c'); export type C = 1;`,
    },
    ['a', 'b'],
  ),
  one(
    'without it, an import that nothing uses is left out',
    {},
    {
      'index.ts': `import { log } from './log.js'; import { type A } from './a.js'; import { b } from './b.js'; import './c.js'; export const value = () => log;`,
      'log.ts': `export const log: string[] = [];`,
      'a.ts': `import { log } from './log.js'; log.push('a'); export type A = 1;`,
      'b.ts': `import { log } from './log.js'; log.push('b'); export const b = 1;`,
      'c.ts': `import { log } from './log.js'; log.push('c');`,
    },
    ['c'],
  ),
  {
    ...one(
      'an edit of verbatimModuleSyntax reloads',
      {},
      {
        'index.ts': `import { b } from './b.js'; export const value = () => (globalThis as any).seenB ?? 'none';`,
        'b.ts': `(globalThis as any).seenB = 'b'; export const b = 1;`,
      },
      'none',
    ),
    after: [
      {
        edit: { 'tsconfig.json': config({ verbatimModuleSyntax: true }) },
        expect: { value: 'b' },
        differing: byNode,
      },
    ],
  },
  one(
    'what came before verbatimModuleSyntax keeps imports too',
    { preserveValueImports: true, importsNotUsedAsValues: 'preserve', ignoreDeprecations: '5.0' },
    {
      'index.ts': `import { log } from './log.js'; import { b } from './b.js'; export const value = () => log;`,
      'log.ts': `export const log: string[] = [];`,
      'b.ts': `import { log } from './log.js'; log.push('b'); export const b = 1;`,
    },
    ['b'],
  ),
  one(
    'a re-export of a type is left out with verbatimModuleSyntax as well',
    { verbatimModuleSyntax: true },
    {
      'index.ts': `export { type A, b } from './a.js'; import * as own from './index.js'; export const value = () => Object.keys(own).sort();`,
      'a.ts': `export type A = 1; export const b = 2;`,
    },
    ['b', 'value'],
  ),
  one(
    'const enums are values, as with isolatedModules',
    { isolatedModules: true },
    {
      'index.ts': `import { E } from './e.js'; export const value = () => [E.A, E.B, Object.keys(E)];`,
      'e.ts': `export const enum E { A = 3, B = 'x' }`,
    },
    [3, 'x', ['3', 'A', 'B']],
  ),
  one(
    'const enums are values, as with preserveConstEnums',
    { preserveConstEnums: true },
    { 'index.ts': `const enum E { A, B = A + 5 } export const value = () => [E.A, E.B];` },
    [0, 5],
  ),
  one(
    'jsx react with a factory',
    { jsx: 'react', jsxFactory: 'h', jsxFragmentFactory: 'Fragment' },
    {
      'index.tsx': `import { h, Fragment } from './h.js'; export const value = () => <><b a={1}>x</b></>;`,
      'h.ts': H,
    },
    ['F', null, ['b', { a: 1 }, 'x']],
  ),
  one(
    'a factory alone means the older form',
    { jsxFactory: 'h' },
    {
      'index.tsx': `import { h } from './h.js'; export const value = () => <b>{1}{2}</b>;`,
      'h.ts': H,
    },
    ['b', null, 1, 2],
  ),
  one(
    'a factory with a dot',
    { jsx: 'react', jsxFactory: 'own.h', jsxFragmentFactory: 'own.Fragment' },
    {
      'index.tsx': `import * as own from './h.js'; export const value = () => <><i/></>;`,
      'h.ts': H,
    },
    ['F', null, ['i', null]],
  ),
  one(
    'jsx react calls React',
    { jsx: 'react' },
    {
      'index.tsx': `import { h } from './h.js'; const React = { createElement: h, Fragment: 'RF' }; const C = () => 1; export const value = () => <><C {...{ x: 1 }}/></>;`,
      'h.ts': H,
    },
    ['RF', null, ['C', { x: 1 }]],
  ),
  one(
    'jsxImportSource names the package',
    { jsx: 'react-jsx', jsxImportSource: 'mine' },
    {
      'index.tsx': `export const value = () => <><b a={1}>x</b></>;`,
      'node_modules/mine/package.json':
        '{"name":"mine","type":"module","exports":{"./jsx-runtime":"./r.js"}}',
      'node_modules/mine/r.js': `export const jsx = (t, p) => ['jsx', t, p]; export const jsxs = jsx; export const Fragment = 'MF';`,
    },
    ['jsx', 'MF', { children: ['jsx', 'b', { a: 1, children: 'x' }] }],
  ),
  one(
    'react-jsxdev adds places',
    { jsx: 'react-jsxdev', jsxImportSource: 'mine' },
    {
      'index.tsx': `export const value = () => (<b>x</b> as any);`,
      'node_modules/mine/package.json':
        '{"name":"mine","type":"module","exports":{"./jsx-dev-runtime":"./r.js"}}',
      'node_modules/mine/r.js': `export const jsxDEV = (t, p, k, s, source) => [t, p, source.lineNumber]; export const Fragment = 'MF';`,
    },
    ['b', { children: 'x' }, 1],
  ),
  one(
    'a comment in the file goes before tsconfig.json',
    { jsx: 'react', jsxFactory: 'other' },
    {
      'index.tsx': `/** @jsx h */ import { h } from './h.js'; export const value = () => <b/>;`,
      'h.ts': H,
    },
    ['b', null],
  ),
  {
    name: 'a comment names the factory without a tsconfig.json',
    files: {
      'index.tsx': `/** @jsx h */ import { h } from './h.js'; export const value = () => <b/>;`,
      'h.ts': H,
    },
    expect: { value: ['b', null] },
    differing: byNode,
    differs: BY_NODE,
  },
  one(
    'JSX in a .jsx file follows tsconfig.json',
    { jsx: 'react', jsxFactory: 'h', allowJs: true },
    { 'index.jsx': `import { h } from './h.js'; export const value = () => <b/>;`, 'h.ts': H },
    ['b', null],
  ),
  {
    name: 'an edit of the factory reloads',
    files: {
      'tsconfig.json': config({ jsx: 'react', jsxFactory: 'h' }),
      'index.tsx': `const h = (t: any) => ['h', t]; const g = (t: any) => ['g', t]; export const value = () => [<b/>, h, g].slice(0, 1);`,
    },
    expect: { value: [['h', 'b']] },
    differing: byNode,
    after: [
      {
        edit: { 'tsconfig.json': config({ jsx: 'react', jsxFactory: 'g' }) },
        expect: { value: [['g', 'b']] },
        differing: byNode,
      },
    ],
    differs: BY_NODE,
  },
  {
    name: 'extends: a path, a list of which the last counts, and a package',
    files: {
      'tsconfig.json': JSON.stringify({ extends: ['@my/base', './conf/one', './conf/two.json'] }),
      'conf/one.json': config({ useDefineForClassFields: true }),
      'conf/two.json': config({ useDefineForClassFields: false }),
      'node_modules/@my/base/package.json': '{"name":"@my/base"}',
      'node_modules/@my/base/tsconfig.json': config({ jsx: 'react', jsxFactory: 'h' }),
      'index.tsx': `const h = (t: any) => ['h', t]; ${INHERITED.replace('return [', 'return [<i/>, ')}`,
    },
    expect: { value: [['h', 'i'], ...ASSIGNED] },
    differing: byNode,
    after: [
      {
        edit: { 'conf/two.json': '{}' },
        expect: { value: [['h', 'i'], ...DEFINED] },
        differing: byNode,
      },
      {
        edit: { 'conf/one.json': config({ target: 'es5' }) },
        expect: { value: [['h', 'i'], ...ASSIGNED] },
        differing: byNode,
      },
    ],
    differs: BY_NODE,
  },
  {
    name: 'extends of extends, and null takes back',
    files: {
      'tsconfig.json': config({ target: null }, { extends: './a.json' }),
      'a.json': config({ target: 'es2020' }, { extends: './b.json' }),
      'b.json': config({ experimentalDecorators: true }),
      'index.ts': `let seen = 0; const d = (...a: any[]) => { seen = a.length; }; class Z { @d m() {} } ${INHERITED.replace('return [', 'return [seen, ')}`,
    },
    expect: { value: [3, ...DEFINED] },
    differing: { node: 'skipped', tsx: 'skipped' },
    differs: BY_PEERS,
  },
  {
    name: 'the nearest tsconfig.json counts for each file, and one that appears nearer',
    files: {
      'tsconfig.json': config({ useDefineForClassFields: false }),
      'index.ts': `import { value as inner } from './sub/deep/a.js'; ${INHERITED.replace('value', 'outer')} export const value = () => [outer()[0], inner()[0]];`,
      'sub/deep/a.ts': INHERITED,
    },
    expect: { value: [5, 5] },
    differing: byNode,
    after: [
      {
        edit: { 'sub/tsconfig.json': '{}' },
        expect: { value: [5, undefined] },
        differing: byPeers,
      },
      {
        edit: { 'sub/deep/tsconfig.json': config({ target: 'es6' }) },
        expect: { value: [5, 5] },
        differing: byPeers,
      },
      {
        edit: { 'sub/deep/tsconfig.json': null },
        expect: { value: [5, undefined] },
        differing: byPeers,
      },
    ],
    differs: BY_PEERS,
  },
  {
    name: 'a tsconfig.json that only refers to others: the one that is about the file counts',
    files: {
      'tsconfig.json': JSON.stringify({
        files: [],
        references: [{ path: './tsconfig.node.json' }, { path: './conf' }],
      }),
      'tsconfig.node.json': config({ useDefineForClassFields: true }, { include: ['scripts'] }),
      'conf/tsconfig.json': config(
        { useDefineForClassFields: false },
        { include: ['../src/**/*.ts'] },
      ),
      'index.ts': `export { value } from './src/a.js';`,
      'src/a.ts': INHERITED,
    },
    expect: { value: ASSIGNED },
    differing: byPeers,
    differs: BY_PEERS,
  },
  {
    name: 'comments, commas at the end and a byte order mark are allowed',
    files: {
      'tsconfig.json':
        '\uFEFF// first\n{ "compilerOptions": { /* here */ "useDefineForClassFields": false, }, }',
      'index.ts': INHERITED,
    },
    expect: { value: ASSIGNED },
    differing: byNode,
    differs: BY_NODE,
  },
  ...[
    [
      'a comma that is missing',
      '{ "compilerOptions": { "strict": true "jsx": "react" } }',
      /tsconfig\.json:1:39: not valid JSON: comma expected\.$/,
    ],
    [
      'an option of another kind',
      '{\n  "compilerOptions": {\n    "experimentalDecorators": "yes"\n  }\n}',
      /tsconfig\.json:3:31: experimentalDecorators is not a boolean\.$/,
    ],
    [
      'a file to extend that is not there',
      '{\n  "extends": "./gone.json"\n}',
      /tsconfig\.json:2:14: cannot find "\.\/gone\.json" to extend\.$/,
    ],
    [
      'a file that extends itself',
      '{ "extends": "./tsconfig.json" }',
      /tsconfig\.json:1:14: "\.\/tsconfig\.json" extends this file\.$/,
    ],
    [
      'an unknown way of JSX',
      '{ "compilerOptions": { "jsx": "vue" } }',
      /tsconfig\.json:1:31: jsx is not one of preserve, react, react-jsx, react-jsxdev, react-native\.$/,
    ],
    [
      'paths that are no list',
      '{ "compilerOptions": { "paths": { "a": "b" } } }',
      /tsconfig\.json:1:40: paths\["a"\] is not a list of strings\.$/,
    ],
  ].map(
    ([what, text, message]): ConformanceCase => ({
      name: `${String(what)} is told with its file and line, and the fix loads`,
      files: { 'tsconfig.json': String(text), 'index.ts': `export const value = () => 1;` },
      expect: { error: message instanceof RegExp ? { message } : {} },
      differing: byPeers,
      after: [{ edit: { 'tsconfig.json': '{}' }, expect: { value: 1 }, differing: byPeers }],
      differs: 'Node reads no tsconfig.json, and tsx says nothing about a wrong one',
    }),
  ),
];
