import type { RandomGraph } from './randomGraph.js';

type Random = (count: number) => number;

/**
 * A small program of CommonJS files and modules, made from a seed: requires in any place, caught, computed, lazy, missing; cycles;
 * `module.exports` replaced; modules between them. Each file tells when it runs and what it sees.
 */
export function randomCommonjs(seed: number): RandomGraph {
  const random = randomFrom(seed);
  const count = 2 + random(6);
  const isModule = Array.from({ length: count }, () => random(4) === 0);
  const name = (at: number) => `m${at}.${isModule[at] === true ? 'mjs' : 'cjs'}`;
  const files: Record<string, string> = {};
  for (let at = 0; at < count; at += 1) {
    const target = () =>
      name(random(3) === 0 ? random(count) : Math.min(count - 1, at + 1 + random(2)));
    files[name(at)] =
      isModule[at] === true ? moduleText(random, at, target) : commonjsText(random, at, target);
  }
  const others = Array.from({ length: random(3) }, () => name(random(count)));
  return { files, entries: [name(0), ...others, name(0)] };
}

function commonjsText(random: Random, at: number, target: () => string): string {
  const lines = [`trace('m${at} starts');`];
  const statements = 2 + random(5);
  for (let index = 0; index < statements; index += 1) {
    const local = `r${index}`;
    const to = target();
    switch (random(11)) {
      case 0:
      case 1:
        lines.push(`const ${local} = require('./${to}'); trace('m${at} got ' + show(${local}));`);
        break;
      case 2:
        lines.push(
          `try { trace('m${at} tried ' + show(require('./${to}'))); } catch (e) { trace('m${at} caught ' + told(e)); }`,
        );
        break;
      case 3:
        lines.push(
          `const n${index} = '${to}'; trace('m${at} computed ' + show(require('./' + n${index})));`,
        );
        break;
      case 4:
        lines.push(`exports.lazy${index} = () => show(require('./${to}'));`);
        break;
      case 5:
        lines.push(`if (${random(2) === 0}) require('./${to}');`);
        break;
      case 6:
        lines.push(`exports.${'abc'[random(3)]} = 'm${at}.${index}';`);
        break;
      case 7:
        lines.push(
          `module.exports = { whole${index}: 'm${at}', ...(${random(2) === 0} && exports) };`,
        );
        break;
      case 8:
        lines.push(
          `try { require('./none${index}'); } catch (e) { trace('m${at} misses ' + e.code); }`,
        );
        break;
      case 9:
        lines.push(`trace('m${at} has ' + (__filename in require.cache));`);
        break;
      default:
        lines.push(
          random(3) === 0
            ? `throw new RangeError('thrown by m${at}');`
            : `for (const k of Object.keys(module.exports)) if (k.startsWith('lazy')) { try { trace('m${at} calls ' + module.exports[k]()); } catch (e) { trace('m${at} failed ' + told(e)); } }`,
        );
    }
  }
  lines.push(`trace('m${at} ends');`);
  return lines.join('\n');
}

function moduleText(random: Random, at: number, target: () => string): string {
  const head: string[] = [];
  const body = [`trace('m${at} starts');`];
  for (let index = random(3); index > 0; index -= 1) {
    const to = target();
    const isWhole = random(2) === 0 || to.endsWith('.mjs');
    if (isWhole) head.push(`import * as i${index} from './${to}';`);
    else head.push(`import i${index} from './${to}';`);
    body.push(`trace('m${at} sees ' + show(i${index}));`);
  }
  if (random(2) === 0) head.push(`export const e${at} = 'm${at}';`);
  if (random(4) === 0) head.push(`export default 'd${at}';`);
  if (random(8) === 0) body.push('await null;');
  if (random(10) === 0) body.push(`throw new RangeError('thrown by m${at}');`);
  return [...head, ...body, `trace('m${at} ends');`].join('\n');
}

/**
 * The program that imports graphs one after the other, and answers with the trace of each. What failed ends its graph: in which state Node
 * leaves the other modules of it is Node's own affair.
 */
export const COMMONJS_PROGRAM = `
// A module that awaits and is part of a cycle may be refused for either; the engine words a name without a value.
globalThis.told = (e) => e.code?.startsWith('ERR_REQUIRE_') ? 'refused' : e.code ?? (e.name === 'ReferenceError' ? e.name : e.name + ': ' + e.message);
globalThis.show = (value) => {
  if (typeof value !== 'object' || value === null) return typeof value + ' ' + String(value);
  // Node 23 and newer add a name to the namespaces of CommonJS.
  return Object.keys(value).filter((key) => key !== 'module.exports').sort().map((key) => {
    let one;
    try { one = value[key]; } catch (e) { return key + ' ! ' + e.name; }
    return key + '=' + (typeof one === 'object' ? 'object' : typeof one === 'function' ? 'function' : String(one));
  }).join();
};
export const value = async (graphs) => {
  const traces = [];
  for (const { folder, entries } of graphs) {
    const trace = [];
    globalThis.trace = (text) => { trace.push(text); };
    for (const entry of entries) {
      try { trace.push(entry + ': ' + show(await import('./' + folder + '/' + entry))); }
      catch (e) { trace.push(entry + ' ! ' + told(e)); break; }
      await new Promise((resolve) => setImmediate(resolve));
    }
    traces.push(trace.join('\\n'));
  }
  return traces;
};
`;

/** @source https://github.com/bryc/code/blob/master/jshash/PRNGs.md#mulberry32 */
function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (count) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % count;
  };
}
