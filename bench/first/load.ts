/**
 * The fastify recipe under autocannon while saves go in, beside the same load without saves, in turns.
 *
 *   npm run build && node --import tsx bench/first/load.ts [rounds] [saves a round] [milliseconds between saves] [requests a second]
 */
import { execFile, spawn } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { median } from '../medians.ts';

const [roundCount = 5, saveCount = 60, gapMs = 200, rate = 400] = process.argv.slice(2).map(Number);
const AUTOCANNON = 'bench/node_modules/autocannon/autocannon.js';
const CONNECTIONS_COUNT = 8;

interface Result {
  readonly '2xx': number;
  readonly non2xx: number;
  readonly errors: number;
  readonly timeouts: number;
  readonly latency: { readonly p50: number; readonly p99: number; readonly max: number };
}

const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-bench-')));
cpSync('examples/recipes/fastify', dir, { recursive: true });
mkdirSync(join(dir, 'node_modules'));
symlinkSync(resolve('.'), join(dir, 'node_modules/hotpipe'));
for (const used of ['rxjs', 'fastify', 'sql.js', 'ws'])
  symlinkSync(realpathSync(join('node_modules', used)), join(dir, 'node_modules', used));
const source = join(dir, 'plugins/users/index.ts');
const original = readFileSync(source, 'utf8');

const host = spawn(process.execPath, ['host.mjs'], {
  cwd: dir,
  stdio: ['ignore', 'pipe', 'inherit'],
});
const ended = new Promise((done) => host.once('exit', done));
let reloadedCount = 0;
const url = await new Promise<string>((found) => {
  createInterface({ input: host.stdout }).on('line', (line) => {
    if (line.includes(' reloaded version ')) reloadedCount += 1;
    const [, address] = /listening on (\S+)/.exec(line) ?? [];
    if (address !== undefined) found(address);
  });
});

await load(2); // warm
const quiet: Result[] = [];
const saved: Result[] = [];
const seconds = Math.ceil((saveCount * gapMs) / 1_000);
for (let round = 0; round < roundCount; round++) {
  quiet.push(await load(seconds));
  const [result] = await Promise.all([load(seconds), save(round)]);
  saved.push(result);
}
host.kill('SIGINT');
await ended;
rmSync(dir, { recursive: true, force: true });

console.log(
  `${roundCount} rounds of ${seconds} s, ${rate} requests a second over ${CONNECTIONS_COUNT} connections, Node ${process.version}`,
);
console.log(`reloads: ${reloadedCount} of ${roundCount * saveCount} saves`);
tell('no saves', quiet);
tell(`${saveCount} saves`, saved);
const ratios = saved.map(({ latency }, at) => latency.p99 / (quiet[at]?.latency.p99 ?? Number.NaN));
console.log(
  `p99 beside no saves, per round: ${ratios.map((ratio) => ratio.toFixed(2)).join(' ')}; median ${median(ratios).toFixed(2)}`,
);

async function load(duration: number): Promise<Result> {
  const args = ['-j', '-c', `${CONNECTIONS_COUNT}`, '-R', `${rate}`, '-d', `${duration}`];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [AUTOCANNON, ...args, `${url}/users`],
    { maxBuffer: 2 ** 26 },
  );
  const result: Result = JSON.parse(stdout);
  return result;
}

async function save(round: number): Promise<void> {
  for (let at = 1; at <= saveCount; at++) {
    writeFileSync(source, original.replace("'hello'", `'round ${round}, save ${at}'`));
    await wait(gapMs);
  }
}

function tell(name: string, results: readonly Result[]): void {
  const sum = (of: (result: Result) => number) =>
    results.reduce((total, result) => total + of(result), 0);
  const p = (of: (result: Result) => number) => median(results.map(of)).toFixed(0);
  console.log(
    [
      name.padEnd(10),
      `2xx ${sum((result) => result['2xx'])}`,
      `other answers ${sum(({ non2xx }) => non2xx)}`,
      `errors ${sum(({ errors }) => errors)}`,
      `p50 ${p(({ latency }) => latency.p50)} ms`,
      `p99 ${p(({ latency }) => latency.p99)} ms`,
      `max ${p(({ latency }) => latency.max)} ms`,
    ].join(', '),
  );
}
