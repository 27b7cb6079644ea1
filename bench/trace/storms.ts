// Real hosts in storms of saves, recorded and replayed: `node --import tsx bench/trace/storms.ts [count] [burners] [atOnce]`. Each storm is a host
// with plugins on a disk, whose files are broken, mended, removed and replaced; backends, modes, presets, steps of the clock and options that
// are functions or streams take turns. Prints how many replays had identical events and stamps; ends with 1 when one had not.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { asyncScheduler, interval, map, type SchedulerLike, share, timer } from 'rxjs';
import {
  type HotReloadOptions,
  hotReload,
  memoryStateStore,
  presets,
  watchPlugins,
} from '../../dist/index.js';
import { SeededRandom } from '../../dist/policies/SeededRandom.js';
import { PluginRuntime } from '../../dist/runtime/index.js';
import { sealed } from '../../dist/trace/file/traceSeal.js';
import { replayRun, type TraceRecord } from '../../dist/trace/index.js';
import { predictVariants } from '../../dist/trace/whatIf.js';

/** `atOnce`: hosts that run at the same time. */
const [count = 20, burnerCount = 0, atOnce = 4] = process.argv.slice(2).map(Number);
const firstSeed = 1;
const STORM_MS = 2_500;
const MIN_ATTEMPTS = 10;
const PLUGINS = ['a', 'b', 'c'];

const SOURCES: readonly ((version: number) => string)[] = [
  (version) => `import { part } from './part.ts'; export const value = () => ${version} + part;`,
  (version) =>
    `export const value = () => ${version}; export const saveState = () => ({ v: ${version} });`,
  () => 'export const value = () => {',
  () => "throw new Error('boom');",
  (version) =>
    `await new Promise((go) => setTimeout(go, 40)); export const value = () => ${version};`,
  () => 'export const value = () => 1; export const health = () => false;',
];

