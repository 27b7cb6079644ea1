/**
 * What a host costs whose folder lies in a directory of many entries, in which others write ten times a second: with `fs.watch` on the
 * directories above the root, and with chokidar there as on the root, in turns.
 *
 *   npm run build && node --import tsx bench/source/ways.ts [rounds] [entries]
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { chokidarBackend, watch } from '../../dist/sources/index.js';
import { median } from '../medians.ts';

const [roundCount = 5, entryCount = 5_000] = process.argv.slice(2).map(Number);
const ROUND_MS = 4_000;

const dir = mkdtempSync(join(tmpdir(), 'hotpipe-bench-'));
const app = join(dir, 'app');
mkdirSync(app);
for (let at = 0; at < entryCount; at++) writeFileSync(join(dir, `other${at}`), '');
const others = spawn(process.execPath, [
  '-e',
  `const fs = require('fs'); let at = 0;
   setInterval(() => { const path = ${JSON.stringify(dir)} + '/new' + at++; fs.writeFileSync(path, ''); fs.rmSync(path); }, 100);`,
]);

const { forWays: _, ...everywhere } = chokidarBackend();
const backends = { 'fs.watch above': chokidarBackend(), 'chokidar above': everywhere };
const found = new Map(
  Object.keys(backends).map((name) => [name, { cpu: [] as number[], longest: [] as number[] }]),
);
for (let round = 0; round < roundCount; round++) {
  for (const [name, backend] of Object.entries(backends)) {
    let onReady = () => {};
    const ready = new Promise<void>((resolve) => (onReady = resolve));
    const subscription = watch(app, { backend, onReady }).subscribe();
    await ready;
    await wait(1_000);
    const before = process.cpuUsage();
    const delay = monitorEventLoopDelay({ resolution: 2 });
    delay.enable();
    await wait(ROUND_MS);
    delay.disable();
    const { user, system } = process.cpuUsage(before);
    found.get(name)?.cpu.push((user + system) / ROUND_MS);
    found.get(name)?.longest.push(delay.max / 1e6);
    subscription.unsubscribe();
  }
}
others.kill();
rmSync(dir, { recursive: true, force: true });

console.log(
  `${roundCount} rounds of ${ROUND_MS / 1_000} s, ${entryCount} entries, Node ${process.version}`,
);
for (const [name, { cpu, longest }] of found) {
  console.log(
    `${name}: processor ${median(cpu).toFixed(1)} ms a second, longest turn of the loop ${median(longest).toFixed(1)} ms`,
  );
}
