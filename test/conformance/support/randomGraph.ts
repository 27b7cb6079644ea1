/** A small program of modules, made from a seed. Each module tells `globalThis.trace` when it runs and what its imports are bound to. */
export interface RandomGraph {
  readonly files: Readonly<Record<string, string>>;
  /** Modules that are imported one after the other, the first one first. */
  readonly entries: readonly string[];
}

/** Few names, so that modules often export the same one, and import one that is not there. */
const NAMES = ['a', 'b', 'f', 'default'] as const;

type Random = (count: number) => number;

export function randomGraph(seed: number): RandomGraph {
  const random = randomFrom(seed);
  const count = 2 + random(6);
  const isAwaiting = random(2) === 0;
  const files: Record<string, string> = {};
  for (let at = 0; at < count; at += 1) {
    files[`m${at}.js`] = randomModule(random, { at, count, isAwaiting });
  }
  const others = Array.from({ length: random(3) }, () => `m${random(count)}.js`);
  return { files, entries: ['m0.js', ...others, 'm0.js'] };
}

interface Place {
  readonly at: number;
  readonly count: number;
  readonly isAwaiting: boolean;
}

function randomModule(random: Random, { at, count, isAwaiting }: Place): string {
  const head: string[] = [];
  const reads: string[] = [];
  const taken = new Set<string>();
  const free = (name: string) => !taken.has(name) && taken.add(name) !== undefined;
  const importCount = random(4);
  for (let index = 0; index < importCount; index += 1) {
    // Mostly forward, so that most graphs run; backward now and then, for cycles.
    const to = random(3) === 0 ? random(count) : Math.min(count - 1, at + 1 + random(2));
    const from = `from './m${to}.js'`;
    const name = NAMES[random(NAMES.length)] ?? 'a';
    const exported = NAMES[random(NAMES.length)] ?? 'a';
    const local = `i${index}`;
    switch (random(8)) {
      case 0:
        head.push(`import './m${to}.js';`);
        break;
      case 1:
      case 2:
        head.push(`import { ${name} as ${local} } ${from};`);
        reads.push(local);
        break;
      case 3:
        head.push(`import * as ${local} ${from};`);
        reads.push(local);
        break;
      case 4:
      case 5:
        head.push(`export * ${from};`);
        break;
      case 6:
        if (free(exported)) head.push(`export { ${name} as ${exported} } ${from};`);
        break;
      default:
        if (!free(exported)) break;
        if (random(2) === 0) head.push(`export * as ${exported} ${from};`);
        else
          head.push(`import { ${name} as ${local} } ${from}; export { ${local} as ${exported} };`);
    }
  }
  const body: string[] = [`trace('m${at} starts');`];
  for (const local of reads) body.push(`see('m${at} ${local}', () => ${local});`);
  for (const name of NAMES) {
    if (random(4) === 0 || !free(name)) continue;
    body.push(randomExport(random, `m${at}.${name}`, name));
  }
  if (isAwaiting && random(3) === 0) {
    for (let turns = 1 + random(3); turns > 0; turns -= 1)
      body.push(`await null; trace('m${at} goes on');`);
  }
  if (random(14) === 0) body.push(`throw new RangeError('thrown by m${at}');`);
  for (const local of reads) body.push(`see('m${at} ${local} later', () => ${local});`);
  body.push(`trace('m${at} ends');`);
  return [...head, ...body, ''].join('\n');
}

function randomExport(random: Random, text: string, name: string): string {
  if (name === 'default') {
    const kinds = [
      `export default function () { return '${text}'; }`,
      `export default function named() { return '${text}'; }`,
      `export default '${text}';`,
      `const v_d = '${text}'; export { v_d as default };`,
    ];
    return kinds[random(kinds.length)] ?? '';
  }
  const kinds = [
    `export const ${name} = '${text}';`,
    `export let ${name} = '${text}'; ${name} += '!';`,
    `export var ${name} = '${text}';`,
    `export function ${name}() { return '${text}'; }`,
    `export class ${name} { static toString() { return '${text}'; } }`,
  ];
  return kinds[random(kinds.length)] ?? '';
}

/** The program that imports graphs one after the other, and answers with the trace of each. */
export const TRACING_PROGRAM = `
const textOf = (value) => {
  if (typeof value === 'function') return String(value).startsWith('class') ? 'class' : 'function ' + value.name + ' ' + value();
  if (typeof value === 'object' && value !== null) return 'namespace ' + Object.keys(value).join();
  return String(value);
};
export const value = async (graphs) => {
  const traces = [];
  for (const { folder, entries } of graphs) {
    const trace = [];
    globalThis.trace = (text) => { trace.push(text); };
    globalThis.see = (what, read) => {
      try { trace.push(what + ' = ' + textOf(read())); } catch (error) { trace.push(what + ' ! ' + error.name); }
    };
    for (const entry of entries) {
      let outcome;
      try {
        outcome = entry + ': ' + textOf(await import('./' + folder + '/' + entry));
      } catch (error) {
        outcome = entry + ' ! ' + error.name + (/^(Range)?Error$/.test(error.name) ? ': ' + error.message : '');
      }
      // What still runs after a failure ends within the turn. In which step of it import() answers is the host's affair.
      await new Promise((resolve) => setImmediate(resolve));
      trace.push(outcome);
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
