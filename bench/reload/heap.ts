/**
 * Heap kept per reload: each version has a source of 20 KB of its own, and its instance holds over 100 KB.
 *
 *   npm run build && node --expose-gc --import tsx bench/reload/heap.ts [reloads] [commonjs]
 *
 * With `commonjs` the source is a CommonJS file that the entry requires, which requires another one by a computed name.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PluginRuntime } from '../../dist/index.js';

const RELOADS = Number(process.argv[2] ?? 10_000);
const WARM_UP = 200;
const isCommonjs = process.argv[3] === 'commonjs';
const dir = mkdtempSync(join(tmpdir(), 'hotpipe-heap-'));
mkdirSync(join(dir, 'a'));
writeFileSync(
  join(dir, 'a/plugin.toml'),
  'name = "a"\nversion = "1.0.0"\napi-version = { major = 0, minor = 1, patch = 0 }\nsource = "./index.ts"\n',
);

/** About 20 KB, no line of which is in any other version. */
function source(version: number): string {
  const lines = Array.from(
    { length: 240 },
    (_, i) =>
      `export function f${i}(x: number): string { return 'text ${version} of function ${i} ' + x * ${version + i}; }`,
  );
  return `${lines.join('\n')}
const held: number[] = Array.from({ length: 13_000 }, (_, i) => i + ${version} + 0.5);
export const value = (): number => held[0] ?? 0;
export const saveState = (): unknown => ({ version: ${version} });
export const restoreState = (): void => {};
export const start = (ctx: { setInterval(work: () => unknown, everyMs: number): unknown }): void => { ctx.setInterval(() => held, 1e6); };`;
}

function writeVersion(version: number): void {
  if (!isCommonjs) {
    writeFileSync(join(dir, 'a/index.ts'), source(version));
    return;
  }
  const entry = `const lib = require('./lib.cjs'); module.exports = { ...lib };`;
  // The same text without its types.
  const lib = source(version)
    .replaceAll(/^export function (\w+)\(x: number\): string/gm, 'exports.$1 = function (x)')
    .replaceAll(/^export const (\w+) = /gm, 'exports.$1 = ')
    .replace('held: number[]', 'held')
    .replaceAll(/\): (?:number|unknown|void) =>/g, ') =>')
    .replace(/\(ctx: .*\) => \{ ctx/, '(ctx) => { ctx');
  writeFileSync(join(dir, 'a/index.ts'), entry);
  writeFileSync(join(dir, 'a/lib.cjs'), `${lib}\nexports.part = require('./' + 'part').n;`);
  writeFileSync(join(dir, 'a/part.js'), `exports.n = ${version};`);
}

const runtime = new PluginRuntime();
async function reload(version: number): Promise<void> {
  writeVersion(version);
  const result = await runtime.reloadPlugin('a')();
  if (result._tag === 'Left') throw new Error(result.left.message);
}

async function heapBytes(): Promise<number> {
  for (let round = 0; round < 6; round += 1) {
    globalThis.gc?.();
    await wait(5);
  }
  return process.memoryUsage().heapUsed;
}

writeVersion(0);
await runtime.loadManifest(join(dir, 'a'))();
for (let version = 1; version <= WARM_UP; version += 1) await reload(version);
const before = await heapBytes();
const startMs = performance.now();
for (let version = WARM_UP + 1; version <= WARM_UP + RELOADS; version += 1) await reload(version);
const tookMs = performance.now() - startMs;
const after = await heapBytes();
const keptKb = (after - before) / 1024 / RELOADS;
const rssMb = process.memoryUsage().rss / 1024 / 1024;
console.log(
  `Node ${process.version}: ${RELOADS} reloads of ${Math.round(source(1).length / 1024)} KB, heap kept per reload ${keptKb.toFixed(3)} KB, ` +
    `heap at the end ${(after / 1024 / 1024).toFixed(1)} MB, RSS ${rssMb.toFixed(0)} MB, ${(tookMs / RELOADS).toFixed(2)} ms per reload`,
);
await runtime.close();
rmSync(dir, { recursive: true });
