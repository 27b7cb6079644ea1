/**
 * Six operations on many files, as fast as one process can do them. A reader reads each file that an event names.
 * Wrong: paths of which it knows another content than the disk has, after 2.5 s without an event (10 s for 50,000 files).
 *
 *   npm run build && npm run bench:install && node --import tsx bench/source/storm.ts [files] [blocked ms] [dir] [operations]
 *   node --import tsx bench/source/storm.ts 50000 0 /dev/shm create,rename
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Peer } from './Peer.ts';

const count = Number(process.argv[2] ?? 10_000);
const blockedMs = Number(process.argv[3] ?? 0);
const quietMs = Math.max(2_500, count / 5);
const under = process.argv[4] ?? tmpdir();
const writer = fileURLToPath(new URL('../../test/cases/source/stormWriter.mjs', import.meta.url));
const operations = (process.argv[5] ?? 'create,modify,atomic,rename,nested,remove').split(',');
const kinds = [
  'hotpipe:nodeFs',
  'hotpipe:chokidar',
  'chokidar:chokidar',
  'chokidar:chokidar6',
  'parcel',
];

console.log(
  `\n| ${count} files, loop blocked ${blockedMs} ms | operation | wrong | duplicates | last event after the writer's end ms | CPU ms |`,
);
console.log('| --- | --- | --- | --- | --- | --- |');
for (const kind of kinds) {
  const dir = mkdtempSync(join(under, 'hotpipe-bench-'));
  const peer = new Peer(kind, dir);
  await peer.ready();
  for (const operation of operations) {
    await peer.read();
    const child = spawn(process.execPath, [writer, dir, operation, `${count}`]);
    if (blockedMs > 0) {
      await wait(50);
      peer.block(blockedMs);
    }
    const endAt = await new Promise<number>((resolve) =>
      child.on('exit', () => resolve(Number(process.hrtime.bigint()))),
    );
    for (let before = -1, now = 0; now !== before; ) {
      before = now;
      await wait(quietMs);
      now = await peer.count();
    }
    const verdict = await peer.judge();
    console.log(
      `| ${kind} | ${operation} | ${verdict.wrongCount} | ${verdict.duplicateCount} | ${((verdict.lastAt - endAt) / 1e6).toFixed(0)} | ${verdict.cpuMs.toFixed(0)} |`,
    );
  }
  await peer.stop();
  rmSync(dir, { recursive: true });
}