/** Options of which a recording has to write each answer. */
function oddOptions(random: SeededRandom, clock: SchedulerLike): Partial<HotReloadOptions> {
  const beat = (ms: number) => interval(ms, clock).pipe(share());
  return {
    debounce: {
      ...{ minMs: 15, maxMs: 200 },
      window: ({ count: events }) => 20 + random.below(40) + events,
      busy$: beat(170).pipe(map((at) => at % 3 === 0)),
      flush$: beat(410),
    },
    backoff: {
      ...{ maxRetries: 2, delay: (attempt: number) => 20 * attempt + random.below(30) },
      ...{ retryIf: () => random.isLucky(0.8), retryNow$: beat(290) },
    },
    breaker: {
      openForMs: () => 200 + random.below(100),
      classify: (outcome) => ('error' in outcome ? 'failure' : 'success'),
    },
    random: random.next,
    beforeReload: () => (random.isLucky(0.3) ? wait(random.below(20)) : undefined),
    afterReload: () => {
      if (random.isLucky(0.1)) throw new Error('a hook that throws');
      return timer(5, clock);
    },
    onHookError: () => undefined,
    concurrency: 2,
  };
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

interface Outcome {
  readonly name: string;
  readonly eventCount: number;
  readonly problem: string | undefined;
  /** How far a model is off when it predicts the run, in attempts; undefined: it was not asked. */
  readonly error: number | undefined;
}

async function storm(seed: number): Promise<Outcome> {
  const random = new SeededRandom(seed);
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-storm-'));
  const backend = seed % 2 === 0 ? 'chokidar' : 'nodeFs';
  const mode = seed % 4 < 2 ? 'in-process' : 'worker';
  const kinds = ['development', 'production', 'functions', 'default'] as const;
  const kind = kinds[Math.floor(seed / 4) % kinds.length] ?? 'default';
  let stepMs = 0;
  // Timers go on as they do when somebody sets the wall clock.
  const clock: SchedulerLike = {
    now: () => asyncScheduler.now() + stepMs,
    schedule: (work, delayMs, state) =>
      asyncScheduler.schedule(work as never, delayMs, state as never),
  };
  const isStepped = seed % 3 === 0;
  const options =
    kind === 'functions'
      ? oddOptions(new SeededRandom(seed + 1), clock)
      : kind === 'default'
        ? {}
        : presets[kind];
  const store = memoryStateStore();
  const runtime = new PluginRuntime({ root: dir, mode, store, onError: () => undefined });
  for (const plugin of PLUGINS) {
    const folder = join(dir, 'plugins', plugin);
    write(
      join(folder, 'plugin.toml'),
      `name = "${plugin}"\nversion = "1.0.0"\nsource = "./index.ts"\n`,
    );
    write(join(folder, 'part.ts'), 'export const part = 0;');
    write(join(folder, 'index.ts'), SOURCES[0]?.(0) ?? '');
  }
  const records: TraceRecord[] = [];
  const watched = watchPlugins(runtime, join(dir, 'plugins'), { backend });
  const events$ = hotReload({
    ...options,
    // A deploy of two seconds' quiet would be one reload of this storm.
    ...(kind === 'production' && { debounce: { minMs: 100, maxMs: 400 } }),
    ...watched,
    target: runtime,
    store,
    root: dir,
    scheduler: clock,
    trace: {
      recording: { redact: (['none', 'paths', 'all'] as const)[seed % 3] ?? 'none' },
      next: (record) => records.push(JSON.parse(JSON.stringify(record)) as TraceRecord),
      error: () => undefined,
      complete: () => undefined,
    },
  });
  let eventCount = 0;
  const subscription = events$.subscribe(() => (eventCount += 1));
  // Until the plugins serve and their files are watched: bounded, since a busy machine takes its time.
  for (let tries = 0; tries < 300 && runtime.plugins().length < PLUGINS.length; tries += 1)
    await wait(50);
  await wait(300);
  const untilMs = performance.now() + STORM_MS;
  for (let version = 1; performance.now() < untilMs; version += 1) {
    const folder = join(dir, 'plugins', random.pick('a', 'b', 'c'));
    const kindOfSave = random.below(12);
    if (kindOfSave === 0) rmSync(folder, { recursive: true, force: true });
    else if (kindOfSave === 1) write(join(folder, 'part.ts'), `export const part = ${version};`);
    else if (kindOfSave === 2) write(join(folder, 'notes.log'), String(version));
    else {
      const name = folder.slice(-1);
      write(
        join(folder, 'plugin.toml'),
        `name = "${name}"\nversion = "1.0.0"\nsource = "./index.ts"\n`,
      );
      write(join(folder, 'part.ts'), 'export const part = 0;');
      write(join(folder, 'index.ts'), SOURCES[random.below(SOURCES.length)]?.(version) ?? '');
    }
    if (isStepped && random.isLucky(0.1)) stepMs += random.below(20_000) - 10_000;
    await wait(random.pick(2, 10, 40, 120));
  }
  await wait(500);
  subscription.unsubscribe();
  await runtime.close();
  rmSync(dir, { recursive: true, force: true });
  const [header = { k: '' }, ...rest] = records;
  const trace = sealed(header, rest);
  const { divergence, events } = await replayRun(trace);
  const isWhole = events.length === eventCount;
  const isAsked = kind !== 'functions' && !isStepped;
  const predicted = isAsked ? await predictVariants(trace, {}) : undefined;
  // One attempt more or less of three says nothing.
  const isCounted = predicted !== undefined && predicted.recorded.attempts >= MIN_ATTEMPTS;
  const error = isCounted ? predicted.selfErrorRatio : undefined;
  const problem = divergence?.message ?? (isWhole ? undefined : 'other events');
  return { name: `${seed} ${backend} ${mode} ${kind}`, eventCount, problem, error };
}

const burners = Array.from({ length: burnerCount }, () =>
  spawn(process.execPath, ['-e', 'for(;;);'], { stdio: 'ignore' }),
);
const outcomes: Outcome[] = [];
try {
  for (let seed = firstSeed; seed < firstSeed + count; seed += atOnce) {
    const seeds = Array.from(
      { length: Math.min(atOnce, firstSeed + count - seed) },
      (_, at) => seed + at,
    );
    outcomes.push(...(await Promise.all(seeds.map(storm))));
  }
} finally {
  for (const burner of burners) burner.kill();
}
const failed = outcomes.filter(({ problem }) => problem !== undefined);
for (const { name, problem } of failed) console.log(`${name}: ${problem}`);
const eventCount = outcomes.reduce((sum, each) => sum + each.eventCount, 0);
const errors = outcomes.flatMap(({ error }) => error ?? []).sort((a, b) => a - b);
const percent = (ratio = 0) => `${(ratio * 100).toFixed(1)} %`;
console.log(
  `Node ${process.versions.node}, ${burnerCount} burners: ${outcomes.length - failed.length} of ${outcomes.length} storms replayed identically, ${eventCount} events`,
);
console.log(
  `what-if on its own recording, ${errors.length} storms of ten attempts and more, without functions and clock steps: off by ${percent(errors[errors.length >> 1])} (median), ${percent(errors.at(-1))} (worst)`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
