/**
 * From the call to ready: time, memory, the longest block of the event loop, and watches. Each watcher runs in a process
 * of its own, one after the other, in rounds. Of each figure the median is printed, and the least in brackets: other work on the machine makes
 * times longer, never shorter.
 *
 *   npm run build && npm run bench:install && node --import tsx bench/source/start.ts [rounds] [files,files] [kinds]
 *
 * HOTPIPE_BEFORE names the `dist` of another build, which then takes its turns as `before`.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../medians.ts';
import { makeTree } from './makeTree.ts';
import { Peer, type Ready } from './Peer.ts';

const rounds = Number(process.argv[2] ?? 3);
const sizes = (process.argv[3] ?? '1000,10000,100000').split(',').map(Number);
const before = process.env['HOTPIPE_BEFORE'];
const kinds = [
  ...(before === undefined ? [] : ['before']),
  ...(
    process.argv[4] ?? 'hotpipe:nodeFs,hotpipe:chokidar,parcel,chokidar:chokidar,chokidar:chokidar6'
  ).split(','),
];
/** When memory is looked at once more, in milliseconds after the start: by then each file was looked at. */
const laterMs = 8_000;

type Run = Ready & { readonly exitMs: number; readonly laterMb: number };

for (const size of sizes) {
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
  makeTree(join(dir, 'tree'), size);
  const results = new Map<string, Run[]>(kinds.map((kind) => [kind, []]));
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) {
      const isBefore = kind === 'before';
      const peer = new Peer(
        isBefore ? 'hotpipe:nodeFs' : kind,
        join(dir, 'tree'),
        isBefore ? before : undefined,
      );
      const ready = await peer.ready();
      const laterMb = await peer.rssMbAfter(laterMs);
      results.get(kind)?.push({ ...ready, laterMb, exitMs: await peer.stop() });
    }
  }
  console.log(
    `\n| ${size} files | ready ms | / chokidar 5 | / parcel | CPU ms | RSS added MB | after ${laterMs / 1000} s | longest block ms | watches | stop to exit ms |`,
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const [kind, runs] of results) {
    const values = (key: keyof Run) => runs.map((run) => run[key]);
    const both = (key: keyof Run, digits: number) =>
      `${median(values(key)).toFixed(digits)} (${Math.min(...values(key)).toFixed(digits)})`;
    const ratio = (peer: string) => {
      const theirs = (results.get(peer) ?? []).map(({ readyMs }) => readyMs);
      if (theirs.length === 0) return '';
      const least = Math.min(...values('readyMs')) / Math.min(...theirs);
      return `${(median(values('readyMs')) / median(theirs)).toFixed(3)} (${least.toFixed(3)})`;
    };
    console.log(
      `| ${kind} | ${both('readyMs', 1)} | ${ratio('chokidar:chokidar')} | ${ratio('parcel')} | ${both('cpuMs', 0)} | ${both('rssMb', 1)} | ${both('laterMb', 1)} | ${both('blockMs', 1)} | ${median(values('watchCount'))} | ${both('exitMs', 0)} |`,
    );
  }
  rmSync(dir, { recursive: true });
}
