/**
 * Edit to live: from the write of a plugin's file to the first call that the new code answers. Each tool runs in a process of its
 * own, all at once. The edits take turns (A B C A B C), so that slow phases of the machine meet all tools alike.
 *
 *   npm run build && npm run bench:install && node --import tsx bench/reload/run.ts [rounds]
 *   node --import tsx bench/reload/run.ts [rounds] --dist <a build of before>,dist
 *
 *   node --import tsx bench/reload/run.ts [rounds] --tools "nodeFs,hot-hook (js)"
 *
 * With `--dist`, the builds of hotpipe are compared, without the peers; the order of the edits changes from round to round. With `--tools`,
 * only the tools whose names have one of these parts, also with 500 files; a process that does nothing costs the others no time.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median, quantile } from '../medians.ts';
import { Asker } from './Asker.ts';
import { endTool } from './endTool.ts';
import { buildsOf, TOOLS } from './tools.ts';
import { type PluginShape, writePlugin } from './writePlugin.ts';

const ROUNDS = Number(process.argv[2] ?? 40);
const builds = process.argv[3] === '--dist' ? (process.argv[4] ?? '').split(',') : undefined;
const parts = process.argv[3] === '--tools' ? (process.argv[4] ?? '').split(',') : undefined;
const tools =
  builds === undefined
    ? TOOLS.filter(({ name }) => parts?.some((part) => name.includes(part)) !== false)
    : buildsOf(builds);
const GAP_MS = 400; // between edits of one tool: nodemon has restarted by then
const STUCK_AFTER_MS = 10_000;
const START_LIMIT_MS = 60_000;

async function compare(shape: Omit<PluginShape, 'language'>): Promise<void> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-bench-')));
  const modules = fileURLToPath(new URL('../node_modules', import.meta.url));
  if (builds === undefined) symlinkSync(modules, join(root, 'node_modules'));
  const started = tools.map((tool, i) => {
    const dir = join(root, `tool${i}`, 'plugin');
    const edit = writePlugin(dir, { ...shape, language: tool.language });
    const socket = join(root, `${i}.sock`);
    if (tool.main) writeFileSync(join(dir, 'main.js'), tool.main(socket));
    const child = spawn(process.execPath, [...tool.command(dir, socket)], { stdio: 'ignore' });
    return { tool, edit, child, asker: new Asker(socket), tookMs: [] as number[], stuck: 0 };
  });
  try {
    for (const { asker, tool } of started) await untilAnswers(asker, 0, tool.name, START_LIMIT_MS);
    for (let round = 1; round <= ROUNDS; round++) {
      for (const run of round % 2 === 0 ? started : started.toReversed()) {
        if (round % run.tool.everyNthRound !== 0) continue;
        const startMs = performance.now();
        run.edit(round);
        const isLive = await untilAnswers(run.asker, round, run.tool.name).catch(() => false);
        if (isLive === false) run.stuck++;
        else run.tookMs.push(performance.now() - startMs);
      }
      await wait(GAP_MS);
    }
    const ours = median(started[0]?.tookMs ?? []);
    console.log(
      `\n${nameOf(shape)}, ${ROUNDS} rounds (restarting tools ${ROUNDS / 4}), Node ${process.version}`,
    );
    console.log(
      '| tool | p50 ms | p95 ms | stuck | times the first row |\n| --- | --- | --- | --- | --- |',
    );
    for (const { tool, tookMs, stuck } of started) {
      const p50 = median(tookMs);
      const cells = [
        tool.name,
        p50.toFixed(1),
        quantile(tookMs, 0.95).toFixed(1),
        stuck,
        (p50 / ours).toFixed(2),
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  } finally {
    for (const { child, asker } of started) {
      asker.close();
      await endTool(child);
    }
    rmSync(root, { recursive: true, force: true });
  }
}

async function untilAnswers(
  asker: Asker,
  value: number,
  name: string,
  limitMs = STUCK_AFTER_MS,
): Promise<true> {
  const deadlineMs = performance.now() + limitMs;
  while (performance.now() < deadlineMs) {
    const answer = await asker.ask().catch(() => 'down');
    if (answer === String(value)) return true;
    await wait(1);
  }
  throw new Error(`${name} never answered ${value}`);
}

function nameOf({ fileCount, hasPackages }: Omit<PluginShape, 'language'>): string {
  if (fileCount > 1) return `${fileCount} files, edit in a leaf`;
  return hasPackages === true ? '1 file that imports two npm packages' : '1 file';
}

await compare({ fileCount: 1 });
await compare({ fileCount: 20 });
if (parts !== undefined) await compare({ fileCount: 500 });
else if (builds === undefined) await compare({ fileCount: 1, hasPackages: true });
