/**
 * Measures the time from the start of `hotpipe watch` on the example plugins until the first plugin serves, against the time
 * of `node -e 0`. The two are run in pairs, so that both meet the same load of the machine.
 *
 *   npm run build && node --import tsx bench/startup/run.ts [pairs] [main.js of another build]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { median, quantile } from '../medians.ts';

const PAIR_COUNT = Number(process.argv[2] ?? 21);
const MAIN = process.argv[3] ?? 'lib/cli/main.js';

const stateDir = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
const ratios: number[] = [];
const hostMs: number[] = [];
const bareMs: number[] = [];
for (let pair = 0; pair < PAIR_COUNT; pair++) {
  const bare = await bareNode();
  const host = await firstServing();
  bareMs.push(bare);
  hostMs.push(host);
  ratios.push(host / bare);
}
rmSync(stateDir, { recursive: true, force: true });

console.log(`${PAIR_COUNT} pairs, Node ${process.version}`);
console.log(`node -e 0 to exit         p50 ${median(bareMs).toFixed(0)} ms`);
console.log(`hotpipe watch to serving  p50 ${median(hostMs).toFixed(0)} ms`);
console.log(
  `ratio                     p50 ${median(ratios).toFixed(2)}, p95 ${quantile(ratios, 0.95).toFixed(2)}`,
);

async function bareNode(): Promise<number> {
  const startMs = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return performance.now() - startMs;
}

async function firstServing(): Promise<number> {
  const startMs = performance.now();
  const args = [MAIN, 'watch', 'examples/plugins', '--json', '--state', stateDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"Loaded"')) continue;
    const tookMs = performance.now() - startMs;
    child.kill('SIGTERM');
    await exited;
    return tookMs;
  }
  throw new Error('hotpipe watch ended before a plugin served');
}
