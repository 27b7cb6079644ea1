/** One measurement of `bench/scale/run.ts`, in a process of its own: `measure.ts <what> <plugins> <files> <index.js of the build>`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import type * as Hotpipe from '../../dist/index.js';
import { median, quantile } from '../medians.ts';

const [what = 'start', pluginCount = '10', fileCount = '20', entry = ''] = process.argv.slice(2);
const { hotReload, nodeFsBackend, PluginRuntime, presets, watchPlugins }: typeof Hotpipe =
  await import(pathToFileURL(entry).href);

const PLUGINS = Number(pluginCount);
const FILES = Number(fileCount);
/** What a checkout touches: so many of a thousand. */
const TOUCHED_RATIO = 0.3;
const CALLS_EVERY_MS = 5;

const root = mkdtempSync(join(tmpdir(), 'hotpipe-scale-'));
const dir = join(root, 'plugins');
const shared = join(root, 'shared.ts');
writeFileSync(shared, 'export const shared: number = 0;\n');
writeFileSync(join(root, 'package.json'), '{"type":"module"}');
for (let n = 0; n < PLUGINS; n += 1) writePlugin(n);

const figures = await measure();
rmSync(root, { recursive: true });
console.log(JSON.stringify(figures));
process.exit(0);

async function measure(): Promise<Record<string, number>> {
  if (what === 'directory' || what === 'directoryDependencies') {
    const runtime = new PluginRuntime({ root });
    const cpu = process.cpuUsage();
    const startMs = performance.now();
    const loads = await runtime.loadDirectory(dir)();
    const ms = performance.now() - startMs;
    if (loads._tag === 'Left' || loads.right.some(({ _tag }) => _tag === 'Left'))
      throw new Error('a load failed');
    return { ms, perPluginMs: ms / PLUGINS, cpuMs: cpuMsSince(cpu) };
  }
  const host = start();
  const startMs = performance.now();
  const cpu = process.cpuUsage();
  await host.ends(PLUGINS);
  const ms = performance.now() - startMs;
  const started = { ms, perPluginMs: ms / PLUGINS, cpuMs: cpuMsSince(cpu), failed: host.failed() };
  if (what === 'start') return started;
  await pause(500);
  if (what === 'edit') {
    const took: number[] = [];
    for (let round = 1; round <= 30; round += 1) {
      const n = round % PLUGINS;
      const at = performance.now();
      const ended = host.ends(1);
      writeFileSync(partOf(n, 1), part(round));
      await ended;
      took.push(performance.now() - at);
      await pause(100);
    }
    return { startMs: ms, p50Ms: median(took), p95Ms: quantile(took, 0.95), failed: host.failed() };
  }
  const touched = what === 'storm' ? PLUGINS : Math.ceil(PLUGINS * TOUCHED_RATIO);
  const calls = callAll(host.runtime);
  const held = monitorEventLoopDelay({ resolution: 1 });
  const stormCpu = process.cpuUsage();
  const at = performance.now();
  const ended = host.ends(touched, 200_000);
  if (what === 'storm') writeFileSync(shared, 'export const shared: number = 1;\n');
  else for (let n = 0; n < touched; n += 1) writeFileSync(partOf(n, 1), part(1));
  // Not before: this process writes the files itself, which no host does.
  held.enable();
  const turns = timeTurns();
  await ended;
  const tookMs = performance.now() - at;
  held.disable();
  const turnCpuMs = turns?.end();
  const callMs = calls.end();
  return {
    startMs: ms,
    ms: tookMs,
    // Whoever times the turns keeps the loop awake.
    ...(turnCpuMs === undefined ? { cpuMs: cpuMsSince(stormCpu) } : { turnCpuMs }),
    toStartRatio: tookMs / ms,
    failed: host.failed(),
    heldMs: held.max / 1e6,
    callP99Ms: quantile(callMs, 0.99),
  };
}

