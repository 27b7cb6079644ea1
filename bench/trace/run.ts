// What a recording costs, and how fast a replay is: `node --import tsx bench/trace/run.ts [rounds]`. Processor time per reload of a pipeline
// whose target answers at once, without a recording, into a ring, into a file; the variants take turns. Then the replay of what was recorded.
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, Subject } from 'rxjs';
import { hotReload } from '../../dist/index.js';
import { fakeTarget } from '../../dist/testing/index.js';
import { readTrace, replayRun, traceFile, traceRing, traceSvg } from '../../dist/trace/index.js';

const rounds = Number(process.argv[2] ?? 7);
const RELOADS = 400;
const dir = mkdtempSync(join(tmpdir(), 'hotpipe-bench-trace-'));
const file = join(dir, 'run.ndjson');
const eventsFile = join(dir, 'events.ndjson');

/** Processor milliseconds per reload. */
async function run(
  trace: ReturnType<typeof traceRing> | ReturnType<typeof traceFile> | undefined,
): Promise<number> {
  const source$ = new Subject<never>();
  const target = fakeTarget({
    reload: (_, at) =>
      at % 5 === 4 ? { fails: { _tag: 'CompilationFailed', message: 'boom' } } : {},
  });
  const ended = lastValueFrom(
    hotReload({
      source$,
      target,
      root: '/plugins',
      debounce: { minMs: 0 },
      ...(trace && { trace }),
    }),
  );
  const from = process.cpuUsage();
  for (let at = 0; at < RELOADS; at += 1) {
    const path = `/plugins/p${at % 8}/index.ts`;
    source$.next({ _tag: 'Modified', path, kind: 'file', atMs: Date.now(), batch: at } as never);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  source$.complete();
  await ended;
  if (trace && 'flushed' in trace) await trace.flushed();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000 / RELOADS;
}

const median = (values: number[]) =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
const costs: Record<string, number[]> = { off: [], ring: [], file: [], 'file, events': [] };
await run(undefined);
await run(traceRing());
for (let round = 0; round < rounds; round += 1) {
  costs['off']?.push(await run(undefined));
  costs['ring']?.push(await run(traceRing()));
  costs['file']?.push(await run(traceFile(file)));
  costs['file, events']?.push(await run(traceFile(eventsFile, { level: 'events' })));
}
const off = median(costs['off'] ?? []);
for (const [name, values] of Object.entries(costs)) {
  const ms = median(values);
  console.log(`${name.padEnd(14)} ${ms.toFixed(3)} ms CPU a reload, +${(ms - off).toFixed(3)}`);
}
console.log(
  `full: ${(statSync(file).size / RELOADS).toFixed(0)} bytes a reload; events: ${(statSync(eventsFile).size / RELOADS).toFixed(0)}`,
);
const read = await readTrace(file)();
if (read._tag === 'Left') throw new Error(read.left.message);
for (let warm = 0; warm < 3; warm += 1) await replayRun(read.right);
const from = process.cpuUsage();
const { events, divergence } = await replayRun(read.right);
const { user, system } = process.cpuUsage(from);
console.log(
  `replay: ${((user + system) / 1_000 / events.length).toFixed(3)} ms CPU an event, ${events.length} events, ${divergence === null ? 'the same' : 'DIFFERENT'}`,
);
writeFileSync(join(import.meta.dirname, 'run.svg'), `${traceSvg(events.slice(0, 70))}\n`);
rmSync(dir, { recursive: true, force: true });
