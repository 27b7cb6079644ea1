import type { ConformanceCase } from '../support/ConformanceCase.js';

/** Modules that await at their top level. */
export const cases: readonly ConformanceCase[] = [
  {
    name: 'an importer waits for a module that awaits',
    files: {
      'index.js': `import { later } from './later.js'; export const value = () => later;`,
      'later.js': `export let later = 0; await null; later = 1;`,
    },
    expect: { value: 1 },
  },
  {
    name: 'siblings that await run side by side',
    files: {
      'index.js': `import './a.js'; import './b.js'; import { log } from './log.js'; export const value = () => log;`,
      'log.js': `export const log = [];export const wait = async (turns) => { for (let turn = 0; turn < turns; turn += 1) await undefined; };`,
      'a.js': `import { log, wait } from './log.js'; log.push('a1'); await wait(40); log.push('a2');`,
      'b.js': `import { log, wait } from './log.js'; log.push('b1'); await wait(5); log.push('b2');`,
    },
    expect: { value: ['a1', 'b1', 'b2', 'a2'] },
  },
  {
    name: 'two siblings that wait for each other',
    files: {
      'index.js': `import './a.js'; import './b.js'; import { log } from './shared.js'; export const value = () => log;`,
      'shared.js': `export const log = []; export let release; export const released = new Promise((resolve) => { release = resolve; });`,
      'a.js': `import { log, released } from './shared.js'; log.push('a waits'); log.push(await released);`,
      'b.js': `import { log, release } from './shared.js'; log.push('b'); release('a goes on'); await null;`,
    },
    expect: { value: ['a waits', 'b', 'a goes on'] },
  },
  {
    name: 'a sibling without await runs while another one waits',
    files: {
      'index.js': `import './a.js'; import './b.js'; import { log } from './log.js'; export const value = () => log;`,
      'log.js': `export const log = [];export const wait = async (turns) => { for (let turn = 0; turn < turns; turn += 1) await undefined; };`,
      'a.js': `import { log, wait } from './log.js'; log.push('a1'); await wait(5); log.push('a2');`,
      'b.js': `import { log } from './log.js'; log.push('b');`,
    },
    expect: { value: ['a1', 'b', 'a2'] },
  },
  {
    name: 'modules that waited run in the order in which they began to wait',
    files: {
      'index.js': `import './a.js'; import './b.js'; import './c.js'; import { log } from './log.js'; export const value = () => log;`,
      'log.js': `export const log = [];export const wait = async (turns) => { for (let turn = 0; turn < turns; turn += 1) await undefined; };`,
      'slow.js': `import { log, wait } from './log.js'; await wait(5); log.push('slow');`,
      'a.js': `import './slow.js'; import { log } from './log.js'; log.push('a');`,
      'b.js': `import './slow.js'; import { log } from './log.js'; log.push('b'); await null; log.push('b2');`,
      'c.js': `import './slow.js'; import { log } from './log.js'; log.push('c');`,
    },
    expect: { value: ['slow', 'a', 'b', 'c', 'b2'] },
  },
  {
    name: 'a module counts as one that awaits also where its await is not reached',
    files: {
      'index.js': `import './a.js'; import './b.js'; import { log } from './log.js'; export const value = () => log;`,
      'log.js': `export const log = [];`,
      'a.js': `import './maybe.js'; import { log } from './log.js'; log.push('a');`,
      'maybe.js': `import { log } from './log.js'; log.push('maybe'); if (false) await 1;`,
      'b.js': `import { log } from './log.js'; log.push('b');`,
    },
    expect: { value: ['maybe', 'b', 'a'] },
  },
  {
    name: 'awaits in functions do not count',
    files: {
      'index.js': `import './a.js'; import './b.js'; import { log } from './log.js'; export const value = () => log;`,
      'log.js': `export const log = [];`,
      'a.js': `import './not.js'; import { log } from './log.js'; log.push('a');`,
      'not.js': `import { log } from './log.js'; const f = async () => { await 1; }; async function g() { for await (const x of []) x; } class C { async m() { await 1; } } log.push('not');`,
      'b.js': `import { log } from './log.js'; log.push('b');`,
    },
    expect: { value: ['not', 'a', 'b'] },
  },
  {
    name: 'for await at the top level',
    files: {
      'index.js': `import { list } from './a.js'; export const value = () => list;`,
      'a.js': `export const list = []; for await (const x of [Promise.resolve(1), 2]) list.push(x);`,
    },
    expect: { value: [1, 2] },
  },
  {
    name: 'await in a template, an argument, a default value and a computed key',
    files: {
      'index.js': `const f = (x) => x; const { a = await 4 } = {}; const o = { [await 'k']: await 1 }; class C { static [await 's'] = 3; } const t = \`\${await 'x'}\`; export const v = f(await 2); export default await 5; export const value = () => [a, o, C.s, t, v];`,
    },
    expect: { value: [4, { k: 1 }, 3, 'x', 2] },
  },
  {
    name: 'a cycle with a module that awaits',
    files: {
      'index.js': `import './a.js'; import { log } from './log.js'; export const value = () => log;`,
      'log.js': `export const log = [];`,
      'a.js': `import { b } from './b.js'; import { log } from './log.js'; log.push('a ' + b); export function early() { return 'early'; }`,
      'b.js': `import { early } from './a.js'; import { log } from './log.js'; await null; log.push('b ' + early()); export const b = 'b';`,
    },
    expect: { value: ['b early', 'a b'] },
  },
  {
    name: 'a rejection fails the importers',
    files: {
      'index.js': `export const value = async () => { try { await import('./main.js'); } catch (error) { return error.message; } };`,
      'main.js': `import './a.js';`,
      'a.js': `await null; throw new Error('later');`,
    },
    expect: { value: 'later' },
  },
  {
    name: 'siblings go on when one of them fails',
    files: {
      'index.js': `import { log } from './log.js'; export const value = async () => { try { await import('./main.js'); } catch (error) { log.push(error.message); } await new Promise((resolve) => setTimeout(resolve, 30)); return log; };`,
      'log.js': `export const log = [];export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));`,
      'main.js': `import './fails.js'; import './slow.js';`,
      'fails.js': `await null; throw new Error('failed');`,
      'slow.js': `import { log, wait } from './log.js'; await wait(5); log.push('slow ended');`,
    },
    expect: { value: ['failed', 'slow ended'] },
  },
  {
    name: 'an import() of a module that is waiting waits for it',
    files: {
      'index.js': `export const value = async () => { const [a, b] = await Promise.all([import('./a.js'), import('./b.js')]); return [a.a, b.b]; };`,
      'a.js': `import { slow, runs } from './slow.js'; export const a = [slow, runs];`,
      'b.js': `import { slow, runs } from './slow.js'; export const b = [slow, runs];`,
      'slow.js': `let count = 0; count += 1; await new Promise((resolve) => setTimeout(resolve, 5)); export const slow = 'ready'; export const runs = count;`,
    },
    expect: {
      value: [
        ['ready', 1],
        ['ready', 1],
      ],
    },
  },
  {
    name: 'a module of a cycle that failed fails for all of the cycle',
    files: {
      'index.js': `export const value = async () => { const seen = []; for (const path of ['./a.js', './b.js']) { try { await import(path); } catch (error) { seen.push(error.message); } } return seen; };`,
      'a.js': `import './b.js'; export const a = 1;`,
      'b.js': `import './a.js'; await null; throw new Error('in the cycle');`,
    },
    expect: { value: ['in the cycle', 'in the cycle'] },
  },
  {
    name: 'five siblings that wait take as long as one',
    files: {
      'index.js': `import { start } from './start.js'; import './1.js'; import './2.js'; import './3.js'; import './4.js'; import './5.js'; const took = Date.now() - start; export const value = () => took < 900;`,
      'start.js': `export const start = Date.now(); export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));`,
      '1.js': `import { wait } from './start.js'; await wait(300);`,
      '2.js': `import { wait } from './start.js'; await wait(300);`,
      '3.js': `import { wait } from './start.js'; await wait(300);`,
      '4.js': `import { wait } from './start.js'; await wait(300);`,
      '5.js': `import { wait } from './start.js'; await wait(300);`,
    },
    expect: { value: true },
  },
  {
    name: 'an import() of itself while it runs never settles, but one that is not awaited does',
    files: {
      'index.js': `let self; import('./index.js').then((ns) => { self = ns; }); export const value = async () => { while (self === undefined) await new Promise((resolve) => setTimeout(resolve, 1)); return self.value === value; };`,
    },
    expect: { value: true },
  },
  {
    name: 'exports that are set after an await are in their dead zone before it',
    files: {
      'index.js': `import { seen } from './a.js'; export const value = () => seen;`,
      'a.js': `import { late } from './b.js'; export const seen = late;`,
      'b.js': `await null; export const late = 'late';`,
    },
    expect: { value: 'late' },
  },
  {
    name: 'using and await using at the top level',
    files: {
      'index.ts': `import { log } from './log.js'; import './u.ts'; export const value = () => log;`,
      'log.js': `export const log = [];`,
      'u.ts': `import { log } from './log.js'; { using a = { [Symbol.dispose]() { log.push('a'); } }; await using b = { async [Symbol.asyncDispose]() { log.push('b'); } }; log.push('body'); } log.push('end');`,
    },
    expect: { value: ['body', 'b', 'a', 'end'] },
  },
];
