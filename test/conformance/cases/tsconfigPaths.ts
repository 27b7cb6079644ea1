import type { ConformanceCase } from '../support/ConformanceCase.js';

type Files = Readonly<Record<string, string>>;

const byNode = { node: 'skipped' } as const;
const BY_NODE = 'Node reads no tsconfig.json';

function one(name: string, options: object, files: Files, value: unknown): ConformanceCase {
  return {
    name,
    files: { 'tsconfig.json': JSON.stringify({ compilerOptions: options }), ...files },
    expect: { value },
    differing: byNode,
    differs: BY_NODE,
  };
}

const PACKAGE = {
  'node_modules/p/package.json': '{"name":"p","type":"module","exports":"./i.js"}',
  'node_modules/p/i.js': `export const x = 'package';`,
};
const AT = { '@/*': ['./src/*'] };

/** `paths` and `baseUrl`. */
export const cases: readonly ConformanceCase[] = [
  one(
    'paths with a star',
    { paths: AT },
    {
      'index.ts': `import { x } from '@/lib/x'; export const value = () => x;`,
      'src/lib/x.ts': `export const x = 1;`,
    },
    1,
  ),
  one(
    'paths with an extension of the output',
    { paths: AT },
    {
      'index.ts': `import { x } from '@/x.js'; export const value = () => x;`,
      'src/x.ts': `export const x = 1;`,
    },
    1,
  ),
  one(
    'paths without a star',
    { paths: { config: ['./src/config.ts'] } },
    {
      'index.ts': `import { x } from 'config'; export const value = () => x;`,
      'src/config.ts': `export const x = 1;`,
    },
    1,
  ),
  one(
    'the longest pattern counts',
    { paths: { '@/*': ['./a/*'], '@/lib/*': ['./b/*'] } },
    {
      'index.ts': `import { x } from '@/lib/x'; export const value = () => x;`,
      'a/lib/x.ts': `export const x = 'a';`,
      'b/x.ts': `export const x = 'b';`,
    },
    'b',
  ),
  one(
    'a pattern with an end',
    { paths: { '*/model': ['./models/*'] } },
    {
      'index.ts': `import { x } from 'user/model'; export const value = () => x;`,
      'models/user.ts': `export const x = 1;`,
    },
    1,
  ),
  one(
    'of several targets the first that has a file counts',
    { paths: { '@/*': ['./gone/*', './src/*'] } },
    {
      'index.ts': `import { x } from '@/x'; export const value = () => x;`,
      'src/x.ts': `export const x = 1;`,
    },
    1,
  ),
  {
    ...one(
      'a file that appears at an earlier target is taken',
      { paths: { '@/*': ['./new/*', './src/*'] } },
      {
        'index.ts': `import { x } from '@/x'; export const value = () => x;`,
        'src/x.ts': `export const x = 1;`,
      },
      1,
    ),
    after: [
      { edit: { 'new/x.ts': `export const x = 2;` }, expect: { value: 2 }, differing: byNode },
      { edit: { 'new/x.ts': null }, expect: { value: 1 }, differing: byNode },
    ],
  },
  one(
    'a directory has an index',
    { paths: AT },
    {
      'index.ts': `import { x } from '@/dir'; export const value = () => x;`,
      'src/dir/index.ts': `export const x = 1;`,
    },
    1,
  ),
  one(
    'a JSON file',
    { paths: AT },
    {
      'index.ts': `import x from '@/x.json' with { type: 'json' }; export const value = () => x;`,
      'src/x.json': `{"a":1}`,
    },
    { a: 1 },
  ),
  one(
    'paths go before packages',
    { paths: { p: ['./src/p'] } },
    {
      ...PACKAGE,
      'index.ts': `import { x } from 'p'; export const value = () => x;`,
      'src/p.ts': `export const x = 'path';`,
    },
    'path',
  ),
  one(
    'where paths find nothing, the package is taken',
    { paths: { '*': ['./src/*'] } },
    { ...PACKAGE, 'index.ts': `import { x } from 'p'; export const value = () => x;` },
    'package',
  ),
  {
    ...one(
      'paths that name declarations leave the package',
      { paths: { p: ['./types/p.d.ts'] } },
      {
        ...PACKAGE,
        'index.ts': `import { x } from 'p'; export const value = () => x;`,
        'types/p.d.ts': `export declare const x: string;`,
      },
      'package',
    ),
    differing: { node: 'skipped', tsx: { error: { name: 'SyntaxError' } } },
    differs: `${BY_NODE}; tsx runs the declaration`,
  },
  one(
    'paths go before modules of Node',
    { paths: { fs: ['./src/fs'] } },
    {
      'index.ts': `import * as fs from 'fs'; export const value = () => [(fs as any).mine, typeof fs.readFileSync];`,
      'src/fs.ts': `export const mine = 1;`,
    },
    [1, 'undefined'],
  ),
  one(
    'node: is never mapped',
    { paths: { '*': ['./src/*'] } },
    {
      'index.ts': `import * as path from 'node:path'; export const value = () => path.posix.join('a', 'b');`,
      'src/path.ts': `export const posix = 1;`,
    },
    'a/b',
  ),
  one(
    'paths go before imports of package.json',
    { paths: { '#x': ['./b.ts'] } },
    {
      'package.json': '{"type":"module","imports":{"#x":"./a.js"}}',
      'index.ts': `import { x } from '#x'; export const value = () => x;`,
      'a.js': `export const x = 'imports';`,
      'b.ts': `export const x = 'paths';`,
    },
    'paths',
  ),
  one(
    'relative imports are never mapped',
    { baseUrl: './src', paths: { '*': ['./*'] } },
    {
      'index.ts': `import { x } from './x'; export const value = () => x;`,
      'x.ts': `export const x = 'here';`,
      'src/x.ts': `export const x = 'src';`,
    },
    'here',
  ),
  one(
    'baseUrl alone',
    { baseUrl: './src' },
    {
      'index.ts': `import { x } from 'lib/x'; export const value = () => x;`,
      'src/lib/x.ts': `export const x = 1;`,
    },
    1,
  ),
  one(
    'paths are relative to baseUrl',
    { baseUrl: './src', paths: { '@/*': ['lib/*'] } },
    {
      'index.ts': `import { x } from '@/x'; export const value = () => x;`,
      'src/lib/x.ts': `export const x = 1;`,
    },
    1,
  ),
  one(
    'baseUrl goes before packages',
    { baseUrl: '.' },
    {
      ...PACKAGE,
      'index.ts': `import { x } from 'p'; export const value = () => x;`,
      'p.ts': `export const x = 'base';`,
    },
    'base',
  ),
  one(
    'mapped files are reached from each other, and have one instance',
    { paths: AT },
    {
      'index.ts': `import { add } from '@/a'; import { list } from './src/list.js'; export const value = () => { add(); return list; };`,
      'src/a.ts': `import { list } from '@/list'; export const add = () => { list.push(1); };`,
      'src/list.ts': `export const list: number[] = [];`,
    },
    [1],
  ),
  one(
    'a computed import is mapped',
    { paths: AT },
    {
      'index.ts': `export const value = async (name = 'x') => (await import('@/' + name)).x;`,
      'src/x.ts': `export const x = 1;`,
    },
    1,
  ),
  one(
    'a written dynamic import is mapped',
    { paths: AT },
    {
      'index.ts': `export const value = async () => (await import('@/x')).x;`,
      'src/x.ts': `export const x = 1;`,
    },
    1,
  ),
  one(
    'exports from a mapped module',
    { paths: AT },
    {
      'index.ts': `export * from '@/x'; export { x as y } from '@/x'; import * as own from './index.js'; export const value = () => [(own as any).x, own.y];`,
      'src/x.ts': `export const x = 1;`,
    },
    [1, 1],
  ),
  one(
    'JavaScript files are mapped too',
    { paths: AT },
    {
      'index.ts': `export { value } from './a.js';`,
      'a.js': `import { x } from '@/x.js'; export const value = () => x;`,
      'src/x.js': `export const x = 1;`,
    },
    1,
  ),
  {
    ...one(
      'an edit of a mapped file reloads',
      { paths: AT },
      {
        'index.ts': `import { x } from '@/x'; export const value = () => x;`,
        'src/x.ts': `export const x = 1;`,
      },
      1,
    ),
    after: [
      { edit: { 'src/x.ts': `export const x = 2;` }, expect: { value: 2 }, differing: byNode },
    ],
  },
  {
    ...one(
      'an edit of paths reloads',
      { paths: AT },
      {
        'index.ts': `import { x } from '@/x'; import { x as a } from './src/x.js'; import { x as b } from './other/x.js'; export const value = () => [x, a, b];`,
        'src/x.ts': `export const x = 1;`,
        'other/x.ts': `export const x = 2;`,
      },
      [1, 1, 2],
    ),
    after: [
      {
        edit: { 'tsconfig.json': '{"compilerOptions":{"paths":{"@/*":["./other/*"]}}}' },
        expect: { value: [2, 1, 2] },
        differing: byNode,
      },
    ],
  },
  {
    name: 'paths of a file that is extended are relative to it',
    files: {
      'tsconfig.json': '{"extends":"./conf/base.json"}',
      'conf/base.json':
        '{"compilerOptions":{"paths":{"@/*":["../src/*"],"here/*":["${configDir}/src/*"]}}}',
      'index.ts': `import { x } from '@/x'; import { x as y } from 'here/x'; export const value = () => [x, y];`,
      'src/x.ts': `export const x = 1;`,
    },
    expect: { value: [1, 1] },
    differing: byNode,
    differs: BY_NODE,
  },
  {
    name: 'an import that is mapped and has no file is told with where it was looked for, and its file fixes it',
    files: {
      'tsconfig.json': JSON.stringify({ compilerOptions: { paths: AT } }),
      'index.ts': `import { x } from '@/x'; export const value = () => x;`,
    },
    expect: {
      error: {
        message:
          /cannot find "@\/x", neither as a package nor where tsconfig\.json maps it \(looked for .*src\/x/,
      },
    },
    differing: { node: 'skipped', tsx: 'skipped' },
    after: [
      { edit: { 'src/x.ts': `export const x = 1;` }, expect: { value: 1 }, differing: byNode },
    ],
    differs: `${BY_NODE}; tsx has another text`,
  },
];
