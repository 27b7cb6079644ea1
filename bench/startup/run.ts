/**
 * Measures the time from the start of `hotpipe watch` on the example plugins until the first plugin serves, against the time
 * of `node -e 0`. The two are run in pairs, so that both meet the same load of the machine.
 *
 * Starts are measured as a user has them again and again: one of each build, which is not counted, keeps its compiled code in a home of its own.
 * `NODE_DISABLE_COMPILE_CACHE=1` measures the first start.
 *
 *   npm run build && node --import tsx bench/startup/run.ts [pairs] [main.js of a build, or of several that take turns: a.js,b.js]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { median, quantile } from '../medians.ts';

const PAIR_COUNT = Number(process.argv[2] ?? 21);
/** What is compiled has been kept when a host has run for so long. */
const KEPT_AFTER_MS = 4_000;
const MAINS = (process.argv[3] ?? 'lib/cli/main.js').split(',');

const home = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
const stateDir = join(home, 'state');
const env = { ...process.env, HOME: home };
for (const main of MAINS) await firstServing(main, KEPT_AFTER_MS);
const bareMs: number[] = [];
const hostMs = MAINS.map((): number[] => []);
const hostCpuMs = MAINS.map((): number[] => []);
for (let pair = 0; pair < PAIR_COUNT; pair++) {
  bareMs.push(await bareNode());
  // Each is the first one in its turn.
  for (let at = 0; at < MAINS.length; at++) {
    const turn = (at + pair) % MAINS.length;
    const { tookMs, cpuMs } = await firstServing(MAINS[turn] ?? '');
    hostMs[turn]?.push(tookMs);
    hostCpuMs[turn]?.push(cpuMs);
  }
}
rmSync(home, { recursive: true, force: true });

console.log(`${PAIR_COUNT} pairs, Node ${process.version}`);
console.log(`node -e 0 to exit         p50 ${median(bareMs).toFixed(0)} ms`);
for (const [at, main] of MAINS.entries()) {
  const all = hostMs[at] ?? [];
  const ratios = all.map((ms, pair) => ms / (bareMs[pair] ?? Number.NaN));
  const least = Math.min(...all) / Math.min(...bareMs);
  const cpu = hostCpuMs[at] ?? [];
  console.log(`${main} watch to serving  p50 ${median(all).toFixed(0)} ms`);
  console.log(
    `processor time            p50 ${median(cpu).toFixed(0)} ms, least ${Math.min(...cpu).toFixed(0)} ms`,
  );
  console.log(
    `ratio                     p50 ${median(ratios).toFixed(2)}, p95 ${quantile(ratios, 0.95).toFixed(2)}, of the least times ${least.toFixed(2)}`,
  );
}

async function bareNode(): Promise<number> {
  const startMs = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return performance.now() - startMs;
}

async function firstServing(main: string, runsForMs = 0) {
  const startMs = performance.now();
  const args = [main, 'watch', 'examples/plugins', '--json', '--state', stateDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes('"Loaded"')) continue;
    const tookMs = performance.now() - startMs;
    const cpuMs = cpuOf(child.pid);
    await setTimeout(runsForMs);
    child.kill('SIGTERM');
    await exited;
    return { tookMs, cpuMs };
  }
  throw new Error('hotpipe watch ended before a plugin served');
}

/** Processor time of all threads of a process so far, in milliseconds: other work on the machine changes it little. NaN where there is no /proc. */
function cpuOf(pid: number | undefined): number {
  const tasks = `/proc/${pid}/task`;
  try {
    const spentNs = readdirSync(tasks).map((task) =>
      Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ', 1)[0]),
    );
    return spentNs.reduce((sum, ns) => sum + ns, 0) / 1e6;
  } catch {
    return Number.NaN;
  }
}
