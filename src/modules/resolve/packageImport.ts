import { dirname, join, sep } from 'node:path';
import { type PluginFiles, tryStat, withoutMark } from '../files/PluginFiles.js';
import { jsonProblem } from '../places/jsonProblem.js';

const FLAG = /^(?:-C|--conditions)(?:=(.*))?$/;

/**
 * The conditions that the process was started with (`--conditions`, `-C`), in its own flags and in `NODE_OPTIONS`. Node follows them in
 * `exports` and `imports`, so a plugin's own packages do too. Read once: they cannot change.
 */
const conditionsOfProcess: readonly string[] = conditionsIn([
  ...process.execArgv,
  ...(process.env.NODE_OPTIONS ?? '').split(/[\s"]+/),
]);

/** The conditions in `imports` that hold for an `import`. Of alternatives, the first with such a condition is used. */
export const IMPORT_CONDITIONS: ReadonlySet<string> = new Set([
  ...['node', 'import', 'module-sync', 'node-addons', 'default'],
  ...conditionsOfProcess,
]);
/** The conditions that hold for a `require`. */
export const REQUIRE_CONDITIONS: ReadonlySet<string> = new Set([
  ...['node', 'require', 'module-sync', 'node-addons', 'default'],
  ...conditionsOfProcess,
]);
const MAX_BYTES = 1024 * 1024;

/** Where a `#` import leads: to a file of the package, or to a package or Node's module by its specifier. */
export type PackageTarget =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'specifier'; readonly specifier: string };

/** The nearest `package.json` above a file: it says where the file's `#` imports lead. */
export function packageJsonOf(files: PluginFiles, importer: string): string | undefined {
  for (let dir = dirname(importer); !dir.endsWith(`${sep}node_modules`); dir = dirname(dir)) {
    const path = join(dir, 'package.json');
    if (tryStat(files, path)?.kind === 'file') return path;
    if (dirname(dir) === dir) return undefined;
  }
  return undefined;
}

/**
 * Where a `#` import leads by the `imports` of the `package.json` at `path`: an entry of that name, or else the pattern with the longest
 * part before its `*`.
 *
 * @source https://nodejs.org/api/esm.html#resolution-algorithm-specification, PACKAGE_IMPORTS_RESOLVE
 */
export function packageImport(
  files: PluginFiles,
  specifier: string,
  path: string,
  conditions: ReadonlySet<string> = IMPORT_CONDITIONS,
): PackageTarget | undefined {
  return mappedTarget(Reflect.get(packageAt(files, path), 'imports'), specifier, path, conditions);
}

/**
 * Where a key leads by a map of a `package.json`, which is its `imports` or its `exports`.
 *
 * @source https://nodejs.org/api/esm.html#resolution-algorithm-specification, PACKAGE_IMPORTS_EXPORTS_RESOLVE
 */
export function mappedTarget(
  map: unknown,
  specifier: string,
  path: string,
  conditions: ReadonlySet<string>,
): PackageTarget | undefined {
  const imports = new Map(entriesOf(map));
  if (imports.has(specifier) && !specifier.includes('*')) {
    const match = { middle: '', dir: dirname(path), conditions };
    return targetOf(imports.get(specifier), match) ?? undefined;
  }
  const [found] = [...imports.keys()]
    .map((key) => ({ key, parts: key.split('*') }))
    .filter(({ parts }) => parts.length === 2)
    .map(({ key, parts: [before = '', after = ''] }) => ({ key, before, after }))
    .filter(({ before, after }) => isBetween(specifier, before, after))
    .sort((a, b) => b.before.length - a.before.length || b.key.length - a.key.length);
  if (found === undefined) return undefined;
  const { key, before, after } = found;
  const middle = specifier.slice(before.length, specifier.length - after.length);
  return targetOf(imports.get(key), { middle, dir: dirname(path), conditions }) ?? undefined;
}

function isBetween(text: string, before: string, after: string): boolean {
  const isLongEnough = text !== before && text.length >= before.length + after.length;
  return isLongEnough && text.startsWith(before) && text.endsWith(after);
}

/** What a `package.json` holds. Empty when it cannot be read. */
export function packageAt(files: PluginFiles, path: string): object {
  try {
    const text = withoutMark(files.read(path, MAX_BYTES).text);
    // Targets are read by recursion.
    if (jsonProblem(text) !== undefined) return {};
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}

/** What the `*` of a pattern stands for, the package's directory, and the conditions that hold. */
interface Match {
  readonly middle: string;
  readonly dir: string;
  readonly conditions: ReadonlySet<string>;
}

/**
 * Targets may be lists of alternatives and objects of conditions, nested. The first that leads somewhere is used. Null, also under a
 * condition that holds: the package says that there is nothing.
 */
function targetOf(target: unknown, match: Match): PackageTarget | null | undefined {
  const { middle, dir, conditions } = match;
  if (target === null) return null;
  if (typeof target === 'string') {
    const written = target.replaceAll('*', () => middle);
    // Node refuses a target outside of the package, or in its `node_modules`.
    if (/(?:^|[\\/])(?:\.\.|node_modules)(?:[\\/]|$)/.test(written)) return undefined;
    if (written.startsWith('./')) return { kind: 'path', path: join(dir, written) };
    const isName = /^(?:node:)?[@a-z][^\s\\]*$/i.test(written);
    return isName ? { kind: 'specifier', specifier: written } : undefined;
  }
  if (Array.isArray(target)) return firstTarget(target, match);
  for (const [name, inner] of entriesOf(target)) {
    const found = conditions.has(name) ? targetOf(inner, match) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function firstTarget(list: readonly unknown[], match: Match): PackageTarget | null | undefined {
  let last: null | undefined;
  for (const one of list) {
    const found = targetOf(one, match);
    if (found !== undefined && found !== null) return found;
    last = found;
  }
  return last;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

/** The conditions in a list of flags: `-C name`, `--conditions name` and `--conditions=name`. */
function conditionsIn(flags: readonly string[]): readonly string[] {
  return flags.flatMap((flag, at) => {
    const found = FLAG.exec(flag);
    if (found === null) return [];
    const name = found[1] ?? flags[at + 1] ?? '';
    return name === '' ? [] : [name];
  });
}
