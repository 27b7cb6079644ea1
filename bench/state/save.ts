/**
 * A durable save by `fileStateStore` beside write-file-atomic, and the load of the newest of three generations:
 *
 *   node --import tsx bench/state/save.ts [directory, default here]
 *
 * Interleaved, medians of pairs. write-file-atomic flushes the file and not the directory, so that a save may be gone
 * after a loss of power (test/faults/state.power.test.ts, the control); it is measured as it is, and with that flush added.
 */
import { closeSync, fsync, fsyncSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import writeFileAtomic from 'write-file-atomic';
import { fileStateStore } from '../../src/state/index.ts';
import { median, quantile } from '../medians.ts';

const root = mkdtempSync(join(process.argv[2] ?? import.meta.dirname, 'bench-state-'));
const fsyncAsync = promisify(fsync);

const stateOf = (bytes: number) => ({
  users: Array.from({ length: Math.ceil(bytes / 62) }, (_, id) => ({
    id,
    name: `user ${id}`,
    seenAtMs: 1_764_000_000_000 + id,
  })),
});

async function timed(run: () => unknown): Promise<number> {
  const from = performance.now();
  await run();
  return performance.now() - from;
}

async function compareSaves(name: string, bytes: number, rounds: number): Promise<void> {
  const dir = join(root, name);
  const store = fileStateStore(dir);
  const state = stateOf(bytes);
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
  // Both turn the state into JSON: that is part of a save.
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
  const times = new Map<string, number[]>(Object.keys(contenders).map((one) => [one, []]));
  for (let round = -10; round < rounds; round++) {
    for (const [one, run] of Object.entries(contenders)) {
      const ms = await timed(run);
      if (round >= 0) times.get(one)?.push(ms);
    }
  }
  const own = times.get('hotpipe') ?? [];
  console.log(`\n${name}, ${json.length} bytes, ${rounds} rounds`);
  for (const [one, ms] of times) {
    const ratio = median(ms.map((theirs, round) => theirs / (own[round] ?? Number.NaN)));
    const p95 = quantile(ms, 0.95).toFixed(2);
    console.log(
      `${one.padEnd(44)} p50 ${median(ms).toFixed(3)} ms  p95 ${p95}  times hotpipe's ${ratio.toFixed(2)}`,
    );
  }
  await store.close();
}

async function timeLoads(name: string, bytes: number, rounds: number): Promise<void> {
  const dir = join(root, `load ${name}`);
  const writer = fileStateStore(dir);
  const state = stateOf(bytes);
  for (let seq = 0; seq < 3; seq++) {
    await writer.save({ plugin: 'p', schema: 1, codeHash: '', state })();
  }
  await writer.close();
  const ms: number[] = [];
  for (let round = -20; round < rounds; round++) {
    // A store of its own each time, as a host that starts has.
    const store = fileStateStore(dir);
    const took = await timed(() => store.load('p')());
    if (round >= 0) ms.push(took);
    await store.close();
  }
  console.log(
    `load of the newest of 3, ${name}: p50 ${median(ms).toFixed(3)} ms, p99 ${quantile(ms, 0.99).toFixed(3)} ms`,
  );
}

try {
  await compareSaves('1 KB', 1_024, 300);
  await compareSaves('1 MB', 1_048_576, 40);
  await timeLoads('1 KB', 1_024, 500);
  await timeLoads('1 MB', 1_048_576, 50);
} finally {
  rmSync(root, { recursive: true, force: true });
}
