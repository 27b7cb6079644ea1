/**
 * Calls per second to a plugin in this process, and the time to hand a state over to the next version. Rounds of both alternate
 * (A B A B), so that slow phases of the machine meet both alike.
 *
 *   npm run build && node --import tsx bench/reload/calls.ts
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PluginRuntime } from '../../dist/index.js';
import { median } from '../medians.ts';

const CALLS = 200_000;
const ROUNDS = 15;
const IN_FLIGHT = 64;
const dir = mkdtempSync(join(tmpdir(), 'hotpipe-calls-'));
const runtime = new PluginRuntime();

function lay(name: string, source: string, lines = ''): void {
  mkdirSync(join(dir, name), { recursive: true });
  writeFileSync(
    join(dir, name, 'plugin.toml'),
    `name = "${name}"\nversion = "1.0.0"\napi-version = { major = 0, minor = 1, patch = 0 }\nsource = "./index.ts"\n${lines}\n`,
  );
  writeFileSync(join(dir, name, 'index.ts'), source);
}

lay('echo', 'export const echo = (x: number): number => x;');
await runtime.loadManifest(join(dir, 'echo'))();
const plain = (x: number): Promise<number> => Promise.resolve(x);

/** Starts calls in groups and awaits the last of each, as a host does that serves many requests at once. */
async function perSecond(call: (x: number) => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  for (let done = 0; done < CALLS; done += IN_FLIGHT) {
    let last: Promise<unknown> | undefined;
    for (let i = 0; i < IN_FLIGHT; i += 1) last = call(i);
    await last;
  }
  return (CALLS / (performance.now() - startMs)) * 1_000;
}

const rates = { bare: [] as number[], guarded: [] as number[] };
for (let round = 0; round < ROUNDS; round += 1) {
  rates.bare.push(await perSecond(plain));
  rates.guarded.push(await perSecond((x) => runtime.call('echo', 'echo', x)));
}
const millions = (list: readonly number[]) => (median(list) / 1e6).toFixed(1);
const best = (list: readonly number[]) => (Math.max(...list) / 1e6).toFixed(1);
console.log(`Node ${process.version}, ${IN_FLIGHT} calls in flight, ${ROUNDS} rounds`);
console.log('| calls per second, millions | p50 | best round |\n| --- | ---: | ---: |');
console.log(`| Promise.resolve(x) | ${millions(rates.bare)} | ${best(rates.bare)} |`);
console.log(`| runtime.call | ${millions(rates.guarded)} | ${best(rates.guarded)} |`);

/** A plugin whose state has about `bytes` as JSON: records with numbers and texts. */
const stateful = (bytes: number, version: number) => `
const version = ${version};
let held: unknown = Array.from({ length: ${Math.round(bytes / 62)} }, (_, i) => ({ id: i, name: 'record number ' + i, seen: i * 1.5 }));
export const saveState = (): unknown => held;
export const restoreState = (state: unknown): void => { held = state; };
export const size = (): number => JSON.stringify(held).length + version * 0;`;

console.log(
  '\n| state | hand-over | SAVE + RESTORE p50 ms | structuredClone p50 ms |\n| --- | --- | ---: | ---: |',
);
for (const [label, bytes] of [
  ['1 KB', 1_000],
  ['1 MB', 1_000_000],
  ['4 MB', 4_000_000],
] as const) {
  for (const handOver of ['copy', 'reference']) {
    const name = `state-${handOver}-${bytes}`;
    lay(name, stateful(bytes, 0), `hand-over = "${handOver}"`);
    await runtime.loadManifest(join(dir, name))();
    const tookMs: number[] = [];
    const cloneMs: number[] = [];
    for (let version = 1; version <= ROUNDS; version += 1) {
      writeFileSync(join(dir, name, 'index.ts'), stateful(bytes, version));
      const result = await runtime.reloadPlugin(name)();
      if (result._tag === 'Left') throw new Error(result.left.message);
      const { save = 0, restore = 0 } = result.right.stageMs;
      tookMs.push(save + restore);
      const state = await runtime.getPluginState(name)();
      const startMs = performance.now();
      structuredClone(state);
      cloneMs.push(performance.now() - startMs);
    }
    console.log(
      `| ${label} | ${handOver} | ${median(tookMs).toFixed(2)} | ${median(cloneMs).toFixed(2)} |`,
    );
  }
}
await runtime.close();
rmSync(dir, { recursive: true });
