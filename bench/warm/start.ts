/**
 * Starts with and without what an earlier start has compiled, in turns, each in a process of its own: processor time and memory.
 *
 *   npm run build && node --import tsx bench/warm/start.ts 100 20 3
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPlugins, PluginRuntime } from '../../dist/runtime/index.js';
import { median } from '../medians.ts';

const [plugins = '100', files = '20', rounds = '3', root = '', cache = ''] = process.argv.slice(2);
if (root === '') compare();
else await start();

async function start(): Promise<void> {
  const options = cache === '' ? {} : { compileCache: { directory: cache } };
  const runtime = new PluginRuntime({ root, ...options });
  const before = process.cpuUsage();
  const loads = await runtime.loadDirectory(join(root, 'plugins'))();
  const { user, system } = process.cpuUsage(before);
  if (loads._tag === 'Left' || loads.right.some(({ _tag }) => _tag === 'Left'))
    throw new Error('a load failed');
  const megabytes = process.memoryUsage.rss() / 1e6;
  const { compiled } = runtime.compileCounts();
  console.log(JSON.stringify({ cpuMs: (user + system) / 1000, megabytes, compiled }));
  process.exit(0);
}

async function compare(): Promise<void> {
  const made = mkdtempSync(join(tmpdir(), 'hotpipe-warm-'));
  for (let n = 0; n < Number(plugins); n += 1) writePlugin(join(made, 'plugins', `bench-${n}`), n);
  const directory = join(made, 'cache');
  await checkPlugins(join(made, 'plugins'), { compileCache: { directory } });
  const program = fileURLToPath(import.meta.url);
  const run = (kept: string): { cpuMs: number; megabytes: number; compiled: number } => {
    const args = ['--import', 'tsx', program, plugins, files, rounds, made, kept];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  };
  const pairs = Array.from({ length: Number(rounds) }, () => ({
    cold: run(''),
    warm: run(directory),
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
  console.log(`ratio ${of(({ cold, warm }) => warm.cpuMs / cold.cpuMs)}`);
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
