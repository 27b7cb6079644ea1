import { basename, extname, join } from 'node:path';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';

/** Endings of the files that can be the source of a plugin, in the order in which they are looked for. */
const SOURCES = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'] as const;
const MAX_NAME_LENGTH = 64;
/** A plugin that has no version of its own. */
const NO_VERSION = '0.0.0';

/** What stands in for the manifest of a plugin that needs none: its name is that of its folder or file. */
export interface Implied {
  /** Whether the plugin is one file, and no folder. */
  readonly isFile: boolean;
  /** Default: after the file or folder. */
  readonly name?: string;
  /** Functions that may be called. Default: all that the module exports. */
  readonly exports?: readonly string[];
}

/** Whether a path ends like a source. */
export function isSourceName(path: string): boolean {
  return SOURCES.some((ending) => ending === extname(path));
}

/** Whether a file of this name can be a plugin by itself: `counter.ts`, but no declarations, tests or settings such as `a.test.ts`. */
export function isPluginFileName(name: string): boolean {
  return isSourceName(name) && !name.slice(0, -extname(name).length).includes('.');
}

/** The index file of a folder; undefined when it has none. */
export function indexFile(files: PluginFiles, folder: string): string | undefined {
  return SOURCES.map((ending) => join(folder, `index${ending}`)).find(
    (path) => tryStat(files, path)?.kind === 'file',
  );
}

/** The source of a plugin without a manifest; undefined when there is none. */
export function impliedSource(
  files: PluginFiles,
  folder: string,
  { isFile }: Implied,
): string | undefined {
  if (!isFile) return indexFile(files, folder);
  return tryStat(files, folder)?.kind === 'file' ? folder : undefined;
}

/** A valid name, after that of a folder or file: lower case, with a dash for all that a name may not have. */
export function impliedName(path: string): string {
  const name = basename(path, isSourceName(path) ? extname(path) : '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, MAX_NAME_LENGTH);
  return name === '' ? 'plugin' : name;
}

/** What a manifest of a plugin without one would say, not yet decoded. */
export function impliedManifest(
  folder: string,
  source: string,
  { name, exports }: Implied,
): Readonly<Record<string, unknown>> {
  return {
    name: name ?? impliedName(folder),
    version: NO_VERSION,
    source: `./${basename(source)}`,
    ...(exports && { exports }),
  };
}

/**
 * What the key `hotpipe` of a package.json says, not yet decoded; undefined when it has no such key. Name and version are those of the
 * package, unless the key has its own, and the source is `main`.
 */
export function packageManifest(parsed: unknown): Readonly<Record<string, unknown>> | undefined {
  const own = valueOf(parsed, 'hotpipe');
  if (own === undefined) return undefined;
  const [name, version, main] = ['name', 'version', 'main'].map((key) => valueOf(parsed, key));
  return {
    ...(typeof name === 'string' && { name: impliedName(name.replace(/^@[^/]*\//, '')) }),
    version: typeof version === 'string' ? version : NO_VERSION,
    ...(typeof main === 'string' && { source: main }),
    ...(typeof own === 'object' ? own : {}),
  };
}

function valueOf(parsed: unknown, key: string): unknown {
  const isThere = typeof parsed === 'object' && parsed !== null && Object.hasOwn(parsed, key);
  return isThere ? Reflect.get(parsed, key) : undefined;
}
