/**
 * How long `hotpipe watch` on the example plugins says nothing: the time to its first line, beside the time to its first plugin that serves.
 * Both are of one start; a start of `node -e 0` goes before each, as the yardstick of the machine.
 *
 *   npm run build && node --import tsx bench/first/firstLine.ts [rounds] [main.js of another build]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { median, quantile } from '../medians.ts';

const ROUND_COUNT = Number(process.argv[2] ?? 15);
/** What is compiled has been kept when a host has run for so long. */
const KEPT_AFTER_MS = 4_000;
const MAIN = process.argv[3] ?? 'lib/cli/main.js';

const home = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
const stateDir = join(home, 'state');
const env = { ...process.env, HOME: home };
// Not counted: it keeps the compiled code of the command line, as the first start of a user does.
await watch(KEPT_AFTER_MS);
const rounds: Round[] = [];
for (let round = 0; round < ROUND_COUNT; round++) {
  rounds.push({ bareMs: await bareNode(), ...(await watch()) });
}
rmSync(home, { recursive: true, force: true });

console.log(`${ROUND_COUNT} rounds, Node ${process.version}`);
tell('node -e 0 to exit', ({ bareMs }) => bareMs);
tell('to the first line', ({ lineMs }) => lineMs);
tell('to the first plugin', ({ servesMs }) => servesMs);
const ratios = rounds.map(({ lineMs, servesMs }) => lineMs / servesMs);
console.log(
  `first line beside first plugin: p50 ${median(ratios).toFixed(2)}, p95 ${quantile(ratios, 0.95).toFixed(2)}`,
);

interface Round {
  readonly bareMs: number;
  readonly lineMs: number;
  readonly servesMs: number;
}

function tell(name: string, of: (round: Round) => number): void {
  const values = rounds.map(of);
  const bare = median(rounds.map((round) => of(round) / round.bareMs));
  console.log(
    `${name.padEnd(20)} p50 ${median(values).toFixed(0)} ms, ${bare.toFixed(2)} x node -e 0`,
  );
}

async function bareNode(): Promise<number> {
  const startMs = performance.now();
  const child = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  return performance.now() - startMs;
}

async function watch(runsForMs = 0): Promise<Pick<Round, 'lineMs' | 'servesMs'>> {
  const startMs = performance.now();
  const args = [MAIN, 'watch', 'examples/plugins', '--verbose', '--state', stateDir];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'], env });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  let lineMs: number | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    lineMs ??= performance.now() - startMs;
    if (!line.includes(' serves version ')) continue;
    const servesMs = performance.now() - startMs;
    await setTimeout(runsForMs);
    child.kill('SIGTERM');
    await exited;
    return { lineMs, servesMs };
  }
  throw new Error('hotpipe watch ended before a plugin served');
}
