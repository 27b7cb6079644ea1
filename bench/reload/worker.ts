/**
 * Edit to live in a worker: from the write of a plugin's file to the first call that the new code answers. Compares a warm spare, a
 * thread that is started per swap, a plugin in process, and hot-hook. Each runs in a process of its own. The edits take turns (A B C A B C).
 *
 *   npm run build && npm run bench:install && node --import tsx bench/reload/worker.ts [rounds]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median, quantile } from '../medians.ts';
import { type PluginShape, writePlugin } from './writePlugin.ts';

const ROUNDS = Number(process.argv[2] ?? 40);
const GAP_MS = 250;
const LIMIT_MS = 10_000;
const HOSTS = fileURLToPath(new URL('hosts', import.meta.url));

const TOOLS: readonly (readonly [
  name: string,
  language: PluginShape['language'],
  host: string,
  option: string,
])[] = [
  ['hotpipe, worker, warm spare', 'ts', 'hotpipeWorker.mjs', 'warm'],
  ['hotpipe, worker, cold', 'ts', 'hotpipeWorker.mjs', 'none'],
  ['hotpipe, in process', 'ts', 'hotpipe.mjs', 'nodeFs'],
  ['hot-hook (js, in process)', 'js', 'hotHook.mjs', 'index.js'],
];

for (const fileCount of [1, 20] as const) await compare(fileCount);

async function compare(fileCount: PluginShape['fileCount']): Promise<void> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-bench-')));
  symlinkSync(
    fileURLToPath(new URL('../node_modules', import.meta.url)),
    join(root, 'node_modules'),
  );
  const running = TOOLS.map(([name, language, host, option], i) => {
    const dir = join(root, `tool${i}`, 'plugin');
    const socket = join(root, `${i}.sock`);
    const edit = writePlugin(dir, { fileCount, language });
    const child = spawn(process.execPath, [join(HOSTS, host), dir, socket, option], {
      stdio: 'ignore',
    });
    return { name, edit, socket, child, tookMs: [] as number[], stuck: 0 };
  });
  try {
    const asked = await Promise.all(
      running.map(async (tool) => ({ ...tool, ask: await asker(tool.socket) })),
    );
    for (let round = 1; round <= ROUNDS; round++) {
      for (const tool of asked) {
        const startMs = performance.now();
        tool.edit(round);
        while ((await tool.ask()) !== String(round) && performance.now() - startMs < LIMIT_MS)
          await wait(1);
        const took = performance.now() - startMs;
        if (took < LIMIT_MS) tool.tookMs.push(took);
        else tool.stuck++;
        await wait(GAP_MS / asked.length);
      }
    }
    const ours = median(asked[0]?.tookMs ?? []);
    console.log(
      `\n| ${fileCount} file${fileCount > 1 ? 's, edit in a leaf' : ''}, ${ROUNDS} rounds, Node ${process.version} | p50 ms | p95 ms | stuck | times the warm spare |`,
    );
    console.log('| --- | ---: | ---: | ---: | ---: |');
    for (const { name, tookMs, stuck } of asked) {
      const p50 = median(tookMs);
      console.log(
        `| ${name} | ${p50.toFixed(1)} | ${quantile(tookMs, 0.95).toFixed(1)} | ${stuck} | ${(p50 / ours).toFixed(2)} |`,
      );
    }
  } finally {
    for (const { child } of running) {
      if (child.exitCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill();
      await ended;
    }
    rmSync(root, { recursive: true, force: true });
  }
}

/** Waits until the host listens. The returned function asks it and resolves with its answer, one line. */
async function asker(path: string): Promise<() => Promise<string>> {
  const deadlineMs = performance.now() + LIMIT_MS;
  for (;;) {
    const socket = await new Promise<Socket | undefined>((resolve) => {
      const made = connect(path, () => resolve(made));
      made.once('error', () => resolve(undefined));
    });
    if (socket !== undefined) {
      return () =>
        new Promise((resolve) => {
          socket.once('data', (data: Buffer) => resolve(String(data).trim()));
          socket.write('?');
        });
    }
    if (performance.now() > deadlineMs) throw new Error(`nothing listens on ${path}`);
    await wait(50);
  }
}
