/**
 * Times a durable save by `fileStateStore` and by write-file-atomic, and the load of the newest of three generations:
 *
 *   node --import tsx bench/state/save.ts [directory, default here]
 *
 * The contenders are interleaved, and the result is the median of the ratios per round. write-file-atomic flushes the file but not the
 * directory, so a loss of power may lose a save (test/faults/state/power.test.ts, the control). It is measured as it is, and with that
 * flush added.
 */
import { closeSync, fsync, fsyncSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import writeFileAtomic from 'write-file-atomic';
import { fileStateStore } from '../../src/state/index.ts';
import { median, quantile } from '../medians.ts';

const root = mkdtempSync(join(process.argv[2] ?? import.meta.dirname, 'bench-state-'));
const fsyncAsync = promisify(fsync);

/** Many small objects: the most work for JSON. */
const recordsOf = (bytes: number) => ({
  users: Array.from({ length: Math.ceil(bytes / 62) }, (_, id) => ({
    id,
    name: `user ${id}`,
    seenAtMs: 1_764_000_000_000 + id,
  })),
});

/** Lines of text, as a document or a log has. */
const textOf = (bytes: number) => ({
  lines: Array.from({ length: bytes / 128 }, (_, n) => `${n} `.padEnd(124, 'lorem ipsum ')),
});

interface Took {
  readonly ms: number;
  /** Processor time of all threads of this process, which other load on the machine does not change. */
  readonly cpuMs: number;
}

async function timed(run: () => unknown): Promise<Took> {
  const cpu = process.cpuUsage();
  const from = performance.now();
  await run();
  const ms = performance.now() - from;
  const { user, system } = process.cpuUsage(cpu);
  return { ms, cpuMs: (user + system) / 1_000 };
}

async function compareSaves(name: string, state: unknown, rounds: number): Promise<void> {
  const dir = join(root, name);
  const store = fileStateStore(dir);
  const json = JSON.stringify(state);
  const path = join(dir, 'peer.json');
  let version = 0;
  const save = async () => {
    const saved = await store.save({ plugin: 'p', schema: 1, codeHash: `${version++}`, state })();
    if (saved._tag === 'Left') throw new Error(saved.left.message);
  };
  await save();
  const syncDirectory = async () => {
    const file = openSync(dir, 'r');
    await fsyncAsync(file);
    closeSync(file);
  };
  const syncDirectorySync = () => {
    const file = openSync(dir, 'r');
    fsyncSync(file);
    closeSync(file);
  };
  // Both turn the state into JSON, because that is part of a save.
  const contenders: Record<string, () => unknown> = {
    hotpipe: save,
    'write-file-atomic, async': () => writeFileAtomic(path, JSON.stringify(state)),
    'write-file-atomic, async, and the directory': async () => {
      await writeFileAtomic(path, JSON.stringify(state));
      await syncDirectory();
    },
    'write-file-atomic, sync': () => writeFileAtomic.sync(path, JSON.stringify(state)),
    'write-file-atomic, sync, and the directory': () => {
      writeFileAtomic.sync(path, JSON.stringify(state));
      syncDirectorySync();
    },
  };
  const entries = Object.entries(contenders);
  const times = new Map<string, Took[]>(Object.keys(contenders).map((one) => [one, []]));
  for (let round = -10; round < rounds; round++) {
    // Each round starts with another contender, so that none always follows the same one.
    const from = (round + 10) % entries.length;
    for (const [one, run] of [...entries.slice(from), ...entries.slice(0, from)]) {
      const took = await timed(run);
      // Not timed: otherwise the next contender would pay for what this one left unflushed in the journal.
      syncDirectorySync();
      if (round >= 0) times.get(one)?.push(took);
    }
  }
  const own = times.get('hotpipe') ?? [];
  console.log(`\n${name}, ${json.length} bytes, ${rounds} rounds`);
  for (const [one, took] of times) {
    const ratio = (of: (one: Took) => number) =>
      median(took.map((theirs, round) => of(theirs) / of(own[round] ?? theirs))).toFixed(2);
    const p50 = (of: (one: Took) => number) => median(took.map(of)).toFixed(3);
    console.log(
      `${one.padEnd(44)} p50 ${p50(({ ms }) => ms)} ms, times hotpipe's ${ratio(({ ms }) => ms)};` +
        ` processor ${p50(({ cpuMs }) => cpuMs)} ms, times hotpipe's ${ratio(({ cpuMs }) => cpuMs)}`,
    );
  }
  await store.close();
}

async function timeLoads(name: string, bytes: number, rounds: number): Promise<void> {
  const dir = join(root, `load ${name}`);
  const writer = fileStateStore(dir);
  const state = recordsOf(bytes);
  for (let seq = 0; seq < 3; seq++) {
    await writer.save({ plugin: 'p', schema: 1, codeHash: '', state })();
  }
  await writer.close();
  const ms: number[] = [];
  for (let round = -20; round < rounds; round++) {
    // A new store each time, as in a host that starts.
    const store = fileStateStore(dir);
    const took = await timed(() => store.load('p')());
    if (round >= 0) ms.push(took.ms);
    await store.close();
  }
  console.log(
    `load of the newest of 3, ${name}: p50 ${median(ms).toFixed(3)} ms, p99 ${quantile(ms, 0.99).toFixed(3)} ms`,
  );
}

try {
  await compareSaves('1 KB', recordsOf(1_024), 300);
  await compareSaves('1 MB of text', textOf(1_048_576), 60);
  await compareSaves('1 MB of small objects', recordsOf(1_048_576), 40);
  await timeLoads('1 KB', 1_024, 500);
  await timeLoads('1 MB', 1_048_576, 50);
} finally {
  rmSync(root, { recursive: true, force: true });
}
