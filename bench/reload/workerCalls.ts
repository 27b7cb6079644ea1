/**
 * Calls per second into a worker, compared with Comlink and piscina (one thread each) and with a call in this process. All call the same
 * function with the same arguments, from a number of callers that each wait for their answer. The rounds take turns (A B C A B C).
 *
 *   npm run build && npm run bench:install && node --import tsx bench/reload/workerCalls.ts [rounds]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import * as Comlink from 'comlink';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { Piscina } from 'piscina';
import { PluginRuntime } from '../../dist/index.js';
import { median } from '../medians.ts';

const ROUNDS = Number(process.argv[2] ?? 9);
const ROUND_MS = 400;
const host = (name: string) => fileURLToPath(new URL(`hosts/${name}`, import.meta.url));

const dir = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
const runtime = new PluginRuntime();
for (const mode of ['worker', 'in-process']) {
  mkdirSync(join(dir, mode));
  writeFileSync(join(dir, mode, 'index.ts'), 'export const add = (a: number, b: number) => a + b;');
  writeFileSync(
    join(dir, mode, 'plugin.toml'),
    `name = "${mode}"\nversion = "1.0.0"\nsource = "index.ts"\nmode = "${mode}"\napi-version = { major = 0, minor = 1, patch = 0 }\n`,
  );
}
await runtime.loadDirectory(dir)();

const comlinkThread = new Worker(host('comlinkWorker.mjs'));
const remote = Comlink.wrap<{ add(a: number, b: number): number }>(nodeEndpoint(comlinkThread));
const pool = new Piscina({
  filename: host('piscinaWorker.mjs'),
  minThreads: 1,
  maxThreads: 1,
  concurrentTasksPerWorker: 512,
});

const calls: Readonly<Record<string, (n: number) => PromiseLike<unknown>>> = {
  'hotpipe, worker': (n) => runtime.call('worker', 'add', n, 1),
  Comlink: (n) => remote.add(n, 1),
  piscina: (n) => pool.run({ a: n, b: 1 }),
  'hotpipe, in process': (n) => runtime.call('in-process', 'add', n, 1),
};

async function perSecond(call: (n: number) => PromiseLike<unknown>, callers: number) {
  const startMs = performance.now();
  let count = 0;
  const caller = async () => {
    while (performance.now() - startMs < ROUND_MS) {
      if ((await call(count)) === undefined) throw new Error('no answer');
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  return (count / (performance.now() - startMs)) * 1_000;
}

for (const callers of [64, 512]) {
  const rates = new Map(Object.keys(calls).map((name) => [name, [] as number[]]));
  const ratios = new Map(Object.keys(calls).map((name) => [name, [] as number[]]));
  for (let round = -1; round < ROUNDS; round += 1) {
    let ours = 0;
    for (const [name, call] of Object.entries(calls)) {
      const rate = await perSecond(call, callers);
      if (name === 'hotpipe, worker') ours = rate;
      if (round < 0) continue; // warm-up
      rates.get(name)?.push(rate);
      ratios.get(name)?.push(ours / rate);
    }
  }
  console.log(`\n${callers} callers, ${ROUNDS} rounds, Node ${process.version}`);
  console.log("| | calls/s, median | hotpipe's worker is faster by |\n| --- | ---: | ---: |");
  for (const [name, all] of rates) {
    const ratio = median(ratios.get(name) ?? []).toFixed(2);
    console.log(`| ${name} | ${Math.round(median(all)).toLocaleString('en')} | ${ratio} |`);
  }
}
await runtime.close();
await comlinkThread.terminate();
await pool.destroy();
rmSync(dir, { recursive: true });
