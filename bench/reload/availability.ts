/**
 * Broken edits during calls: the share of answers that the version before gave, and the longest time without a good answer. A caller
 * asks every millisecond. The file is broken after 1.5 s, and fixed after 3 s.
 *
 *   npm run build && npm run bench:install && node --import tsx bench/reload/availability.ts [rounds]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median } from '../medians.ts';
import { Asker } from './Asker.ts';
import { endTool } from './endTool.ts';
import { TOOLS } from './tools.ts';
import { writePlugin } from './writePlugin.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const WINDOW_MS = 4_500;
const LIMIT_MS = 60_000;
/** A tool that has missed a save gets the next one after this time. */
const SAVE_AGAIN_AFTER_MS = 3_000;
const BREAKS: Readonly<Record<string, (text: string) => string>> = {
  'syntax error': () => 'export function answer( {\n',
  'throw at load': (text) => `${text}\nthrow new Error('broken');\n`,
  'export renamed': (text) => text.replace('function answer', 'function anwser'),
};
const GOOD = 'export function answer() {\n  return 1;\n}\n';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-available-')));
symlinkSync(fileURLToPath(new URL('../node_modules', import.meta.url)), join(root, 'node_modules'));
console.log(`Node ${process.version}, ${ROUNDS} rounds, medians`);
console.log(
  '| tool | edit | answered well | longest gap ms | live again after the fix ms | saves missed |',
);
console.log('| --- | --- | ---: | ---: | ---: | ---: |');
for (const [at, tool] of TOOLS.entries()) {
  const dir = join(root, `tool${at}`, 'plugin');
  writePlugin(dir, { fileCount: 1, language: tool.language });
  const entry = join(dir, `index.${tool.language}`);
  writeFileSync(entry, GOOD);
  const socket = join(root, `${at}.sock`);
  if (tool.main) writeFileSync(join(dir, 'main.js'), tool.main(socket));
  const child = spawn(process.execPath, [...tool.command(dir, socket)], { stdio: 'ignore' });
  const asker = new Asker(socket);
  try {
    await untilAnswer(asker, '1', () => undefined);
    for (const [edit, breakIt] of Object.entries(BREAKS)) {
      const rounds: { good: number; gapMs: number; fixMs: number }[] = [];
      let missed = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        missed += await untilAnswer(asker, '1', () => writeFileSync(entry, GOOD));
        await wait(200);
        const found = await oneRound(asker, entry, breakIt(GOOD));
        missed += found.missed;
        rounds.push(found);
      }
      const of = (key: 'good' | 'gapMs' | 'fixMs') => median(rounds.map((found) => found[key]));
      console.log(
        `| ${tool.name} | ${edit} | ${(of('good') * 100).toFixed(1)} % | ${of('gapMs').toFixed(0)} | ${of('fixMs').toFixed(0)} | ${missed} |`,
      );
    }
  } finally {
    asker.close();
    await endTool(child);
  }
}
rmSync(root, { recursive: true, force: true });

async function oneRound(asker: Asker, entry: string, broken: string) {
  const startMs = performance.now();
  let stage: 'good' | 'broken' = 'good';
  let asked = 0;
  let good = 0;
  let gapMs = 0;
  let lastGoodMs = startMs;
  for (let nowMs = startMs; nowMs - startMs < WINDOW_MS; nowMs = performance.now()) {
    if (stage === 'good' && nowMs - startMs > WINDOW_MS / 3) {
      writeFileSync(entry, broken);
      stage = 'broken';
    }
    if (stage === 'broken' && nowMs - startMs > (2 * WINDOW_MS) / 3) break;
    const answer = await asker.ask().catch(() => 'down');
    const atMs = performance.now();
    asked += 1;
    if (answer === '1') {
      good += 1;
      gapMs = Math.max(gapMs, atMs - lastGoodMs);
      lastGoodMs = atMs;
    }
    await wait(1);
  }
  const fixedMs = performance.now();
  gapMs = Math.max(gapMs, fixedMs - lastGoodMs);
  const fix = () => writeFileSync(entry, GOOD.replace('return 1', 'return 2'));
  fix();
  const missed = await untilAnswer(asker, '2', fix);
  const fixMs = performance.now() - fixedMs;
  writeFileSync(entry, GOOD);
  return { good: good / asked, gapMs, fixMs, missed };
}

/** Waits for an answer. Resolves with the number of saves that the tool missed until then. */
async function untilAnswer(asker: Asker, value: string, save: () => void): Promise<number> {
  const startMs = performance.now();
  let missed = 0;
  for (let nowMs = startMs; nowMs - startMs < LIMIT_MS; nowMs = performance.now()) {
    if ((await asker.ask().catch(() => 'down')) === value) return missed;
    if (nowMs - startMs > (missed + 1) * SAVE_AGAIN_AFTER_MS) {
      missed += 1;
      save();
    }
    await wait(2);
  }
  throw new Error(`never answered ${value}`);
}
