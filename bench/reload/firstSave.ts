/**
 * The first save after a start beside the later ones: from the write of a plugin's file to the first call that the new code answers. Each
 * round has a process of its own per setting, one after the other: it starts, is left alone for a second, and is edited.
 *
 *   npm run build && node --import tsx bench/reload/firstSave.ts [rounds] [--dist <a build of before>,dist]
 *
 * With `--dist`, builds are compared; else this build with a rehearsal and without one. `warm`: what the plugin compiles is in a cache of a
 * start before.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median } from '../medians.ts';
import { Asker } from './Asker.ts';
import { endTool } from './endTool.ts';
import { type PluginShape, writePlugin } from './writePlugin.ts';

const ROUNDS = Number(process.argv[2] ?? 10);
const builds = process.argv[3] === '--dist' ? (process.argv[4] ?? '').split(',') : undefined;
const HOST = fileURLToPath(new URL('hosts/firstSave.mjs', import.meta.url));
const OWN = fileURLToPath(new URL('../../dist', import.meta.url));
/** The host is left alone for so long after its start. */
const REST_MS = 1_000;
const GAP_MS = 400;
const LATER_COUNT = 4;
const STUCK_AFTER_MS = 10_000;

interface Setting {
  readonly name: string;
  readonly build: string;
  readonly rehearsal: 'idle' | 'off';
}

interface Saves {
  readonly firstMs: number;
  readonly secondMs: number;
  readonly laterMs: number;
}

const settings: readonly Setting[] =
  builds === undefined
    ? [
        { name: 'with a rehearsal', build: OWN, rehearsal: 'idle' },
        { name: 'without', build: OWN, rehearsal: 'off' },
      ]
    : builds.map((build) => ({ name: build, build, rehearsal: 'idle' }));

async function round(
  { build, rehearsal }: Setting,
  shape: PluginShape,
  cache: string | undefined,
): Promise<Saves> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-first-')));
  const dir = join(root, 'plugins');
  const edit = writePlugin(join(dir, 'bench'), shape);
  const socket = join(root, 'socket');
  const args = [HOST, dir, socket, build, rehearsal, ...(cache === undefined ? [] : [cache])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const asker = new Asker(socket);
  try {
    await untilAnswers(asker, 0);
    await wait(REST_MS);
    const tookMs: number[] = [];
    for (let save = 1; save <= 2 + LATER_COUNT; save += 1) {
      const startMs = performance.now();
      edit(save);
      await untilAnswers(asker, save);
      tookMs.push(performance.now() - startMs);
      await wait(GAP_MS);
    }
    const [firstMs = Number.NaN, secondMs = Number.NaN, ...later] = tookMs;
    return { firstMs, secondMs, laterMs: median(later) };
  } finally {
    asker.close();
    await endTool(child);
    rmSync(root, { recursive: true, force: true });
  }
}

async function untilAnswers(asker: Asker, value: number): Promise<void> {
  const deadlineMs = performance.now() + STUCK_AFTER_MS;
  while (performance.now() < deadlineMs) {
    const answer = await asker.ask().catch(() => 'down');
    if (answer === String(value)) return;
    await wait(1);
  }
  throw new Error(`the host never answered ${value}`);
}

async function compare(shape: PluginShape, isWarm: boolean): Promise<void> {
  const found = settings.map((setting) => ({ setting, saves: [] as Saves[] }));
  const cache = isWarm ? mkdtempSync(join(tmpdir(), 'hotpipe-first-cache-')) : undefined;
  for (let number = 1; number <= ROUNDS; number += 1) {
    for (const { setting, saves } of number % 2 === 0 ? found : found.toReversed()) {
      saves.push(await round(setting, shape, cache));
    }
  }
  if (cache !== undefined) rmSync(cache, { recursive: true, force: true });
  console.log(
    `\n${shape.fileCount} file(s)${isWarm ? ', with a cache' : ''}, ${ROUNDS} rounds, Node ${process.version}`,
  );
  console.log('| | first save ms | second | later | first / later | range |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const { setting, saves } of found) {
    const of = (key: keyof Saves) => median(saves.map((one) => one[key]));
    const ratios = saves.map(({ firstMs, laterMs }) => firstMs / laterMs).toSorted((a, b) => a - b);
    const cells = [
      setting.name,
      of('firstMs').toFixed(1),
      of('secondMs').toFixed(1),
      of('laterMs').toFixed(1),
      median(ratios).toFixed(2),
      `${ratios[0]?.toFixed(2)} to ${ratios.at(-1)?.toFixed(2)}`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}

await compare({ fileCount: 1, language: 'ts' }, false);
await compare({ fileCount: 20, language: 'ts' }, false);
