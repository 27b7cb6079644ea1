import { hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cachedDataVersionTag } from 'node:v8';

/** Of what is kept of a compilation. To be raised with any change of it. */
const FORMAT = 1;
/** What does the work of a compilation beside hotpipe's own code. */
const COMPILERS = ['oxc-transform', 'oxc-parser', 'cjs-module-lexer'];
/** Directories above this file that may hold the `package.json` of hotpipe: from `lib/<entry>`, and from `src` or `dist/modules/adapters`. */
const MAX_LEVELS_COUNT = 4;

/**
 * SHA-256, in hex, of all that decides what a text is compiled to beside the text, its path and its settings: hotpipe and its own files, the
 * compilers, and V8 with its flags, version and processor, whose data fits nothing else.
 *
 * @param flags - Which flags of V8 are changed during a compilation.
 */
export function environmentOf(flags: string): string {
  const { version, platform, arch } = process;
  const compilers = COMPILERS.map((name) => packageVersion(name));
  const own = [ownVersion(), ...ownFiles()];
  const parts = [FORMAT, flags, version, platform, arch, cachedDataVersionTag(), compilers, own];
  return hash('sha256', JSON.stringify(parts));
}

/** Sizes and times of the files that this one lies beside: somebody who works on hotpipe changes them and not the version. */
function ownFiles(): readonly unknown[] {
  const here = import.meta.dirname;
  return [here, join(here, '../compile'), join(here, '../commonjs')].flatMap((dir) => {
    try {
      return readdirSync(dir).map((name) => {
        const { size, mtimeMs } = statSync(join(dir, name));
        return [name, size, mtimeMs];
      });
    } catch {
      return [];
    }
  });
}

function ownVersion(): unknown {
  let dir = import.meta.dirname;
  for (let level = 0; level < MAX_LEVELS_COUNT; level += 1) {
    const found = versionIn(dir, 'hotpipe');
    if (found !== undefined) return found;
    dir = dirname(dir);
  }
  return undefined;
}

function packageVersion(name: string): unknown {
  try {
    const { resolve } = createRequire(import.meta.url);
    // To find what a package exports takes Node 1 to 2 ms, at each start: its place is enough. Plug'n'Play knows no directories of packages.
    for (const modules of resolve.paths(name) ?? []) {
      const found = versionIn(join(modules, name), name);
      if (found !== undefined) return found;
    }
    let dir = dirname(resolve(name));
    for (; dir !== dirname(dir); dir = dirname(dir)) {
      const found = versionIn(dir, name);
      if (found !== undefined) return found;
    }
  } catch {
    // It is not installed, so nothing is compiled with it.
  }
  return undefined;
}

function versionIn(dir: string, name: string): unknown {
  try {
    const found: unknown = JSON.parse(readFileSync(join(dir, 'package.json'), 'utf8'));
    return Reflect.get(Object(found), 'name') === name
      ? Reflect.get(Object(found), 'version')
      : undefined;
  } catch {
    return undefined;
  }
}
