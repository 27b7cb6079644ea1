// Records what a watcher sees while people and tools work, as gaps between events: bench/traces/*.json.
// `npx tsx bench/debounce-traces/record.ts [name...]` (about five minutes for all; npm install asks the registry).
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodeGaps } from './gaps.ts';

const root = resolve(import.meta.dirname, '../..');
const formatter = join(root, 'node_modules/.bin/biome');
const seenMs: number[] = [];
let random = seeded(7);

/** Random numbers in [0, 1), the same for the same seed: mulberry32. */
function seeded(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
const between = (from: number, to: number): number => from + random() * (to - from);
const source = (lines: number, mark: unknown): string =>
  Array.from({ length: lines }, (_, i) => `export const line${i}={value:${i},mark:"${mark}"}`).join(
    '\n',
  );

/** One inotify watch per directory, as in hotpipe's sources. `.git` is left out, as in every preset. */
function watchTree(dir: string): () => void {
  const watchers = new Map<string, ReturnType<typeof watch>>();
  const add = (path: string): void => {
    if (watchers.has(path)) return;
    try {
      const watcher = watch(path, (_, name) => {
        seenMs.push(performance.now());
        if (name !== null) descend(join(path, name));
      });
      watcher.on('error', () => watchers.delete(path));
      watchers.set(path, watcher);
      for (const entry of readdirSync(path)) descend(join(path, entry));
    } catch {
      // The directory is already gone, which happens in a storm.
    }
  };
  const descend = (path: string): void => {
    if (path.endsWith('/.git') || watchers.has(path)) return;
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) add(path);
  };
  add(dir);
  return () => {
    for (const watcher of watchers.values()) watcher.close();
  };
}

const run = (command: string, args: readonly string[], cwd: string): Promise<void> =>
  new Promise((done, failed) => {
    const child = spawn(command, args, { cwd, stdio: 'ignore' });
    child.on('error', failed);
    child.on('exit', (code) => (code === 0 ? done() : failed(new Error(`${command}: ${code}`))));
  });

interface Scenario {
  readonly how: string;
  readonly prepare?: (dir: string) => void;
  readonly times: number;
  readonly pauseMs: readonly [number, number];
  readonly act: (dir: string, i: number) => Promise<void>;
}

const git = (dir: string, ...args: string[]): void =>
  void execFileSync(
    'git',
    ['-c', 'user.name=bench', '-c', 'user.email=bench@example.org', ...args],
    { cwd: dir, stdio: 'ignore' },
  );

