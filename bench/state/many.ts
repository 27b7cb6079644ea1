// What it costs to save the states of many plugins, so many at a time, as a change of many plugins does. Two builds can be compared in one
// run: they take turns, in both orders.
//
//   npm run build && node --import tsx bench/state/many.ts --dist dist,/path/to/other/dist [--plugins 200] [--at-a-time 8] [--rounds 4]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import type * as Hotpipe from '../../dist/index.js';

const { values } = parseArgs({
  options: {
    dist: { type: 'string', default: 'dist' },
    plugins: { type: 'string', default: '200' },
    'at-a-time': { type: 'string', default: '8' },
    rounds: { type: 'string', default: '4' },
  },
});
const builds = values.dist.split(',');
const pluginCount = Number(values.plugins);

/** Saves each plugin five times. */
async function saveAll(build: string): Promise<{ readonly ms: number; readonly cpuMs: number }> {
  const { fileStateStore }: typeof Hotpipe = await import(
    pathToFileURL(resolve(build, 'index.js')).href
  );
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-many-'));
  const store = fileStateStore(join(dir, 'state'));
  const left = Array.from({ length: 5 * pluginCount }, (_, n) => n);
  const saveNext = async (): Promise<void> => {
    for (let n = left.pop(); n !== undefined; n = left.pop()) {
      const plugin = `p${n % pluginCount}`;
      const saved = await store.save({ plugin, schema: 1, codeHash: '', state: { n } })();
      if (saved._tag === 'Left') throw new Error(saved.left.message);
    }
  };
  const cpu = process.cpuUsage();
  const fromMs = performance.now();
  await Promise.all(Array.from({ length: Number(values['at-a-time']) }, saveNext));
  const ms = performance.now() - fromMs;
  const { user, system } = process.cpuUsage(cpu);
  await store.close();
  rmSync(dir, { recursive: true });
  return { ms, cpuMs: (user + system) / 1_000 };
}

const sums = new Map(builds.map((build) => [build, { ms: 0, cpuMs: 0 }]));
for (const build of builds) await saveAll(build); // the first one also compiles
for (let round = 0; round < Number(values.rounds); round += 1) {
  for (const build of [...builds, ...builds.toReversed()]) {
    const { ms, cpuMs } = await saveAll(build);
    const sum = sums.get(build);
    if (sum === undefined) continue;
    sum.ms += ms;
    sum.cpuMs += cpuMs;
  }
}
for (const [build, { ms, cpuMs }] of sums) {
  console.log(`${build}: ${ms.toFixed(0)} ms, ${cpuMs.toFixed(0)} ms of processor time`);
}
