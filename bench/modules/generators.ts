/**
 * V8's part of a start: the modules of a build of hotpipe are compiled as functions and run to their end, with the generator of each in brackets,
 * as `linkableText` writes it, and without. With `data`, V8 takes what it made of the same text before, as in a warm start. In turns.
 *
 *   npm run build && node --no-compilation-cache --import tsx bench/modules/generators.ts 21
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import vm from 'node:vm';
import { linkableText } from '../../dist/modules/compile/linkableText.js';
import { median } from '../medians.ts';

const ROUNDS = Number(process.argv[2] ?? 21);
const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));

const written = readdirSync(DIST, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.js'))
  .flatMap((name) => {
    const made = linkableText(readFileSync(join(DIST, name), 'utf8'), 'written');
    return made._tag === 'Right' && !made.right.text.outline.isAsync ? [made.right.text] : [];
  })
  // A first line `#!` is no code inside a function.
  .filter(({ code }) => !code.includes('#!'));

const withoutBrackets = (code: string) =>
  `${code.replace('return (function*', 'return function*').slice(0, -2)}}`;
const ways = {
  'in brackets': written,
  without: written.map((text) => ({ ...text, code: withoutBrackets(text.code) })),
};

for (const withData of [false, true]) {
  const found = Object.entries(ways).map(([way, texts]) => ({
    ...{ way, texts, tookMs: Array<number>() },
    data: withData ? texts.map(dataOf) : [],
  }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const { texts, data, tookMs } of round % 2 === 0 ? found : found.toReversed()) {
      const startMs = performance.now();
      for (const [at, text] of texts.entries()) run(text, `${round} ${at}`, data[at]);
      tookMs.push(performance.now() - startMs);
    }
  }
  for (const { way, data, tookMs } of found) {
    const took = `median ${median(tookMs).toFixed(1)} ms, least ${Math.min(...tookMs).toFixed(1)} ms`;
    const bytes = data.reduce((sum, { length }) => sum + length, 0);
    const from = withData ? `data of ${bytes} bytes` : 'text';
    console.log(`${written.length} modules from ${from}, ${way}: ${took}`);
  }
}

type Text = (typeof written)[number];

function dataOf({ code, parameters }: Text): Buffer {
  const made = vm.compileFunction(code, [...parameters], { produceCachedData: true });
  if (made.cachedData === undefined) throw new Error('V8 made no data');
  return made.cachedData;
}

/** As the linker does: the first step gives the getters, the second runs the module. The imports are stand-ins, so some throw. */
function run({ code, parameters }: Text, salt: string, cachedData: Buffer | undefined): void {
  const text = cachedData === undefined ? `${code}//${salt}` : code;
  const make = vm.compileFunction(text, [...parameters], cachedData && { cachedData });
  if (cachedData !== undefined && make.cachedDataRejected === true)
    throw new Error('V8 refused the data');
  const imports = new Proxy({}, { get: () => Object });
  const steps: unknown = make({ export: () => {}, nameDefault: () => {}, meta: {} }, imports)();
  if (typeof steps !== 'object' || steps === null || !('next' in steps)) return;
  const { next } = steps;
  if (typeof next !== 'function') return;
  next.call(steps);
  try {
    next.call(steps);
  } catch {
    // A stand-in was called as what it stands for.
  }
}