const scenarios: Record<string, Scenario> = {
  'one-save': {
    how: 'A 40-line file is written in place (open with truncate, write, close), then 1.2 to 3 s pass.',
    times: 25,
    pauseMs: [1200, 3000],
    act: async (dir, i) => writeFileSync(join(dir, 'a.ts'), source(40, i)),
  },
  'broken-and-fixed': {
    how: 'A person saves a 40-line file broken, fixed, broken, fixed: nine of ten saves come 0.3 to 0.5 s after the one before, the others 1 to 3 s after. One in six is written again 50 ms and 180 ms after, as by a formatter and a linter.',
    times: 60,
    pauseMs: [300, 300],
    act: async (dir, i) => {
      writeFileSync(join(dir, 'a.ts'), `${source(40, i)}${i % 2 === 0 ? '{' : ''}`);
      for (const waitMs of i % 6 === 1 ? [50, 130] : []) {
        await sleep(waitMs);
        writeFileSync(join(dir, 'a.ts'), source(40, i));
      }
      await sleep(i % 10 === 9 ? between(700, 2_700) : between(0, 200));
    },
  },
  'format-on-save': {
    how: 'A 200-line file is written in place and `biome format --write` runs on it at once, then 1.2 to 3 s pass.',
    times: 20,
    pauseMs: [1200, 3000],
    act: async (dir, i) => {
      writeFileSync(join(dir, 'a.ts'), source(200, i));
      await run(formatter, ['format', '--write', 'a.ts'], dir);
    },
  },
  'git-checkout': {
    how: '`git checkout` between two branches that differ in 500 files in 25 directories, then 2 to 4 s pass.',
    times: 10,
    pauseMs: [2000, 4000],
    prepare: (dir) => {
      git(dir, 'init', '-q', '-b', 'one');
      for (const branch of ['one', 'two']) {
        if (branch === 'two') git(dir, 'checkout', '-q', '-b', 'two');
        for (let i = 0; i < 500; i++) {
          mkdirSync(join(dir, `d${i % 25}`), { recursive: true });
          writeFileSync(join(dir, `d${i % 25}`, `f${i}.ts`), source(20 + (i % 180), branch));
        }
        git(dir, 'add', '.');
        git(dir, 'commit', '-q', '-m', branch);
      }
    },
    act: (dir, i) => run('git', ['checkout', '-q', i % 2 === 0 ? 'one' : 'two'], dir),
  },
  'npm-install': {
    how: '`npm install` of six packages (31 with their own) into an empty project, warm cache, node_modules watched, then 4 to 6 s pass.',
    times: 4,
    pauseMs: [4000, 6000],
    act: async (dir, i) => {
      const project = join(dir, `project${i}`);
      mkdirSync(project);
      writeFileSync(join(project, 'package.json'), '{"name":"p","version":"1.0.0"}');
      const packages = ['rxjs', 'fast-check', 'micromatch', 'chokidar', 'semver', 'io-ts'];
      await run(
        'npm',
        ['install', '--no-audit', '--no-fund', '--prefer-offline', ...packages],
        project,
      );
    },
  },
  'agent-edits': {
    how: 'A scripted agent: 1 to 6 files written 20 to 400 ms apart, each whole, one in four formatted after; then 1.5 to 4 s of thought.',
    times: 15,
    pauseMs: [1500, 4000],
    act: async (dir, i) => {
      const count = 1 + Math.floor(random() * 6);
      for (let n = 0; n < count; n++) {
        writeFileSync(join(dir, `f${n}.ts`), source(80, i));
        if (random() < 0.25) await run(formatter, ['format', '--write', `f${n}.ts`], dir);
        if (n < count - 1) await sleep(between(20, 400));
      }
    },
  },
  'busy-log': {
    how: 'A line is appended to a file every 2 to 40 ms for 20 s: it never rests.',
    times: 1,
    pauseMs: [0, 0],
    act: async (dir) => {
      const until = performance.now() + 20_000;
      while (performance.now() < until) {
        appendFileSync(join(dir, 'app.log'), 'a line of some length, as a log would have it\n');
        await sleep(between(2, 40));
      }
    },
  },
};

const names = process.argv.slice(2);
for (const [name, { how, prepare, times, pauseMs, act }] of Object.entries(scenarios)) {
  if (names.length > 0 && !names.includes(name)) continue;
  random = seeded(7);
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-trace-'));
  prepare?.(dir);
  const close = watchTree(dir);
  await sleep(300);
  const actions: number[][] = [];
  for (let i = 0; i < times; i++) {
    seenMs.length = 0;
    await act(dir, i);
    await sleep(Math.max(between(...pauseMs), 300));
    actions.push([...seenMs]);
  }
  close();
  rmSync(dir, { recursive: true, force: true });

  // The first gap of an action is the pause before it; the others are between its events.
  let lastMs: number | undefined;
  const gapsMs = actions.map((atMs) =>
    encodeGaps(
      atMs.map((ms) => {
        const gapMs = Math.round(ms) - (lastMs ?? Math.round(ms));
        lastMs = Math.round(ms);
        return gapMs;
      }),
    ),
  );
  const trace = { name, how, actions: gapsMs };
  writeFileSync(join(root, `bench/traces/${name}.json`), `${JSON.stringify(trace)}\n`);
  console.log(name, `${actions.length} actions`, `${actions.flat().length} events`);
}
process.exit(0);
