/**
 * Two saves of a file, 1 to 40 ms apart. A reader reads each file that an event names. Stale: it does not have the second
 * save after a second without an event. Each watcher runs in a process of its own, all at the same time.
 *
 *   npm run build && npm run bench:install && node --import tsx bench/source/stale.ts [trials]
 */
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Peer } from './Peer.ts';

const trialCount = Number(process.argv[2] ?? 2000);
const filesPerRound = 40;
const kinds = [
  'hotpipe:nodeFs',
  'hotpipe:chokidar',
  'hotpipe:chokidar6',
  'hotpipe:polling',
  'chokidar:chokidar',
  'chokidar:chokidar6',
  'parcel',
];
const ways = {
  'in place': (path: string, text: string) => writeFileSync(path, text),
  atomic: (path: string, text: string) => {
    // Outside the root, so that the watcher does not see the temporary file.
    const other = `${path.replace('/root/', '/beside/')}.new`;
    writeFileSync(other, text);
    renameSync(other, path);
  },
};

const top = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
const peers = kinds.map((kind, i) => {
  const dir = join(top, `${i}`, 'root');
  mkdirSync(dir, { recursive: true });
  mkdirSync(join(top, `${i}`, 'beside'));
  const paths = Array.from({ length: filesPerRound }, (_, file) => join(dir, `f${file}.ts`));
  for (const path of paths) writeFileSync(path, 'export {};\n');
  return { peer: new Peer(kind, dir), paths };
});
await Promise.all(peers.map(({ peer }) => peer.ready()));
await wait(1500);

for (const [way, save] of Object.entries(ways)) {
  const stale = new Map<string, number>(kinds.map((kind) => [kind, 0]));
  let trials = 0;
  for (let round = 0; trials < trialCount; round++) {
    await Promise.all(peers.map(({ peer }) => peer.read()));
    for (let file = 0; file < filesPerRound; file++) {
      const gapMs = 1 + (trials % 40);
      trials += 1;
      const saveAll = (text: string) => {
        for (const { paths } of peers) save(paths[file] ?? '', text);
      };
      saveAll(`export const first = ${round};\n`);
      await wait(gapMs);
      saveAll(`export const second = ${round};\n`);
    }
    for (const { peer } of peers) {
      for (let before = -1, now = 0; now !== before; ) {
        before = now;
        await wait(peer === peers[0]?.peer ? 1000 : 150);
        now = await peer.count();
      }
      const { wrongCount } = await peer.judge();
      stale.set(peer.kind, (stale.get(peer.kind) ?? 0) + wrongCount);
    }
  }
  console.log(`\n| ${way} | stale of ${trials} |\n| --- | ---: |`);
  for (const [kind, count] of stale) console.log(`| ${kind} | ${count} |`);
}
await Promise.all(peers.map(({ peer }) => peer.stop()));
rmSync(top, { recursive: true });
