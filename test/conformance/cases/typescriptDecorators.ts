import type { ConformanceCase } from '../support/ConformanceCase.js';

const LEGACY = '{"compilerOptions":{"experimentalDecorators":true}}';
const METADATA = '{"compilerOptions":{"experimentalDecorators":true,"emitDecoratorMetadata":true}}';
/** What `reflect-metadata` does, as far as the cases need it. */
const REFLECT = `const kept = new Map<string, unknown>();
  (Reflect as any).metadata = (key: string, value: any) => (_target: object, name?: string) =>
    void kept.set(key + ':' + (name ?? 'class'), value);
  export const mark = (...args: any[]) => {};
  export const names = (of: string): any => {
    const value: any = kept.get(of);
    return Array.isArray(value) ? value.map((one) => one?.name) : value?.name;
  };`;

const byNode = { node: 'skipped' } as const;
const BY_NODE = 'Node runs no decorators';
const byMetadata = { node: 'skipped', tsx: 'skipped' } as const;
const BY_METADATA =
  'tsx emits no metadata, and Node runs no decorators: compared with TypeScript in test/properties/modules';

function legacy(
  name: string,
  index: string,
  value: unknown,
  files: Record<string, string> = {},
): ConformanceCase {
  return {
    name,
    files: { 'tsconfig.json': LEGACY, 'index.ts': index, ...files },
    expect: { value },
    differing: byNode,
    differs: BY_NODE,
  };
}

function metadata(
  name: string,
  index: string,
  value: unknown,
  files: Record<string, string> = {},
): ConformanceCase {
  return {
    name,
    files: {
      'tsconfig.json': METADATA,
      'reflect.ts': REFLECT,
      'index.ts': `import { mark, names } from './reflect.js'; ${index}`,
      ...files,
    },
    expect: { value },
    differing: byMetadata,
    differs: BY_METADATA,
  };
}

