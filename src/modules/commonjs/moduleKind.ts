import { dirname, extname, join, sep } from 'node:path';
import { type PluginFiles, tryStat } from '../files/PluginFiles.js';
import { identityAt } from '../files/unchanged.js';

/** The two kinds of modules: ECMAScript's, and CommonJS. */
export type ModuleKind = 'module' | 'commonjs';

/** What the nearest `package.json` says of the files below it. */
export type PackageType = ModuleKind | undefined;

const MAX_BYTES = 1024 * 1024;
const KIND_BY_EXTENSION: Readonly<Record<string, ModuleKind>> = {
  '.mjs': 'module',
  '.mts': 'module',
  '.cjs': 'commonjs',
  '.cts': 'commonjs',
};

/**
 * The kind of a file, as Node decides: by its extension, or else by the `type` of the nearest `package.json`. Undefined: by its syntax.
 *
 * @source https://nodejs.org/api/packages.html#determining-module-system
 */
function declaredKind(path: string, type: PackageType): ModuleKind | undefined {
  return KIND_BY_EXTENSION[extname(path)] ?? type;
}

/** The `type` of packages, each `package.json` read once. Lives as long as one build. */
export class PackageTypes {
  /** By directory: the nearest `package.json`, and what it says. */
  readonly #known = new Map<
    string,
    { readonly path: string | undefined; readonly type: PackageType }
  >();

  constructor(
    readonly files: PluginFiles,
    /** Left out: nobody is told. */
    readonly told?: {
      /** Each `package.json` that decides, and its identity before it was read: a write in between then shows as a change. */
      readonly onDecided: (path: string, identity: string) => void;
      /** Each path before it at which there is none: one that appears there decides instead. */
      readonly onNearer: (path: string) => void;
    },
  ) {}

  /** The kind that is written for a file. That of JSON has nothing to do with packages. */
  kindOf(path: string): ModuleKind | undefined {
    // Its `package.json` is looked for also where its extension tells its kind: it says where `#` imports and the package's own name lead.
    return path.endsWith('.json') ? undefined : declaredKind(path, this.typeFor(path));
  }

  /** What the nearest `package.json` above a file says. A package's own directory `node_modules` ends the search, as in Node. */
  typeFor(path: string): PackageType {
    return this.#at(dirname(path)).type;
  }

  #at(dir: string): { readonly path: string | undefined; readonly type: PackageType } {
    const known = this.#known.get(dir);
    if (known !== undefined) return known;
    const found = this.#look(dir);
    this.#known.set(dir, found);
    return found;
  }

  #look(dir: string): { readonly path: string | undefined; readonly type: PackageType } {
    if (dir.endsWith(`${sep}node_modules`)) return { path: undefined, type: undefined };
    const path = join(dir, 'package.json');
    const identity = identityAt(this.files, path);
    if (tryStat(this.files, path)?.kind === 'file') {
      this.told?.onDecided(path, identity);
      return { path, type: typeIn(this.files, path) };
    }
    this.told?.onNearer(path);
    return dirname(dir) === dir ? { path: undefined, type: undefined } : this.#at(dirname(dir));
  }
}

function typeIn(files: PluginFiles, path: string): PackageType {
  try {
    const parsed: unknown = JSON.parse(files.read(path, MAX_BYTES).text);
    const type: unknown = Reflect.get(Object(parsed), 'type');
    return type === 'module' || type === 'commonjs' ? type : undefined;
  } catch {
    return undefined;
  }
}
