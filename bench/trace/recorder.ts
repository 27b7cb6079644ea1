// What a recording costs, old beside new: `node --import tsx bench/trace/recorder.ts [rounds] [dist,otherDist]`. Processor time per reload of a
// pipeline whose target answers at once, without a recording, into a ring and into a file. The variants of all builds take turns in blocks of
// reloads, in a new order each time, since a machine is faster in one second than in the next and one that comes first pays for others.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { lastValueFrom, Subject } from 'rxjs';
import { SeededRandom } from '../../dist/policies/SeededRandom.js';
import { median, quantile } from '../medians.ts';

const rounds = Number(process.argv[2] ?? 30);
const builds = (process.argv[3] ?? 'dist').split(',');
const RELOADS = 100;
/** Rounds of which the compiler of the engine is still busy. */
const WARM_ROUNDS = 4;
const dir = mkdtempSync(join(tmpdir(), 'hotpipe-bench-recorder-'));

type Build = Pick<typeof import('../../dist/index.js'), 'hotReload'> &
  Pick<typeof import('../../dist/testing/index.js'), 'fakeTarget'> &
  Pick<typeof import('../../dist/trace/index.js'), 'traceFile' | 'traceRing'>;

async function load(build: string): Promise<Build> {
  const at = (name: string) => import(resolve(build, name));
  const [{ hotReload }, { fakeTarget }, { traceFile, traceRing }] = await Promise.all([
    at('index.js'),
    at('testing/index.js'),
    at('trace/index.js'),
  ]);
  return { hotReload, fakeTarget, traceFile, traceRing };
}

/** Processor milliseconds per reload. */
async function run({ hotReload, fakeTarget }: Build, trace: object | undefined): Promise<number> {
  const source$ = new Subject<never>();
  const target = fakeTarget({
    reload: (_, at) =>
      at % 5 === 4 ? { fails: { _tag: 'CompilationFailed', message: 'boom' } } : {},
  });
  const options = { source$, target, root: '/plugins', debounce: { minMs: 0 } };
  const ended = lastValueFrom(hotReload({ ...options, ...(trace && { trace: trace as never }) }));
  const from = process.cpuUsage();
  for (let at = 0; at < RELOADS; at += 1) {
    const path = `/plugins/p${at % 8}/index.ts`;
    source$.next({ _tag: 'Modified', path, kind: 'file', atMs: Date.now(), batch: at } as never);
    await new Promise((next) => setTimeout(next, 2));
  }
  source$.complete();
  await ended;
  if (trace !== undefined && 'flushed' in trace) await (trace.flushed as () => Promise<void>)();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000 / RELOADS;
}

const variants = (
  await Promise.all(
    builds.map(async (name) => {
      const build = await load(name);
      const file = join(dir, `${name.replaceAll('/', '-')}.ndjson`);
      return [
        { name: `${name} off`, run: () => run(build, undefined) },
        { name: `${name} ring`, run: () => run(build, build.traceRing()) },
        { name: `${name} file`, run: () => run(build, build.traceFile(file)) },
      ];
    }),
  )
).flat();
const costs = new Map(variants.map(({ name }) => [name, [] as number[]]));
const random = new SeededRandom(1);
for (let round = 0; round < rounds + WARM_ROUNDS; round += 1) {
  const order = [...variants].map((one) => ({ one, at: random.next() }));
  order.sort((a, b) => a.at - b.at);
  for (const { one } of order) {
    const ms = await one.run();
    if (round >= WARM_ROUNDS) costs.get(one.name)?.push(ms);
  }
}
console.log(
  `${rounds} rounds of ${RELOADS} reloads, Node ${process.versions.node}; ms CPU a reload`,
);
for (const [name, values] of costs) {
  const off = costs.get(name.replace(/\w+$/, 'off')) ?? [];
  // Within a round, so that what slows the machine for a while slows both. The tenth part of the rounds that was least slowed says more
  // about the code, and the median more about the machine.
  const added = median(values.map((ms, at) => ms - (off[at] ?? Number.NaN)));
  const [best, bestOff] = [quantile(values, 0.1), quantile(off, 0.1)];
  console.log(
    `${name.padEnd(28)} p10 ${best.toFixed(3)} (+${(best - bestOff).toFixed(3)}), median ${median(values).toFixed(3)} (+${added.toFixed(3)})`,
  );
}
rmSync(dir, { recursive: true, force: true });
