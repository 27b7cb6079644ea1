/**
 * Starts with and without what an earlier start has compiled, and one that writes it, in turns, each in a process of its own: processor time
 * and memory. What is written when the host is idle counts.
 *
 *   npm run build && node --import tsx bench/warm/start.ts 100 20 3
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { checkPlugins, PluginRuntime } from '../../dist/runtime/index.js';
import { median } from '../medians.ts';

const [plugins = '100', files = '20', rounds = '3', root = '', cache = '', writes = ''] =
  process.argv.slice(2);
/** A pack that has not changed for so long is written. */
const QUIET_MS = 3_000;
if (root === '') compare();
else await start();

async function start(): Promise<void> {
  const options = cache === '' ? {} : { compileCache: { directory: cache } };
  const runtime = new PluginRuntime({ root, ...options });
  const before = process.cpuUsage();
  const loads = await runtime.loadDirectory(join(root, 'plugins'))();
  const serving = process.cpuUsage(before);
  if (writes !== '') await written();
  const { user, system } = process.cpuUsage(before);
  if (loads._tag === 'Left' || loads.right.some(({ _tag }) => _tag === 'Left'))
    throw new Error('a load failed');
  const megabytes = process.memoryUsage.rss() / 1e6;
  const { compiled } = runtime.compileCounts();
  const servingMs = (serving.user + serving.system) / 1000;
  console.log(JSON.stringify({ cpuMs: (user + system) / 1000, servingMs, megabytes, compiled }));
  process.exit(0);
}

async function written(): Promise<void> {
  const sizes = () =>
    readdirSync(cache, { recursive: true, encoding: 'utf8' })
      .map((name) => `${name} ${statSync(join(cache, name), { throwIfNoEntry: false })?.size}`)
      .join();
  const isWritten = () => readdirSync(cache).length > 0;
  let last = '';
  for (let now = sizes(); now !== last || !isWritten(); now = sizes()) {
    last = now;
    await wait(QUIET_MS);
  }
}

async function compare(): Promise<void> {
  const made = mkdtempSync(join(tmpdir(), 'hotpipe-warm-'));
  for (let n = 0; n < Number(plugins); n += 1) writePlugin(join(made, 'plugins', `bench-${n}`), n);
  const directory = join(made, 'cache');
  await checkPlugins(join(made, 'plugins'), { compileCache: { directory } });
  const program = fileURLToPath(import.meta.url);
  const run = (
    kept: string,
    more: readonly string[] = [],
  ): { cpuMs: number; servingMs: number; megabytes: number; compiled: number } => {
    const args = ['--import', 'tsx', program, plugins, files, rounds, made, kept, ...more];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  };
  const writing = (round: number) => {
    const fresh = join(made, `fresh-${round}`);
    mkdirSync(fresh);
    return run(fresh, ['writes']);
  };
  const pairs = Array.from({ length: Number(rounds) }, (_, round) => ({
    cold: run(''),
    warm: run(directory),
    writing: writing(round),
  }));
  rmSync(made, { recursive: true });
  const of = (value: (pair: (typeof pairs)[number]) => number) =>
    median(pairs.map(value)).toFixed(2);
  console.log(
    `Node ${process.version}, ${plugins} plugins of ${files} files, ${rounds} pairs, medians`,
  );
  console.log(
    `cold ${of(({ cold }) => cold.cpuMs)} ms of processor time, ${of(({ cold }) => cold.megabytes)} MB`,
  );
  console.log(
    `warm ${of(({ warm }) => warm.cpuMs)} ms, ${of(({ warm }) => warm.megabytes)} MB, compiled ${of(({ warm }) => warm.compiled)}`,
  );
  console.log(
    `cold and writing ${of(({ writing }) => writing.servingMs)} ms until all serve, ${of(({ writing }) => writing.cpuMs)} ms with what is written when idle`,
  );
  console.log(
    `beside cold: warm ${of(({ cold, warm }) => warm.cpuMs / cold.cpuMs)}, writing until all serve ${of(({ cold, writing }) => writing.servingMs / cold.cpuMs)}, in all ${of(({ cold, writing }) => writing.cpuMs / cold.cpuMs)}`,
  );
}

function writePlugin(folder: string, n: number): void {
  mkdirSync(folder, { recursive: true });
  const numbers = Array.from({ length: Number(files) - 1 }, (_, i) => i + 1);
  for (const number of numbers) writeFileSync(join(folder, `part${number}.ts`), part(number));
  const imports = numbers.map((one) => `import { value as v${one} } from './part${one}.js';\n`);
  const sum = ['1', ...numbers.map((one) => `v${one}`)].join(' + ');
  writeFileSync(
    join(folder, 'index.ts'),
    `${imports.join('')}export const answer = (): number => ${sum};\n`,
  );
  const api = '[api-version]\nmajor = 0\nminor = 1\npatch = 0\n';
  writeFileSync(
    join(folder, 'plugin.toml'),
    `name = "bench-${n}"\nversion = "1.0.0"\nsource = "index.ts"\n${api}`,
  );
}

/** About 3.8 KB, as `bench/scale` has them. */
function part(value: number): string {
  const lines = Array.from(
    { length: 60 },
    (_, i) => `const step${i} = (a: number, b: number) => (a * ${i} + b) % 97;`,
  );
  return `${lines.join('\n')}\nexport const value: number = ${value};\n`;
}
