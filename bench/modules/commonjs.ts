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

async function hotpipeMs(round: number): Promise<number> {
  const name = `own${round}`;
  const folder = writeProgram(name, round);
  const startMs = performance.now();
  const loaded = await runtime.loadManifest(folder)();
  const tookMs = performance.now() - startMs;
  if (loaded._tag === 'Left') throw new Error(loaded.left.message);
  if ((await runtime.call(name, 'value')) !== HELPERS) throw new Error('not all helpers ran');
  await runtime.unloadPlugin(name)();
  return tookMs;
}

function nodeMs(round: number): number {
  const folder = writeProgram(`node${round}`, round);
  const require = createRequire(join(folder, 'main.cjs'));
  const startMs = performance.now();
  const program: { value: () => number } = require('./index.cjs');
  const tookMs = performance.now() - startMs;
  if (program.value() !== HELPERS) throw new Error('not all helpers ran');
  return tookMs;
}

const own: number[] = [];
const node: number[] = [];
for (let round = 0; round < ROUNDS + 3; round += 1) {
  const isFirst = round % 2 === 0;
  const early = isFirst ? await hotpipeMs(round) : nodeMs(round);
  await wait(20);
  const late = isFirst ? nodeMs(round) : await hotpipeMs(round);
  await wait(20);
  // The first rounds compile what runs in all later ones.
  if (round < 3) continue;
  own.push(isFirst ? early : late);
  node.push(isFirst ? late : early);
}
const ratios = own.map((ms, at) => ms / (node[at] ?? Number.NaN));
console.log(
  `Node ${process.version}, ${mode}, ${how}: ${HELPERS} helpers, hotpipe ${median(own).toFixed(1)} ms, Node ${median(node).toFixed(1)} ms, ` +
    `median of ${ROUNDS} ratios ${median(ratios).toFixed(2)}`,
);
await runtime.close();
rmSync(dir, { recursive: true });
