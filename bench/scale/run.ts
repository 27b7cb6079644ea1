/**
 * A host with many plugins: the start, an edit of one, an edit of a file that all of them share, and a checkout that touches many. Each
 * measurement runs in a process of its own. Two builds can be compared in one run: they take turns.
 *
 *   npm run build && node --import tsx bench/scale/run.ts 1000 20
 *   node --import tsx bench/scale/run.ts 1000 20 --dist dist,/path/to/other/dist --rounds 3 --only start,storm
 */
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '../medians.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dist: { type: 'string', default: 'dist' },
    rounds: { type: 'string', default: '1' },
    only: { type: 'string', default: 'directory,start,edit,checkout,storm' },
  },
});
const [pluginCount = '100', fileCount = '20'] = positionals;
const builds = values.dist.split(',');
const child = fileURLToPath(new URL('measure.ts', import.meta.url));

type Figures = Readonly<Record<string, number>>;

/** Throws when the process fails or exceeds four minutes. */
function measure(what: string, dist: string): Figures {
  const entry = resolve(dist, 'index.js');
  const args = ['--expose-gc', '--import', 'tsx', child, what, pluginCount, fileCount, entry];
  const output = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: 240_000,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output);
}

console.log(
  `Node ${process.version}, ${pluginCount} plugins of ${fileCount} files, ${values.rounds} rounds, medians`,
);
for (const what of values.only.split(',')) {
  const found = new Map<string, Figures[]>(builds.map((build) => [build, []]));
  for (let round = 0; round < Number(values.rounds); round += 1) {
    for (const build of builds) {
      try {
        found.get(build)?.push(measure(what, build));
      } catch (error) {
        console.log(
          `${what}, ${build}: ${error instanceof Error ? error.message.slice(0, 200) : ''}`,
        );
      }
    }
  }
  for (const [build, list] of found) {
    const keys = Object.keys(list[0] ?? {});
    const cells = keys.map(
      (key) => `${key} ${median(list.map((each) => each[key] ?? Number.NaN)).toFixed(1)}`,
    );
    console.log(`| ${what} | ${build} | ${cells.join(' | ')} |`);
  }
}
