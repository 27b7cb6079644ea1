import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** By directory of the file: a package is loaded once per process, whatever happens to its files later. */
const stamps = new Map<string, string | undefined>();

/**
 * Tells the package `typescript` that lowers a file apart from any other one, without loading it. Looks where its import would: beside the
 * file, then for the host's program. Undefined: there is none.
 */
export function typescriptStamp(path: string): string | undefined {
  const key = dirname(path);
  if (stamps.has(key)) return stamps.get(key);
  const bases = [path, join(process.cwd(), 'main.js'), process.argv[1] ?? path];
  let stamp: string | undefined;
  for (const base of bases) stamp ??= stampFrom(base);
  stamps.set(key, stamp);
  return stamp;
}

function stampFrom(base: string): string | undefined {
  try {
    const found = createRequire(base);
    const { size, mtimeMs } = statSync(found.resolve('typescript'));
    const about: unknown = JSON.parse(
      readFileSync(found.resolve('typescript/package.json'), 'utf8'),
    );
    return JSON.stringify([Reflect.get(Object(about), 'version'), size, mtimeMs]);
  } catch {
    return undefined;
  }
}
