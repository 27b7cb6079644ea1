/**
 * What a storm costs the source: looks (`lstat`) and listings per changed file until the last event, the time from the writer's end to that
 * event, and the longest block of the event loop. A reader reads each file that an event names. `HOTPIPE_DIST` names another build.
 *
 *   npm run build && node --import tsx bench/source/looks.ts [files] [dir] [operations]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const count = Number(process.argv[2] ?? 10_000);
const under = process.argv[3] ?? tmpdir();
const operations = (process.argv[4] ?? 'create,modify,atomic,rename,nested,remove').split(',');
const dist = process.env.HOTPIPE_DIST ?? fileURLToPath(new URL('../../dist', import.meta.url));
const writer = fileURLToPath(new URL('../../test/cases/source/stormWriter.mjs', import.meta.url));
const { watch } = await import(`${dist}/sources/index.js`);
const { nodeFileSystem } = await import(`${dist}/sources/adapters/nodeFileSystem.js`);

const now = { looks: 0, lists: 0 };
const { look, list } = nodeFileSystem;
nodeFileSystem.look = (...args: unknown[]) => {
  now.looks += 1;
  return look(...args);
};
nodeFileSystem.list = (...args: unknown[]) => {
  now.lists += 1;
  return list(...args);
};

const dir = mkdtempSync(join(under, 'hotpipe-bench-'));
let eventCount = 0;
let last = { ...now, atMs: 0 };
const subscription = await new Promise<{ unsubscribe(): void }>((resolve) => {
  const started = watch(dir, { backend: 'nodeFs', onReady: () => resolve(started) }).subscribe(
    ({ path, _tag }: { path: string; _tag: string }) => {
      eventCount += 1;
      last = { ...now, atMs: performance.now() };
      try {
        if (_tag !== 'Deleted') readFileSync(path);
      } catch {
        // It is gone again.
      }
    },
  );
});
const loop = monitorEventLoopDelay({ resolution: 1 });
loop.enable();
console.log(
  `| ${count} files | looks per file | listings | events | last event after the writer's end ms | longest block ms |`,
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
for (const operation of operations) {
  await wait(2_500);
  Object.assign(now, { looks: 0, lists: 0 });
  eventCount = 0;
  loop.reset();
  const child = spawn(process.execPath, [writer, dir, operation, `${count}`]);
  const endMs = await new Promise<number>((resolve) =>
    child.on('exit', () => resolve(performance.now())),
  );
  for (let before = -1; before !== eventCount; ) {
    before = eventCount;
    await wait(1_500);
  }
  console.log(
    `| ${operation} | ${(last.looks / count).toFixed(2)} | ${last.lists} | ${eventCount} | ${(last.atMs - endMs).toFixed(0)} | ${(loop.max / 1e6).toFixed(0)} |`,
  );
}
subscription.unsubscribe();
rmSync(dir, { recursive: true });
