// npm run build: makes `dist/` (by file, with types), `lib/` (what is published) and the page of the dashboard. What is there already, of the
// same sources, stays: the commands that build first then start at once.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

process.chdir(join(dirname(fileURLToPath(import.meta.url)), '..'));

/** Whatever decides what comes out; package-lock.json stands for the compilers and the packages that are bundled. */
const SOURCES = [
  'src',
  'scripts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
];
const OUTPUTS = ['dist', 'lib'];
const STEPS = [
  ['node_modules/typescript7/bin/tsc', '-p', 'tsconfig.build.json'],
  ['scripts/bundle.mjs'],
  ['scripts/build-page.mjs'],
];
/** The sources and outputs of the last build. Not among the outputs, so that it is not published. */
const RECORD = 'node_modules/.cache/hotpipe/build.json';

const sources = digestOf(SOURCES);
if (recorded() !== JSON.stringify({ sources, outputs: digestOf(OUTPUTS) })) {
  rmSync(RECORD, { force: true });
  for (const folder of OUTPUTS) rmSync(folder, { recursive: true, force: true });
  for (const step of STEPS) {
    const { status } = spawnSync(process.execPath, step, { stdio: 'inherit' });
    if (status !== 0) process.exit(status ?? 1);
  }
  mkdirSync(dirname(RECORD), { recursive: true });
  // A source that was saved meanwhile may be in it or not: the record then is of neither, and the next build builds.
  writeFileSync(RECORD, JSON.stringify({ sources, outputs: digestOf(OUTPUTS) }));
}

function recorded() {
  try {
    return readFileSync(RECORD, 'utf8');
  } catch {
    return undefined;
  }
}

/** Of the names and bytes of all files, in order. Of a path that is not there: of nothing. */
function digestOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths) add(hash, path);
  return hash.digest('hex');
}

function add(hash, path) {
  let names;
  try {
    names = readdirSync(path).sort();
  } catch (error) {
    if (error.code === 'ENOENT') return;
    const bytes = readFileSync(path);
    hash.update(`${path} ${bytes.length}\n`).update(bytes);
    return;
  }
  for (const name of names) add(hash, join(path, name));
}