/** TypeScript's older decorators, which `experimentalDecorators` turns on. */
export const cases: readonly ConformanceCase[] = [
  legacy(
    'a decorator of a class may replace it',
    `const d = (c: any): any => class extends c { extra = 1 }; @d class A { own = 2 } export const value = () => { const a: any = new A(); return [a.own, a.extra]; };`,
    [2, 1],
  ),
  legacy(
    'decorators of members are evaluated in order, and called from the last to the first',
    `const log: string[] = []; const d = (n: string): any => { log.push('e' + n); return () => { log.push('c' + n); }; };
     class A { @d('1') @d('2') m() {} @d('3') f = 1; @d('4') static s() {} } export const value = () => [log, new A().f];`,
    [['e1', 'e2', 'c2', 'c1', 'e3', 'c3', 'e4', 'c4'], 1],
  ),
  legacy(
    'members of instances come before static ones',
    `const log: string[] = []; const d = (n: string): any => { log.push(n); return () => {}; };
     class A { @d('static') static s = 1; @d('instance') i = 1 } export const value = () => [log, A.s];`,
    [['instance', 'static'], 1],
  ),
  legacy(
    'a decorator of a parameter gets its index',
    `const seen: any[] = []; const d = (_t: any, key: any, index: number) => { seen.push([key, index]); };
     class A { constructor(a: number, @d b: number) {} m(@d x: number) {} static s(a: 1, b: 2, @d c: 3) {} } export const value = () => [seen, A.length];`,
    [
      [
        ['m', 0],
        ['s', 2],
        [undefined, 1],
      ],
      2,
    ],
  ),
  legacy(
    'a decorator of a method may replace its descriptor',
    `const twice = (_t: any, _k: string, d: PropertyDescriptor) => ({ ...d, value(...a: any[]) { return d.value.apply(this, a) * 2; } });
     class A { n = 2; @twice m(by: number) { return this.n * by; } } export const value = () => new A().m(3);`,
    12,
  ),
  legacy(
    'a decorator of an accessor sees both of its functions',
    `let seen: any; const d = (_t: any, _k: string, p: PropertyDescriptor) => { seen = [typeof p.get, typeof p.set]; };
     class A { @d get x() { return 1; } set x(v) {} } export const value = () => [seen, new A().x];`,
    [['function', 'function'], 1],
  ),
  legacy(
    'inside of a class its name is the decorated class',
    `const d = (c: any): any => Object.assign(class extends c {}, { tag: 'new' });
     @d class A { static make() { return (A as any).tag; } } export const value = () => A.make();`,
    'new',
  ),
  legacy(
    'a decorated class is exported by name, as default and under another name',
    `import D, { N, O } from './a.js'; export const value = () => [(D as any).tag, (N as any).tag, (O as any).tag];`,
    ['t', 't', 't'],
    {
      'a.ts': `const d = (c: any): any => Object.assign(class extends c {}, { tag: 't' }); @d export default class D {} @d export class N {} @d class P {} export { P as O };`,
    },
  ),
  legacy(
    'a decorator that is no function is a TypeError',
    `const d: any = 5; let seen = ''; try { @d class A {} } catch (e) { seen = (e as Error).name; } export const value = () => seen;`,
    'TypeError',
  ),
  legacy(
    'a decorator of a field sees no descriptor, and the field stays',
    `const seen: any[] = []; const d = (...a: any[]) => { seen.push(a.length, a[1], a[2]); }; class A { @d x = 1; @d static y = 2 } export const value = () => [seen, new A().x, A.y];`,
    [[3, 'x', undefined, 3, 'y', undefined], 1, 2],
  ),
  legacy(
    'a private method beside decorated ones works',
    `const d: any = () => {}; class A { @d m() { return this.#p(); } #p() { return 7; } } export const value = () => new A().m();`,
    7,
  ),
  {
    ...legacy(
      'an edit of a decorated file reloads it',
      `const d = (c: any): any => Object.assign(c, { tag: 1 }); @d class A {} export const value = () => (A as any).tag;`,
      1,
    ),
    after: [
      {
        edit: {
          'index.ts': `const d = (c: any): any => Object.assign(c, { tag: 2 }); @d class A {} export const value = () => (A as any).tag;`,
        },
        expect: { value: 2 },
        differing: byNode,
      },
    ],
  },
  {
    name: 'decorators of the language need no setting',
    files: {
      'index.ts': `const seen: any[] = []; function d(v: any, c: any) { seen.push(c.kind, c.name); } @d class A { @d m() {} @d f = 1; @d accessor a = 2; @d static s = 3; } export const value = () => [seen, new A().a];`,
    },
    expect: {
      value: [['method', 'm', 'accessor', 'a', 'field', 's', 'field', 'f', 'class', 'A'], 2],
    },
    differing: byNode,
    differs: BY_NODE,
  },
  {
    name: 'turning experimentalDecorators on changes what decorators get',
    files: {
      'tsconfig.json': '{}',
      'index.ts': `let seen: any; function d(...a: any[]) { seen = a.length === 2 ? a[1].kind : 'older'; } @d class A {} export const value = () => seen;`,
    },
    expect: { value: 'class' },
    differing: byNode,
    after: [{ edit: { 'tsconfig.json': LEGACY }, expect: { value: 'older' }, differing: byNode }],
    differs: BY_NODE,
  },
  metadata(
    'the constructor of a decorated class has the types of its parameters',
    `import { Svc } from './svc.js'; @mark class A { constructor(a: Svc, b: string, c: number[], d: unknown) {} } export const value = () => names('design:paramtypes:class');`,
    ['Svc', 'String', 'Array', 'Object'],
    { 'svc.ts': `export class Svc {}` },
  ),
  metadata(
    'a field has its type, and a method its parameters and result',
    `class A { @mark x!: Date; @mark m(a: boolean): Promise<void> { return null as any; } } export const value = () => [names('design:type:x'), names('design:type:m'), names('design:paramtypes:m'), names('design:returntype:m')];`,
    ['Date', 'Function', ['Boolean'], 'Promise'],
  ),
  metadata(
    'an interface that is imported is Object, and its module need not export it',
    `import { Iface } from './i.js'; import Other, { type Both } from './i.js'; class A { @mark x!: Iface; @mark y!: Both; @mark z!: Other } export const value = () => ['x', 'y', 'z'].map((n) => names('design:type:' + n));`,
    ['Object', 'Object', 'Object'],
    {
      'i.ts': `export interface Iface { a: 1 } export type Both = 1; interface Other {} export default Other;`,
    },
  ),
  metadata(
    'an imported class that is used as a type alone is kept',
    `import { Svc as Renamed, other } from './svc.js'; class A { @mark x!: Renamed } export const value = () => [names('design:type:x'), other];`,
    ['Svc', 5],
    { 'svc.ts': `export class Svc {} export const other = 5;` },
  ),
  metadata(
    'an enum is what its values are, also one of another file',
    `import { Text, Level, Mixed } from './e.js'; enum Own { A } class A { @mark a!: Text; @mark b!: Level; @mark c!: Mixed; @mark d!: Own; @mark e!: Level.B } export const value = () => ['a', 'b', 'c', 'd', 'e'].map((n) => names('design:type:' + n));`,
    ['String', 'Number', 'Object', 'Number', 'Number'],
    {
      'e.ts': `export enum Text { A = 'a' } export enum Level { A, B } export enum Mixed { A = 1, B = 'x' }`,
    },
  ),
  metadata(
    'in a cycle, a class that does not exist yet is Object',
    `import { Post } from './post.js'; import { User } from './user.js'; export const value = () => [names('design:type:user'), names('design:type:post'), new Post().id, new User().id];`,
    ['User', 'Object', 1, 2],
    {
      'user.ts': `import { mark } from './reflect.js'; import { Post } from './post.js'; export class User { id = 2; @mark post!: Post; of() { return Post; } }`,
      'post.ts': `import { mark } from './reflect.js'; import { User } from './user.js'; export class Post { id = 1; @mark user!: User; of() { return User; } }`,
    },
  ),
  metadata(
    'a namespace leads to its classes',
    `import * as space from './s.js'; class A { @mark a!: space.Inner; @mark b!: space.Missing } export const value = () => [names('design:type:a'), names('design:type:b')];`,
    ['Inner', 'Object'],
    { 's.ts': `export class Inner {} export interface Missing {}` },
  ),
  metadata(
    'null beside a type is Object with strict, and nothing without',
    `class A { @mark x!: string | null } export const value = () => names('design:type:x');`,
    'Object',
    { 'tsconfig.json': METADATA.replace('{"exp', '{"strict":true,"exp') },
  ),
  metadata(
    'without strict, null beside a type is left out',
    `class A { @mark x!: string | null } export const value = () => names('design:type:x');`,
    'String',
  ),
];
