import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { transformSync } from 'oxc-transform';
import type { SourceBug } from './SourceBug.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** The first violation of a seed that shows a bug. */
export interface FoundBug {
  readonly seed: number;
  readonly invariant: number;
  readonly message: string;
}

/** The seeds to look through, and how long each run is. */
export interface SeedRange {
  readonly from: number;
  readonly count: number;
  readonly steps: number;
  /** After this time the search ends with an error, in milliseconds: the bug may be an endless loop. */
  readonly timeoutMs: number;
}

/** The text of the file with the mistake in it. Throws where the right text is not there exactly once: the sources have changed. */
export function withMistake({ name, file, right, wrong }: SourceBug): string {
  const parts = readFileSync(join(root, 'src', file), 'utf8').split(right);
  if (parts.length === 2) return parts.join(wrong);
  throw new Error(`${name}: src/${file} has its line ${parts.length - 1} times, not once`);
}

/**
 * Looks for a bug with a copy of the built package in which one file has the mistake: nothing in the package itself knows of it. The
 * copy runs in a process of its own.
 *
 * @returns The first seed that shows it; undefined when none does.
 */
export async function findSourceBug(
  bug: SourceBug,
  { from, count, steps, timeoutMs }: SeedRange,
): Promise<FoundBug | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'hotpipe-bug-'));
  try {
    plant(bug, dir);
    const search = join(dir, 'search.mjs');
    writeFileSync(search, searchText(dir, from, from + count, steps));
    const { stdout } = await run(process.execPath, [search], { timeout: timeoutMs });
    const found: FoundBug | null = JSON.parse(stdout);
    return found ?? undefined;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

function plant(bug: SourceBug, dir: string): void {
  cpSync(join(root, 'dist'), join(dir, 'dist'), {
    recursive: true,
    filter: (path) => !/\.(map|d\.ts)$/.test(path),
  });
  symlinkSync(join(root, 'node_modules'), join(dir, 'node_modules'));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  const { code, errors } = transformSync(bug.file, withMistake(bug), {
    typescript: { onlyRemoveTypeImports: true },
  });
  const [error] = errors;
  if (error !== undefined) throw new Error(`${bug.name}: ${error.message}`);
  writeFileSync(join(dir, 'dist', bug.file.replace(/\.ts$/, '.js')), code);
}

function searchText(dir: string, from: number, to: number, steps: number): string {
  const testing = pathToFileURL(join(dir, 'dist/testing/index.js')).href;
  return `
    import { simulate } from ${JSON.stringify(testing)};
    let found = null;
    for (let seed = ${from}; seed < ${to} && found === null; seed += 1) {
      const [violation] = (await simulate({ seed, steps: ${steps} })).violations;
      if (violation !== undefined) found = { seed, invariant: violation.invariant, message: violation.message };
    }
    process.stdout.write(JSON.stringify(found));
    process.exit();
  `;
}
