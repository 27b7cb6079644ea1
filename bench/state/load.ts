/**
 * A host under load: 200 plugins, 4 processes that write bursts to them with every tenth content broken, and two stalls of the
 * host's event loop of 1.5 s each. At the end every plugin must serve its last content, or a failure must name it:
 *
 *   node --import tsx bench/state/load.ts [seconds, default 60] [writes a second, default 10,000]
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { debounceTime, firstValueFrom, mergeMap, ReplaySubject, share, take, tap } from 'rxjs';
import {
  fileStateStore,
  foldHealth,
  hotReload,
  PluginRuntime,
  presets,
  type ReloadEvent,
  watch,
} from '../../src/index.ts';

const [seconds = 60, writesPerSecond = 10_000] = process.argv.slice(2).map(Number);
const pluginCount = 200;
const writerCount = 4;
const stallMs = 1_500;

const root = mkdtempSync(join(tmpdir(), 'hotpipe-load-'));
const dir = join(root, 'plugins');
for (let plugin = 0; plugin < pluginCount; plugin++) {
  const folder = join(dir, `p${plugin}`);
  mkdirSync(folder, { recursive: true });
  const manifest = `name = "p${plugin}"\nversion = "1.0.0"\nsource = "index.js"\n[api-version]\nmajor = 0\nminor = 1\npatch = 0\n`;
  writeFileSync(join(folder, 'plugin.toml'), manifest);
  writeFileSync(join(folder, 'index.js'), 'export const answer = () => 0;');
}

const store = fileStateStore(join(root, 'state'));
const runtime = new PluginRuntime({ store });
const ready$ = new ReplaySubject<void>(1);
let watchEvents = 0;
let health = foldHealth(undefined);
const lastFailure = new Map<string, ReloadEvent>();
const lastServed = new Map<string, number>();
const events$ = hotReload({
  ...presets.development,
  source$: watch(dir, {
    backend: 'nodeFs',
    exclude: ['**/*.tmp'],
    onReady: () => ready$.next(),
  }).pipe(tap(() => watchEvents++)),
  target: runtime,
  store,
  load: ready$.pipe(
    take(1),
    mergeMap(() => runtime.loadEach(dir)),
  ),
}).pipe(
  tap((event) => {
    health = foldHealth(health, event);
    if (event._tag === 'ReloadFailed') lastFailure.set(event.plugin, event);
    if (event._tag === 'Reloaded' || event._tag === 'Loaded' || event._tag === 'Unchanged') {
      lastFailure.delete(event.plugin);
      lastServed.set(event.plugin, event.i);
    }
  }),
  share(),
);
const running = events$.subscribe();
await ready$.pipe(take(1)).toPromise();
while (lastServed.size < pluginCount) await new Promise((resolve) => setTimeout(resolve, 50));
console.log(`${pluginCount} plugins serve; ${writerCount} writers for ${seconds} s`);

const lag = monitorEventLoopDelay({ resolution: 1 });
lag.enable();
const outputs = Array.from({ length: writerCount }, async (_, n) => {
  const share = pluginCount / writerCount;
  const args = [dir, n * share, share, seconds, writesPerSecond / writerCount].map(String);
  const writer = spawn(process.execPath, [join(import.meta.dirname, 'loadWriter.mjs'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  writer.stdout.on('data', (text: Buffer) => (output += String(text)));
  await once(writer, 'close');
  return JSON.parse(output) as { first: number; last: (number | null)[]; writes: number };
});
const stalls = [1 / 3, 2 / 3].map((at) =>
  setTimeout(
    () => {
      lag.disable(); // the stall is the benchmark's own, not the pipeline's
      const untilMs = performance.now() + stallMs;
      while (performance.now() < untilMs);
      setTimeout(() => lag.enable(), 10);
    },
    at * seconds * 1_000,
  ),
);
const startMs = performance.now();
const written = await Promise.all(outputs);
const tookMs = performance.now() - startMs;
for (const stall of stalls) clearTimeout(stall);
const lagMs = { p50: lag.percentile(50) / 1e6, p99: lag.percentile(99) / 1e6, max: lag.max / 1e6 };

const quietStartMs = performance.now();
await firstValueFrom(events$.pipe(debounceTime(8_000))).catch(() => undefined);
const quietMs = performance.now() - quietStartMs - 8_000;

let served = 0;
let named = 0;
const wrong: string[] = [];
for (const { first, last } of written) {
  for (const [i, value] of last.entries()) {
    const plugin = `p${first + i}`;
    const answer = await runtime.call(plugin, 'answer');
    if (value !== null && answer === value) served++;
    else if (value === null && lastFailure.has(plugin)) named++;
    else wrong.push(`${plugin}: ${String(answer)} in the place of ${String(value)}`);
  }
}
const writes = written.reduce((sum, { writes: own }) => sum + own, 0);
const rate = (count: number) => Math.round(count / (tookMs / 1_000)).toLocaleString('en');
console.log(
  `writes                 ${rate(writes)} a second, ${writes.toLocaleString('en')} in all`,
);
console.log(`watch events           ${rate(watchEvents)} a second`);
console.log(
  `reload events told     ${health.changeCount} changes: ${health.committedCount} committed, ${health.failedCount} failed, ${health.supersededCount} superseded, ${health.unchangedCount} unchanged`,
);
console.log(
  `loop lag               p50 ${lagMs.p50.toFixed(1)} ms, p99 ${lagMs.p99.toFixed(1)} ms, longest ${lagMs.max.toFixed(0)} ms`,
);
console.log(`quiet after the end    ${(quietMs / 1_000).toFixed(1)} s`);
console.log(
  `last content serves    ${served}; a failure names it ${named}; neither ${wrong.length}`,
);
for (const line of wrong.slice(0, 10)) console.log(`  ${line}`);

running.unsubscribe();
await runtime.close();
await store.close();
rmSync(root, { recursive: true, force: true });
process.exit(wrong.length === 0 ? 0 : 1);
