// What a recording costs, old beside new: `node --import tsx bench/trace/recorder.ts [rounds] [dist,otherDist]`. Processor time per reload of a
// pipeline whose target answers at once, without a recording, into a ring and into a file. Each variant runs in a process of its own, as in a
// host, where the engine has seen one of them only: in one process each made the code that they share slower for the others. The variants of
// all builds take turns, in a new order each round, since a machine is faster in one minute than in the next.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastValueFrom, Subject } from 'rxjs';
import { SeededRandom } from '../../dist/policies/SeededRandom.js';
import { median } from '../medians.ts';

const RELOADS = 100;
const BLOCKS = 20;
/** Blocks of which the compiler of the engine is still busy. */
const WARM_BLOCKS = 5;
const VARIANTS = ['off', 'ring', 'file'] as const;
type Variant = (typeof VARIANTS)[number];

const [first = '9', builds = 'dist', variant] = process.argv.slice(2);
if (first === 'run') console.log(await measure(builds, variant as Variant));
else compare(Number(first), builds.split(','));

/** The median of the processor milliseconds per reload of all blocks. */
async function measure(build: string, kind: Variant): Promise<number> {
  const at = (name: string) => import(resolve(build, name));
  const { hotReload }: typeof import('../../dist/index.js') = await at('index.js');
  const { fakeTarget }: typeof import('../../dist/testing/index.js') = await at('testing/index.js');
  const traces: typeof import('../../dist/trace/index.js') = await at('trace/index.js');
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-bench-recorder-'));
  const traceOf = () => {
    if (kind === 'off') return undefined;
    return kind === 'ring' ? traces.traceRing() : traces.traceFile(join(dir, 'run.ndjson'));
  };
  const costs: number[] = [];
  for (let block = 0; block < BLOCKS + WARM_BLOCKS; block += 1) {
    const trace = traceOf();
    const source$ = new Subject<never>();
    const target = fakeTarget({
      reload: (_, n) =>
        n % 5 === 4 ? { fails: { _tag: 'CompilationFailed', message: 'boom' } } : {},
    });
    const options = { source$, target, root: '/plugins', debounce: { minMs: 0 } };
    const ended = lastValueFrom(hotReload({ ...options, ...(trace && { trace }) }));
    const from = process.cpuUsage();
    for (let n = 0; n < RELOADS; n += 1) {
      const path = `/plugins/p${n % 8}/index.ts`;
      source$.next({ _tag: 'Modified', path, kind: 'file', atMs: Date.now(), batch: n } as never);
      await new Promise((next) => setTimeout(next, 2));
    }
    source$.complete();
    await ended;
    if (trace !== undefined && 'flushed' in trace) await trace.flushed();
    const { user, system } = process.cpuUsage(from);
    if (block >= WARM_BLOCKS) costs.push((user + system) / 1_000 / RELOADS);
  }
  rmSync(dir, { recursive: true, force: true });
  return median(costs);
}

function compare(rounds: number, dists: readonly string[]): void {
  const all = dists.flatMap((dist) => VARIANTS.map((kind) => ({ dist, kind, ms: [] as number[] })));
  const random = new SeededRandom(Date.now() % 2 ** 31);
  for (let round = 0; round < rounds; round += 1) {
    const order = all.map((one) => ({ one, at: random.next() }));
    order.sort((a, b) => a.at - b.at);
    for (const { one } of order) {
      const args = ['--import', 'tsx', fileURLToPath(import.meta.url), 'run', one.dist, one.kind];
      one.ms.push(Number(execFileSync(process.execPath, args, { encoding: 'utf8' })));
    }
  }
  console.log(
    `${rounds} rounds, each variant in a process of its own, medians of ${BLOCKS} blocks of ${RELOADS} reloads; Node ${process.versions.node}`,
  );
  for (const { dist, kind, ms } of all) {
    const off = all.find((one) => one.dist === dist && one.kind === 'off')?.ms ?? [];
    // Within a round, so that what slows the machine for a while slows both.
    const added = median(ms.map((each, at) => each - (off[at] ?? Number.NaN)));
    console.log(
      `${dist} ${kind.padEnd(5)} ${median(ms).toFixed(3)} ms CPU a reload (+${added.toFixed(3)})`,
    );
  }
}
