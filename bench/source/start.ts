/**
 * From the call to ready: time, memory, the longest block of the event loop, and watches. Each watcher runs in a process
 * of its own, one after the other, in rounds.
 *
 *   npm run build && npm run bench:install && node --import tsx bench/source/start.ts [rounds] [files,files]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from '../medians.ts';
import { makeTree } from './makeTree.ts';
import { Peer, type Ready } from './Peer.ts';

const rounds = Number(process.argv[2] ?? 3);
const sizes = (process.argv[3] ?? '1000,10000,100000').split(',').map(Number);
const kinds = [
  'hotpipe:nodeFs',
  'hotpipe:chokidar',
  'parcel',
  'chokidar:chokidar',
  'chokidar:chokidar6',
];

for (const size of sizes) {
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
  makeTree(join(dir, 'tree'), size);
  const results = new Map<string, (Ready & { exitMs: number })[]>(kinds.map((kind) => [kind, []]));
  for (let round = 0; round < rounds; round++) {
    for (const kind of kinds) {
      const peer = new Peer(kind, join(dir, 'tree'));
      const ready = await peer.ready();
      results.get(kind)?.push({ ...ready, exitMs: await peer.stop() });
    }
  }
  const readyOf = (kind: string) => median((results.get(kind) ?? []).map(({ readyMs }) => readyMs));
  console.log(
    `\n| ${size} files | ready ms | / chokidar 5 | / parcel | CPU ms | RSS added MB | longest block ms | watches | stop to exit ms |`,
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const [kind, runs] of results) {
    const of = (key: keyof Ready | 'exitMs') => median(runs.map((run) => run[key]));
    const ratio = (peer: string) => (of('readyMs') / readyOf(peer)).toFixed(3);
    console.log(
      `| ${kind} | ${of('readyMs').toFixed(1)} | ${ratio('chokidar:chokidar')} | ${ratio('parcel')} | ${of('cpuMs').toFixed(0)} | ${of('rssMb').toFixed(1)} | ${of('blockMs').toFixed(1)} | ${of('watchCount')} | ${of('exitMs').toFixed(1)} |`,
    );
  }
  rmSync(dir, { recursive: true });
}
