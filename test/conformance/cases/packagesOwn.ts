import type { ConformanceCase } from '../support/ConformanceCase.js';

const TYPE = '"type":"module"';
const pkg = (name: string, rest = '') =>
  `{"name":"${name}",${TYPE}${rest === '' ? '' : `,${rest}`}}`;
const byNode = { node: 'skipped' } as const;
const BY_NODE = 'Node runs no TypeScript with this syntax';

/** A linked workspace package `w`, whose files are outside of the plugin's folder. */
function linked(
  name: string,
  rest: string,
  files: Readonly<Record<string, string>>,
  specifier = 'w',
): ConformanceCase {
  return {
    name,
    files: {
      '../w/package.json': pkg('w', rest),
      ...files,
      'index.js': `import * as w from '${specifier}'; export const value = () => w.x;`,
    },
    links: { 'node_modules/w': '../../w' },
    expect: { value: 1 },
  };
}

/** Packages of one's own: linked ones, as workspaces have them, and imports of a package by its own name. */
export const cases: readonly ConformanceCase[] = [
  {
    ...linked('a linked package with exports, and an edit of it', '"exports":"./i.js"', {
      '../w/i.js': `export { x } from './lib.js';`,
      '../w/lib.js': `export const x = 1;`,
    }),
    after: [
      { edit: { '../w/lib.js': `export const x = 2;` }, expect: { value: 2 } },
      {
        edit: {
          '../w/package.json': pkg('w', '"exports":"./other.js"'),
          '../w/other.js': `export const x = 3;`,
        },
        expect: { value: 3 },
      },
    ],
  },
  linked('a linked package with main', '"main":"./lib/i.js"', {
    '../w/lib/i.js': `export const x = 1;`,
  }),
  linked('a linked package with a main without its extension', '"main":"./lib/i"', {
    '../w/lib/i.js': `export const x = 1;`,
  }),
  linked('a linked package with a main that is a directory', '"main":"./lib"', {
    '../w/lib/index.js': `export const x = 1;`,
  }),
  linked('a linked package with a main that is not there, and an index', '"main":"./gone.js"', {
    '../w/index.js': `export const x = 1;`,
  }),
  linked('a linked package with an index alone', '', { '../w/index.js': `export const x = 1;` }),
  linked(
    'a file of a linked package without exports',
    '',
    { '../w/lib/a.js': `export const x = 1;` },
    'w/lib/a.js',
  ),
  linked(
    'a subpath of exports',
    '"exports":{"./sub":"./lib/s.js"}',
    { '../w/lib/s.js': `export const x = 1;` },
    'w/sub',
  ),
  linked(
    'a pattern of exports',
    '"exports":{"./*":"./lib/*.js"}',
    { '../w/lib/a.js': `export const x = 1;` },
    'w/a',
  ),
  linked(
    'the longest pattern of exports',
    '"exports":{"./*":"./no/*.js","./f/*":"./lib/*.js"}',
    { '../w/lib/a.js': `export const x = 1;` },
    'w/f/a',
  ),
  linked(
    'a pattern of exports with an end',
    '"exports":{"./*.css":"./no/*.js","./*.mod":"./lib/*.js"}',
    { '../w/lib/a.js': `export const x = 1;` },
    'w/a.mod',
  ),
  linked(
    'conditions of exports: import goes before require and default as they are written',
    '"exports":{".":{"require":"./r.cjs","import":"./i.js","default":"./d.js"}}',
    {
      '../w/r.cjs': `exports.x = 'r';`,
      '../w/i.js': `export const x = 1;`,
      '../w/d.js': `export const x = 'd';`,
    },
  ),
  linked(
    'conditions of exports: the first that holds, not the best',
    '"exports":{"default":"./d.js","import":"./i.js"}',
    { '../w/d.js': `export const x = 1;`, '../w/i.js': `export const x = 'i';` },
  ),
  linked(
    'conditions in conditions',
    '"exports":{".":{"browser":"./b.js","node":{"require":"./r.cjs","import":"./i.js"}}}',
    { '../w/i.js': `export const x = 1;`, '../w/b.js': `export const x = 'b';` },
  ),
  linked(
    'alternatives of exports: the first that is a path of the package',
    '"exports":{".":["lib/not-valid.js","./i.js"]}',
    { '../w/i.js': `export const x = 1;` },
  ),
  {
    ...linked(
      'null in exports hides',
      '"exports":{"./*":"./lib/*.js","./own/*":null}',
      { '../w/lib/own/a.js': `export const x = 1;` },
      'w/own/a',
    ),
    expect: { error: { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' } },
    after: [
      {
        edit: { '../w/package.json': pkg('w', '"exports":{"./*":"./lib/*.js"}') },
        expect: { value: 1 },
      },
    ],
  },
  {
    ...linked(
      'null under a condition hides',
      '"exports":{".":{"import":null,"default":"./i.js"}}',
      { '../w/i.js': `export const x = 1;` },
    ),
    expect: { error: { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' } },
  },
  {
    ...linked(
      'what exports does not name is not there',
      '"exports":{"./a":"./a.js"}',
      { '../w/a.js': `export const x = 1;`, '../w/b.js': `export const x = 1;` },
      'w/b.js',
    ),
    expect: { error: { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' } },
  },
  linked('a JSON file of a linked package is read by a file of it', '"exports":"./i.js"', {
    '../w/i.js': `import data from './d.json' with { type: 'json' }; export const x = data.x;`,
    '../w/d.json': '{"x":1}',
  }),
  {
    name: 'a linked package with a scope, and a package that it links to',
    files: {
      '../core/package.json': pkg(
        '@my/core',
        '"exports":{".":"./src/i.js","./deep/*":"./src/deep/*.js"}',
      ),
      '../core/src/i.js': `import { y } from '@my/base'; import { z } from '@my/core/deep/z'; export const x = y + z;`,
      '../core/src/deep/z.js': `export const z = 10;`,
      '../base/package.json': pkg('@my/base', '"main":"./i.js"'),
      '../base/i.js': `export const y = 1;`,
      'index.js': `import { x } from '@my/core'; export const value = () => x;`,
    },
    links: {
      'node_modules/@my/core': '../../../core',
      '../core/node_modules/@my/base': '../../../base',
    },
    expect: { value: 11 },
    after: [
      { edit: { '../base/i.js': `export const y = 2;` }, expect: { value: 12 } },
      { edit: { '../core/src/deep/z.js': `export const z = 20;` }, expect: { value: 22 } },
    ],
  },
  {
    name: 'packages as pnpm lays them out: a link into a store, and one to a workspace',
    files: {
      'node_modules/.pnpm/dep@1.0.0/node_modules/dep/package.json': pkg(
        'dep',
        '"exports":"./i.js"',
      ),
      'node_modules/.pnpm/dep@1.0.0/node_modules/dep/i.js': `import { t } from 'transitive'; export const d = 'd' + t;`,
      'node_modules/.pnpm/transitive@1.0.0/node_modules/transitive/package.json': pkg(
        'transitive',
        '"exports":"./i.js"',
      ),
      'node_modules/.pnpm/transitive@1.0.0/node_modules/transitive/i.js': `export const t = 't';`,
      '../w/package.json': pkg('w', '"exports":"./i.js"'),
      '../w/i.js': `export const x = 1;`,
      'index.js': `import { d } from 'dep'; import { x } from 'w'; export const value = () => [d, x];`,
    },
    links: {
      'node_modules/dep': '.pnpm/dep@1.0.0/node_modules/dep',
      'node_modules/.pnpm/dep@1.0.0/node_modules/transitive':
        '../../transitive@1.0.0/node_modules/transitive',
      'node_modules/w': '../../w',
    },
    expect: { value: ['dt', 1] },
    after: [{ edit: { '../w/i.js': `export const x = 2;` }, expect: { value: ['dt', 2] } }],
  },
  {
    name: 'a workspace at the root, as npm and yarn lay it out',
    files: {
      '../package.json': '{"private":true,"workspaces":["*"]}',
      '../w/package.json': pkg('@my/w', '"exports":{"./*":"./src/*.js"}'),
      '../w/src/a.js': `export const x = 1;`,
      'package.json': pkg('plugin'),
      'index.js': `import { x } from '@my/w/a'; export const value = () => x;`,
    },
    links: { '../node_modules/@my/w': '../../w' },
    expect: { value: 1 },
    after: [{ edit: { '../w/src/a.js': `export const x = 2;` }, expect: { value: 2 } }],
  },
  {
    name: 'a package that imports itself by its name, and an edit',
    files: {
      'package.json': pkg('me', '"exports":{".":"./index.js","./lib/*":"./lib/*.js"}'),
      'index.js': `import { x } from 'me/lib/x'; import * as self from 'me'; export const value = () => [x, self.value === value];`,
      'lib/x.js': `export const x = 1;`,
    },
    expect: { value: [1, true] },
    after: [{ edit: { 'lib/x.js': `export const x = 2;` }, expect: { value: [2, true] } }],
  },
  {
    name: 'without exports a package does not import itself',
    files: {
      'package.json': pkg('me', '"main":"./index.js"'),
      'index.js': `let seen; try { await import('me'); } catch (e) { seen = e.code; } export const value = () => seen;`,
    },
    expect: { value: 'ERR_MODULE_NOT_FOUND' },
  },
  {
    name: 'imports of package.json: a path, a pattern, conditions, a package and a module of Node',
    files: {
      'package.json': pkg(
        'me',
        '"imports":{"#a":"./a.js","#lib/*":"./lib/*.js","#c":{"require":"./no.cjs","node":"./c.js"},"#w":"w","#path":"path"}',
      ),
      'a.js': `export const a = 1;`,
      'lib/b.js': `export const b = 2;`,
      'c.js': `export const c = 3;`,
      '../w/package.json': pkg('w', '"exports":"./i.js"'),
      '../w/i.js': `export const w = 4;`,
      'index.js': `import { a } from '#a'; import { b } from '#lib/b'; import { c } from '#c'; import { w } from '#w'; import { posix } from '#path'; export const value = () => [a, b, c, w, posix.sep];`,
    },
    links: { 'node_modules/w': '../../w' },
    expect: { value: [1, 2, 3, 4, '/'] },
    after: [
      { edit: { '../w/i.js': `export const w = 5;` }, expect: { value: [1, 2, 3, 5, '/'] } },
      {
        edit: {
          'package.json': pkg(
            'me',
            '"imports":{"#a":"./lib/a2.js","#lib/*":"./lib/*.js","#c":"./c.js","#w":"w","#path":"path"}',
          ),
          'lib/a2.js': `export const a = 9;`,
        },
        expect: { value: [9, 2, 3, 5, '/'] },
      },
    ],
  },
  {
    name: 'a linked package in TypeScript, without its extension in package.json',
    files: {
      '../w/package.json': pkg('w', '"main":"./src/index.ts"'),
      '../w/src/index.ts': `enum E { A = 1 } import { y } from './y.js'; export const x: number = E.A + y;`,
      '../w/src/y.ts': `export const y = 1;`,
      'index.ts': `import { x } from 'w'; export const value = () => x;`,
    },
    links: { 'node_modules/w': '../../w' },
    expect: { value: 2 },
    differing: byNode,
    after: [
      { edit: { '../w/src/y.ts': `export const y = 2;` }, expect: { value: 3 }, differing: byNode },
    ],
    differs: BY_NODE,
  },
  {
    name: 'a linked package follows its own tsconfig.json',
    files: {
      '../w/package.json': pkg('w', '"exports":"./src/i.ts"'),
      '../w/tsconfig.json':
        '{"compilerOptions":{"useDefineForClassFields":false,"paths":{"~/*":["./src/*"]}}}',
      '../w/src/i.ts': `import { y } from '~/y'; class A { constructor() { (this as any).i(); } } class B extends A { x?: number; i() { this.x = y; } } export const x = new B().x;`,
      '../w/src/y.ts': `export const y = 7;`,
      'index.ts': `import { x } from 'w'; export const value = () => x;`,
    },
    links: { 'node_modules/w': '../../w' },
    expect: { value: 7 },
    differing: { node: 'skipped', tsx: 'skipped' },
    after: [
      {
        edit: {
          '../w/tsconfig.json':
            '{"compilerOptions":{"target":"es2022","paths":{"~/*":["./src/*"]}}}',
        },
        expect: { value: undefined },
        differing: { node: 'skipped', tsx: 'skipped' },
      },
    ],
    differs: 'tsx reads one tsconfig.json per process, and Node none',
  },
  {
    name: 'a TypeScript package imports itself',
    files: {
      'package.json': pkg('me', '"exports":{"./*":"./src/*.ts"}'),
      'index.ts': `import { x } from 'me/x'; export const value = () => x;`,
      'src/x.ts': `enum E { A = 1 } export const x = E.A;`,
    },
    expect: { value: 1 },
    differing: byNode,
    after: [
      {
        edit: { 'src/x.ts': `enum E { A = 2 } export const x = E.A;` },
        expect: { value: 2 },
        differing: byNode,
      },
    ],
    differs: BY_NODE,
  },
  {
    name: 'a computed import of a linked package',
    files: {
      '../w/package.json': pkg('w', '"exports":{"./*":"./*.js"}'),
      '../w/a.js': `export const x = 1;`,
      'index.js': `export const value = async (name = 'a') => (await import('w/' + name)).x;`,
    },
    links: { 'node_modules/w': '../../w' },
    expect: { value: 1 },
  },
];
