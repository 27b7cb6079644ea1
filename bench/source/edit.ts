/**
 * The time from before a file is opened for writing to its event. Each watcher runs in a process of its own, all at the
 * same time, and they are edited in turn. Torn: the size of the file at its event was not the final one.
 *
 *   npm run build && npm run bench:install && node --import tsx bench/source/edit.ts [rounds] [gap ms]
 */
import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { median, quantile } from '../medians.ts';
import { makeTree } from './makeTree.ts';
import { Peer } from './Peer.ts';

const rounds = Number(process.argv[2] ?? 200);
const gapMs = Number(process.argv[3] ?? 60);
const kinds = [
  'hotpipe:nodeFs',
  'hotpipe:chokidar',
  'hotpipe:chokidar6',
  'chokidar:chokidar',
  'chokidar:chokidar6',
  'parcel',
];

const root = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
const peers = kinds.map((kind, i) => {
  makeTree(join(root, `${i}`), 1000);
  return { peer: new Peer(kind, join(root, `${i}`)), dir: join(root, `${i}`) };
});
await Promise.all(peers.map(({ peer }) => peer.ready()));
await wait(1500);

for (const mode of ['in place', 'atomic'] as const) {
  const latencies = new Map<string, number[]>(kinds.map((kind) => [kind, []]));
  const torn = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const { peer, dir } of peers) {
      const path = join(dir, `d${round % 9}`, `f${round % 10}.ts`);
      const text = `export const ${mode.replace(' ', '')} = ${round}; // ${'x'.repeat(1 + (round % 977))}\n`;
      const startedAt = Number(process.hrtime.bigint());
      if (mode === 'in place') writeFileSync(path, text);
      else {
        writeFileSync(`${path}.tmp`, text);
        renameSync(`${path}.tmp`, path);
      }
      await wait(gapMs);
      const hit = (await peer.take()).find(([seen, isGone]) => seen === path && !isGone);
      if (hit === undefined) continue;
      latencies.get(peer.kind)?.push((hit[2] - startedAt) / 1e6);
      if (hit[3] !== statSync(path).size) torn.set(peer.kind, (torn.get(peer.kind) ?? 0) + 1);
    }
  }
  const chokidar = latencies.get('chokidar:chokidar') ?? [];
  console.log(
    `\n| ${mode}, ${rounds} edits | p50 ms | / chokidar 5 | p90 | p99 | / chokidar 5 | not seen in ${gapMs} ms | torn |`,
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const [kind, all] of latencies) {
    const p99 = quantile(all, 0.99);
    console.log(
      `| ${kind} | ${median(all).toFixed(2)} | ${(median(all) / median(chokidar)).toFixed(2)} | ${quantile(all, 0.9).toFixed(2)} | ${p99.toFixed(2)} | ${(p99 / quantile(chokidar, 0.99)).toFixed(2)} | ${rounds - all.length} | ${torn.get(kind) ?? 0} |`,
    );
  }
}
await Promise.all(peers.map(({ peer }) => peer.stop()));
rmSync(root, { recursive: true });
