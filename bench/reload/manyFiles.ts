/**
 * One reload of a plugin of many files, after an edit in a leaf: `reloadPlugin` alone, as a pipeline calls it, without a watcher. Each build
 * and size has a process of its own, in turns.
 *
 *   npm run build && node --import tsx bench/reload/manyFiles.ts [rounds] [--dist <a build of before>,dist]
 *
 * Read the ratios of the processor's time, and of the least time by the clock: on a busy machine its median is that of the others.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { PluginRuntime, ReloadOptions } from '../../dist/index.js';
import { median } from '../medians.ts';

const SIZES = [20, 500, 1_000];
const FOLDER_COUNT = 50;
const RELOADS = 40;
/** The first reloads compile our own code. */
const WARM_UP = 8;
/** A file that was just written is read again; those of a real plugin were written long ago. */
const SETTLED_MS = 2_600;
const OWN = fileURLToPath(new URL('../../dist', import.meta.url));

interface Figures {
  readonly cpuMs: number;
  readonly clockMs: number;
  readonly leastMs: number;
}

/** Writes a plugin, and returns how its leaf is edited. */
function writeMany(
  dir: string,
  fileCount: number,
): { path: string; edit: (value: number) => void } {
  const numbers = Array.from({ length: fileCount - 1 }, (_, i) => i + 1);
  const name = (n: number) => `d${Math.floor(n / FOLDER_COUNT)}/part${n}`;
  const steps = Array.from(
    { length: 60 },
    (_, i) => `const step${i} = (a: number, b: number) => (a * ${i} + b) % 97;\n`,
  ).join('');
  const write = (n: number, value: number) =>
    writeFileSync(join(dir, `${name(n)}.ts`), `${steps}export const value = ${value};\n`);
  const manifest = 'name = "many"\nversion = "1.0.0"\nsource = "index.ts"\nexports = ["answer"]\n';
  const api = '\n[api-version]\nmajor = 0\nminor = 1\npatch = 0\n';
  writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
  writeFileSync(join(dir, 'plugin.toml'), `${manifest}${api}`);
  for (const n of numbers) {
    mkdirSync(join(dir, `d${Math.floor(n / FOLDER_COUNT)}`), { recursive: true });
    write(n, 0);
  }
  const imports = numbers
    .map((n) => `import { value as v${n} } from './${name(n)}.js';\n`)
    .join('');
  const sum = numbers.map((n) => `v${n}`).join(' + ');
  writeFileSync(join(dir, 'index.ts'), `${imports}export const answer = () => ${sum};\n`);
  return { path: join(dir, `${name(10)}.ts`), edit: (value) => write(10, value) };
}

async function measure(build: string, fileCount: number): Promise<Figures> {
  const loaded: unknown = await import(pathToFileURL(resolve(build, 'index.js')).href);
  const { PluginRuntime: Runtime } = loaded as { PluginRuntime: new () => PluginRuntime };
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'hotpipe-many-')));
  const { path, edit } = writeMany(dir, fileCount);
  const runtime = new Runtime();
  const event = { _tag: 'Modified', kind: 'file', path, atMs: 0, batch: 1 } as const;
  const change = { plugin: 'many', events: [event], firstAtMs: 0, lastAtMs: 0, eventCount: 1 };
  // A build of before may not know `cause`.
  const options: ReloadOptions = { cause: 'change', change };
  await runtime.loadManifest(join(dir, 'plugin.toml'))();
  await wait(SETTLED_MS);
  const cpu: number[] = [];
  const clock: number[] = [];
  for (let value = 1; value <= RELOADS; value += 1) {
    edit(value);
    const startMs = performance.now();
    const start = process.cpuUsage();
    await runtime.reloadPlugin('many', options)();
    const { user, system } = process.cpuUsage(start);
    clock.push(performance.now() - startMs);
    cpu.push((user + system) / 1_000);
    if ((await runtime.call('many', 'answer')) !== value) throw new Error('not reloaded');
    await wait(1);
  }
  await runtime.close();
  rmSync(dir, { recursive: true });
  const warm = clock.slice(WARM_UP);
  return {
    cpuMs: median(cpu.slice(WARM_UP)),
    clockMs: median(warm),
    leastMs: Math.min(...warm),
  };
}

const [rounds = '5', flag, list] = process.argv.slice(2);
if (flag === '--one') {
  const [build = OWN, size = '20'] = (list ?? '').split('=');
  console.log(JSON.stringify(await measure(build, Number(size))));
} else {
  const builds = flag === '--dist' ? (list ?? '').split(',') : [OWN];
  const found = SIZES.map((size) => ({ size, of: builds.map(() => [] as Figures[]) }));
  for (let round = 0; round < Number(rounds); round += 1) {
    for (const { size, of } of found) {
      for (const [index, build] of [...builds.entries()].sort(() => (round % 2 === 0 ? 1 : -1))) {
        const own = [fileURLToPath(import.meta.url), '1', '--one', `${build}=${size}`];
        const args = ['--import', 'tsx', ...own];
        const answer: unknown = JSON.parse(
          execFileSync(process.execPath, args, { encoding: 'utf8' }),
        );
        of[index]?.push(answer as Figures);
      }
    }
  }
  console.log(
    `Node ${process.version}, ${rounds} rounds in turn, medians; ratios to the first build`,
  );
  console.log('| files | build | processor ms | ratio | least ms | ratio | clock ms | ratio |');
  console.log('| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const { size, of } of found) {
    const [first = []] = of;
    const figure = (figures: readonly Figures[], key: keyof Figures) =>
      median(figures.map((one) => one[key]));
    for (const [index, figures] of of.entries()) {
      const cells = (['cpuMs', 'leastMs', 'clockMs'] as const).flatMap((key) => [
        figure(figures, key).toFixed(1),
        (figure(figures, key) / figure(first, key)).toFixed(2),
      ]);
      console.log(`| ${[size, builds[index], ...cells].join(' | ')} |`);
    }
  }
}
