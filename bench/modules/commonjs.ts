/**
 * Time until 100 CommonJS helpers have run, beside Node's own `require` of the same files. Each round writes both sets of files anew, so
 * that nothing is in a cache of either, and the order of the two changes from round to round.
 *
 *   npm run build && node --import tsx bench/modules/commonjs.ts [rounds] [literal|folder] [in-process|worker]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PluginRuntime } from '../../dist/index.js';
import { median } from '../medians.ts';

const HELPERS = 100;
const ROUNDS = Number(process.argv[2] ?? 31);
const how = process.argv[3] ?? 'literal';
const mode = process.argv[4] === 'worker' ? 'worker' : 'in-process';
const dir = mkdtempSync(join(tmpdir(), 'hotpipe-commonjs-'));

/** About 3 KB, as a helper of a real program. */
function helper(round: number, at: number): string {
  const functions = Array.from(
    { length: 20 },
    (_, i) =>
      `exports.f${i} = function f${i}(input, options) { var limit = (options && options.limit) || ${round + i}; return String(input).slice(0, limit) + ' of ${at}'; };`,
  );
  const above = at === 0 ? '' : `var before = require('./helper${at - 1}.cjs');\n`;
  return `'use strict';\n${above}${functions.join('\n')}\nexports.count = ${at === 0 ? '1' : 'before.count + 1'};\n`;
}

function writeProgram(name: string, round: number): string {
  const folder = join(dir, name);
  mkdirSync(join(folder, 'lib'), { recursive: true });
  for (let at = 0; at < HELPERS; at += 1) {
    writeFileSync(join(folder, 'lib', `helper${at}.cjs`), helper(round, at));
  }
  const all =
    how === 'folder'
      ? `const fs = require('fs'), path = require('path'), dir = path.join(__dirname, 'lib'); exports.all = fs.readdirSync(dir).map((file) => require(path.join(dir, file)));`
      : `exports.all = [${Array.from({ length: HELPERS }, (_, at) => `require('./lib/helper${at}.cjs')`).join(', ')}];`;
  writeFileSync(
    join(folder, 'index.cjs'),
    `${all}\nexports.value = () => Math.max(...exports.all.map((helper) => helper.count));\n`,
  );
  writeFileSync(
    join(folder, 'plugin.toml'),
    `name = "${name}"\nversion = "1.0.0"\napi-version = { major = 0, minor = 1, patch = 0 }\nsource = "./index.cjs"\n`,
  );
  return folder;
}

const runtime = new PluginRuntime({ mode });

/** Wall time, and the processor time of all threads: a busy machine changes only the first. */
interface Took {
  readonly wallMs: number;
  readonly cpuMs: number;
}

function watch(): () => Took {
  const cpu = process.cpuUsage();
  const startMs = performance.now();
  return () => {
    const wallMs = performance.now() - startMs;
    const { user, system } = process.cpuUsage(cpu);
    return { wallMs, cpuMs: (user + system) / 1_000 };
  };
}

async function hotpipeTook(round: number): Promise<Took> {
  const name = `own${round}`;
  const folder = writeProgram(name, round);
  const took = watch();
  const loaded = await runtime.loadManifest(folder)();
  const end = took();
  if (loaded._tag === 'Left') throw new Error(loaded.left.message);
  if ((await runtime.call(name, 'value')) !== HELPERS) throw new Error('not all helpers ran');
  await runtime.unloadPlugin(name)();
  return end;
}

function nodeTook(round: number): Took {
  const folder = writeProgram(`node${round}`, round);
  const require = createRequire(join(folder, 'main.cjs'));
  const took = watch();
  const program: { value: () => number } = require('./index.cjs');
  const end = took();
  if (program.value() !== HELPERS) throw new Error('not all helpers ran');
  return end;
}

const own: Took[] = [];
const node: Took[] = [];
for (let round = 0; round < ROUNDS + 3; round += 1) {
  const isFirst = round % 2 === 0;
  const early = isFirst ? await hotpipeTook(round) : nodeTook(round);
  await wait(20);
  const late = isFirst ? nodeTook(round) : await hotpipeTook(round);
  await wait(20);
  // The first rounds compile what runs in all later ones.
  if (round < 3) continue;
  own.push(isFirst ? early : late);
  node.push(isFirst ? late : early);
}
const ratios = (key: keyof Took) =>
  own.map((took, at) => took[key] / (node[at]?.[key] ?? Number.NaN));
const ms = (all: readonly Took[]) => median(all.map(({ wallMs }) => wallMs)).toFixed(1);
console.log(
  `Node ${process.version}, ${mode}, ${how}: ${HELPERS} helpers, hotpipe ${ms(own)} ms, Node ${ms(node)} ms, ` +
    `medians of ${ROUNDS} ratios: wall ${median(ratios('wallMs')).toFixed(2)}, processor ${median(ratios('cpuMs')).toFixed(2)}`,
);
await runtime.close();
rmSync(dir, { recursive: true });
