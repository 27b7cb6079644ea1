import type { ConformanceCase } from '../support/ConformanceCase.js';

/** The order in which modules run, and what happens when one fails. */
export const cases: readonly ConformanceCase[] = [
  {
    name: 'imports run first, depth first, as they are written, each once',
    files: {
      'index.js': `import './b.js'; import { log } from './log.js'; import './a.js'; import './c.js'; log.push('index'); export const value = () => log;`,
      'log.js': `export const log = [];`,
      'a.js': `import './c.js'; import { log } from './log.js'; log.push('a');`,
      'b.js': `import { log } from './log.js'; import './c.js'; log.push('b');`,
      'c.js': `import { log } from './log.js'; log.push('c');`,
    },
    expect: { value: ['c', 'b', 'a', 'index'] },
  },
  {
    name: 're-exports run in the order in which they are written among imports',
    files: {
      'index.js': `export * from './a.js'; import './b.js'; export { c } from './c.js'; export const value = () => globalThis.order1;`,
      'a.js': `globalThis.order1 = ['a'];`,
      'b.js': `globalThis.order1.push('b');`,
      'c.js': `globalThis.order1.push('c'); export const c = 1;`,
    },
    expect: { value: ['a', 'b', 'c'] },
  },
  {
    name: 'a cycle runs from its deepest module',
    files: {
      'index.js': `import './a.js'; export const value = () => globalThis.order2;`,
      'a.js': `import './b.js'; globalThis.order2.push('a');`,
      'b.js': `import './c.js'; globalThis.order2.push('b');`,
      'c.js': `import './a.js'; globalThis.order2 = ['c'];`,
    },
    expect: { value: ['c', 'b', 'a'] },
  },
  {
    name: 'a module that throws fails its importers, and what comes after it does not run',
    files: {
      'index.js': `export const value = async () => { globalThis.order3 = []; try { await import('./main.js'); } catch (error) { return [error.message, globalThis.order3]; } };`,
      'main.js': `import './a.js'; import './throws.js'; import './after.js'; globalThis.order3.push('main');`,
      'a.js': `globalThis.order3.push('a');`,
      'throws.js': `globalThis.order3.push('throws'); throw new Error('thrown');`,
      'after.js': `globalThis.order3.push('after');`,
    },
    expect: { value: ['thrown', ['a', 'throws']] },
  },
  {
    name: 'a module that threw throws the same again, and is not run again',
    files: {
      'index.js': `export const value = async () => { globalThis.runs = 0; const seen = []; for (const path of ['./a.js', './a.js', './b.js']) { try { await import(path); } catch (error) { seen.push(error); } } return [seen.length, seen[0] === seen[1] && seen[1] === seen[2], globalThis.runs]; };`,
      'a.js': `globalThis.runs += 1; throw { message: 'own' };`,
      'b.js': `import './a.js';`,
    },
    expect: { value: [3, true, 1] },
  },
  {
    name: 'what a module throws need not be an error',
    files: {
      'index.js': `export const value = async () => { const seen = []; for (const path of ['./u.js', './s.js', './n.js']) { try { await import(path); } catch (thrown) { seen.push(thrown); } } return seen; };`,
      'u.js': `throw undefined;`,
      's.js': `throw 'text';`,
      'n.js': `throw null;`,
    },
    expect: { value: [undefined, 'text', null] },
  },
  {
    name: 'a module that failed to link can be imported once it is another file, one that ran stays',
    files: {
      'index.js': `export const value = async () => { const seen = []; for (let i = 0; i < 2; i += 1) { try { await import('./bad.js'); } catch (error) { seen.push(error.name); } } return [seen, (await import('./good.js')).good]; };`,
      'bad.js': `import { missing } from './good.js'; missing;`,
      'good.js': `export const good = 1;`,
    },
    expect: { value: [['SyntaxError', 'SyntaxError'], 1] },
  },
  {
    name: 'modules without await run in one turn',
    files: {
      'index.js': `import './a.js'; import './b.js'; export const value = () => globalThis.turns;`,
      'a.js': `globalThis.turns = ['a']; Promise.resolve().then(() => globalThis.turns.push('turn'));`,
      'b.js': `globalThis.turns.push('b');`,
    },
    expect: { value: ['a', 'b', 'turn'] },
  },
  {
    name: 'a throw in a module is told with its error',
    files: {
      'index.js': `import './a.js'; export const value = () => 1;`,
      'a.js': `throw new RangeError('too far');`,
    },
    expect: { error: { name: 'RangeError', message: /too far/ } },
    after: [{ edit: { 'a.js': `export {};` }, expect: { value: 1 } }],
  },
  {
    name: "a module whose effects others read, before Node's modules and after",
    files: {
      'index.js': `import './set.js'; import 'node:fs'; import { seen } from './read.js'; export const value = () => seen;`,
      'set.js': `process.env.HOTPIPE_CONFORMANCE = 'set';`,
      'read.js': `export const seen = process.env.HOTPIPE_CONFORMANCE;`,
    },
    expect: { value: 'set' },
  },
  {
    name: 'what runs before a package that is loaded for the first time',
    files: {
      'index.js': `import './set.js'; import { seen } from 'reads-a-global'; import './after.js'; export const value = () => [seen, globalThis.packageOrder];`,
      'set.js': `globalThis.packageOrder = ['set'];`,
      'after.js': `globalThis.packageOrder.push('after');`,
      'node_modules/reads-a-global/package.json': `{"name":"reads-a-global","type":"module","exports":"./main.js"}`,
      'node_modules/reads-a-global/main.js': `globalThis.packageOrder.push('package'); export const seen = globalThis.packageOrder[0];`,
    },
    expect: { value: ['set', ['set', 'package', 'after']] },
  },
  {
    name: 'a package without the name that is imported is a SyntaxError',
    files: {
      'index.js': `import { missing } from 'has-one-name'; export const value = () => missing;`,
      'node_modules/has-one-name/package.json': `{"name":"has-one-name","type":"module","exports":"./main.js"}`,
      'node_modules/has-one-name/main.js': `export const one = 1;`,
    },
    expect: { error: { name: 'SyntaxError' } },
  },
  {
    name: 'export * of a package',
    files: {
      'index.js': `import { one, own } from './star.js'; export const value = () => [one, own];`,
      'star.js': `export * from 'has-one'; export const own = 2;`,
      'node_modules/has-one/package.json': `{"name":"has-one","type":"module","exports":"./main.js"}`,
      'node_modules/has-one/main.js': `export const one = 1;`,
    },
    expect: { value: [1, 2] },
  },
];