function start() {
  const runtime = new PluginRuntime({ root });
  let failedCount = 0;
  /** Ends that are awaited. */
  let left = 0;
  let resolveEnds = () => {};
  hotReload({
    ...presets.development,
    ...watchPlugins(runtime, dir, { backend: nodeFsBackend() }),
    target: runtime,
    root,
  }).subscribe((event) => {
    if (event._tag === 'ReloadFailed') {
      failedCount += 1;
      if (failedCount <= 5) console.error(event.error.message);
    }
    if (event._tag !== 'Loaded' && event._tag !== 'Reloaded') return;
    left -= 1;
    if (left === 0) resolveEnds();
  });
  return {
    runtime,
    failed: () => failedCount,
    ends: (count: number, limitMs = 220_000): Promise<void> => {
      left = count;
      return new Promise((resolve) => {
        resolveEnds = resolve;
        setTimeout(() => {
          console.error(`after ${limitMs} ms: ${left} of ${count} left, ${failedCount} failed`);
          resolve();
        }, limitMs).unref();
      });
    },
  };
}

/** Calls one plugin after the other until the end. */
function callAll(runtime: InstanceType<typeof PluginRuntime>) {
  const tookMs: number[] = [];
  let n = 0;
  const timer = setInterval(() => {
    const dueMs = performance.now();
    n = (n + 1) % PLUGINS;
    void runtime.call(`bench-${n}`, 'answer').then(() => tookMs.push(performance.now() - dueMs));
  }, CALLS_EVERY_MS);
  return {
    end: () => {
      clearInterval(timer);
      return tookMs;
    },
  };
}

/**
 * The processor time of the longest turn of the loop: on a busy machine, `heldMs` is mostly the time in which this process did not run.
 * Undefined before Node 23.9, which cannot tell it of one thread.
 */
function timeTurns(): { end(): number } | undefined {
  if (!('threadCpuUsage' in process) || typeof process.threadCpuUsage !== 'function') return;
  const usage: () => NodeJS.CpuUsage = process.threadCpuUsage.bind(process);
  const nowMs = () => (usage().user + usage().system) / 1000;
  let longestMs = 0;
  let isOver = false;
  let lastMs = nowMs();
  const turn = () => {
    const atMs = nowMs();
    longestMs = Math.max(longestMs, atMs - lastMs);
    lastMs = atMs;
    if (!isOver) setImmediate(turn);
  };
  setImmediate(() => {
    lastMs = nowMs();
    setImmediate(turn);
  });
  return {
    end: () => {
      isOver = true;
      return longestMs;
    },
  };
}

function writePlugin(n: number): void {
  const folder = join(dir, `bench-${n}`);
  mkdirSync(folder, { recursive: true });
  const needs =
    what === 'directoryDependencies' && n > 0 ? '\n[dependencies]\nbench-0 = "^1.0.0"\n' : '';
  writeFileSync(
    join(folder, 'plugin.toml'),
    `name = "bench-${n}"\nversion = "1.0.0"\nsource = "index.ts"\nexports = ["answer"]\n${needs}\n[api-version]\nmajor = 0\nminor = 1\npatch = 0\n`,
  );
  const numbers = Array.from({ length: FILES - 1 }, (_, i) => i + 1);
  for (const number of numbers) writeFileSync(partOf(n, number), part(0));
  const imports = numbers.map(
    (number) => `import { value as v${number} } from './part${number}.js';\n`,
  );
  const sum = ['shared', ...numbers.map((number) => `v${number}`)].join(' + ');
  const index = `import { shared } from '../../shared.ts';\n${imports.join('')}export function answer(): number {\n  return ${sum};\n}\n`;
  writeFileSync(partOf(n, 0), index);
}

function partOf(plugin: number, number: number): string {
  return join(dir, `bench-${plugin}`, number === 0 ? 'index.ts' : `part${number}.ts`);
}

/** About 3.8 KB, as `bench/reload` has them. */
function part(value: number): string {
  const lines = Array.from(
    { length: 60 },
    (_, i) => `const step${i} = (a: number, b: number) => (a * ${i} + b) % 97;`,
  );
  return `${lines.join('\n')}\nexport const value: number = ${value};\n`;
}

function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
