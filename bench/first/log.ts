/**
 * From a save to the first answer of the new code, in a folder where a log grows every 20 ms, beside the same without a log. Two hosts run in
 * processes of their own, and saves go to one after the other.
 *
 *   npm run build && node --import tsx bench/first/log.ts [rounds]
 */
import { type ChildProcess, fork } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { median, quantile } from '../medians.ts';

const ROUND_COUNT = Number(process.argv[2] ?? 40);
const LOG_MS = 20;
/** Between the saves of a person; the window of `development` does not climb at that pace. */
const PAUSE_MS = 1_000;
const STUCK_MS = 60_000;

const root = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
const quiet = await start('quiet');
const logging = await start('logging');
const log = setInterval(() => {
  for (const file of ['bench/out.log', 'bench/data/store.sqlite-journal'])
    appendFileSync(join(logging.dir, file), 'one more line\n');
}, LOG_MS);

const quietMs: number[] = [];
const loggingMs: number[] = [];
for (let round = 1; round <= ROUND_COUNT; round++) {
  quietMs.push(await edit(quiet, round));
  loggingMs.push(await edit(logging, round));
}
clearInterval(log);
for (const { child } of [quiet, logging]) child.disconnect();
rmSync(root, { recursive: true, force: true });

console.log(`${ROUND_COUNT} rounds, Node ${process.version}`);
tell('without a log', quietMs);
tell(`beside a log, ${LOG_MS} ms`, loggingMs);
console.log(`p50 beside p50: ${(median(loggingMs) / median(quietMs)).toFixed(2)}`);

interface Host {
  readonly dir: string;
  readonly child: ChildProcess;
}

async function start(name: string): Promise<Host> {
  const dir = join(root, name);
  mkdirSync(join(dir, 'bench/data'), { recursive: true });
  writeFileSync(
    join(dir, 'bench/plugin.toml'),
    'name = "bench"\nversion = "1.0.0"\nsource = "./index.ts"\n',
  );
  writeFileSync(join(dir, 'bench/index.ts'), 'export const answer = (): number => 0;\n');
  const child = fork(join(import.meta.dirname, 'logHost.mjs'), [dir]);
  await new Promise((ready) => child.once('message', ready));
  return { dir, child };
}

async function edit({ dir, child }: Host, value: number): Promise<number> {
  await wait(PAUSE_MS);
  const startMs = performance.now();
  writeFileSync(join(dir, 'bench/index.ts'), `export const answer = (): number => ${value};\n`);
  for (;;) {
    const answer = new Promise((answered) => child.once('message', answered));
    child.send('?');
    const isLive = (await answer) === value;
    const tookMs = performance.now() - startMs;
    if (isLive) return tookMs;
    if (tookMs > STUCK_MS) throw new Error(`the save was not live after ${STUCK_MS} ms`);
    await wait(1);
  }
}

function tell(name: string, values: readonly number[]): void {
  console.log(
    `${name.padEnd(22)} p50 ${median(values).toFixed(1)} ms, p95 ${quantile(values, 0.95).toFixed(1)} ms`,
  );
}
