/**
 * One, ten and a hundred plugins of 20 files each: start, memory, and the reload of one of them while the others serve. Each size runs
 * in a process of its own, one after the other.
 *
 *   npm run build && node --import tsx bench/reload/scale.ts [rounds]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PluginRuntime } from '../../dist/index.js';
import { median } from '../medians.ts';
import { writePlugin } from './writePlugin.ts';

const ROUNDS = Number(process.argv[2] ?? 3);
const SIZES = [1, 10, 100];
const RELOADS = 30;

interface Figures {
  readonly startMs: number;
  readonly heapMb: number;
  readonly reloadMs: number;
}

async function measure(count: number): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-scale-'));
  const edits = Array.from({ length: count }, (_, i) =>
    writePlugin(join(dir, `bench-${i}`), { fileCount: 20, language: 'ts', name: `bench-${i}` }),
  );
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  const runtime = new PluginRuntime();
  const startMs = performance.now();
  const loads = await runtime.loadDirectory(dir)();
  const tookMs = performance.now() - startMs;
  if (loads._tag === 'Left' || loads.right.some(({ _tag }) => _tag === 'Left'))
    throw new Error('a load failed');
  globalThis.gc?.();
  const heapMb = (process.memoryUsage().heapUsed - heapBefore) / 1024 / 1024;
  const reloads: number[] = [];
  for (let round = 1; round <= RELOADS; round += 1) {
    const i = round % count;
    edits[i]?.(round);
    const editMs = performance.now();
    const reloaded = await runtime.reloadPlugin(`bench-${i}`)();
    if (reloaded._tag === 'Left') throw new Error(reloaded.left.message);
    reloads.push(performance.now() - editMs);
  }
  await runtime.close();
  rmSync(dir, { recursive: true });
  return { startMs: tookMs, heapMb, reloadMs: median(reloads) };
}

const own = process.argv[3];
if (own !== undefined) {
  console.log(JSON.stringify(await measure(Number(own))));
} else {
  const found = new Map(SIZES.map((size) => [size, [] as Figures[]]));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const size of SIZES) {
      const args = [
        '--expose-gc',
        '--import',
        'tsx',
        fileURLToPath(import.meta.url),
        '0',
        String(size),
      ];
      found.get(size)?.push(JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })));
    }
  }
  console.log(`Node ${process.version}, ${ROUNDS} rounds, medians`);
  console.log(
    '| plugins of 20 files | start ms | start ms per plugin | heap MB | heap MB per plugin | reload of one, ms |',
  );
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const [size, list] of found) {
    const of = (key: keyof Figures) => median(list.map((figures) => figures[key]));
    const cells = [
      size,
      of('startMs').toFixed(0),
      (of('startMs') / size).toFixed(1),
      of('heapMb').toFixed(1),
      (of('heapMb') / size).toFixed(2),
      of('reloadMs').toFixed(2),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
}
