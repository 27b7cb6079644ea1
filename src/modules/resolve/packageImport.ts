import { dirname, join, sep } from 'node:path';
import { lookAt, type PluginFiles } from '../files/PluginFiles.js';

/** Of the conditions under which a package may lead elsewhere, those that hold for a plugin. */
const CONDITIONS = new Set(['node', 'import', 'module-sync', 'node-addons', 'default']);
const MAX_BYTES = 1024 * 1024;

/** What a `#` import leads to: a path, or the specifier of something else. */
export type PackageTarget =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'specifier'; readonly specifier: string };

/** The `package.json` that says where the `#` imports of a file lead: the nearest. */
export function packageOf(files: PluginFiles, importer: string): string | undefined {
  for (let dir = dirname(importer); !dir.endsWith(`${sep}node_modules`); dir = dirname(dir)) {
    const path = join(dir, 'package.json');
    if (lookAt(files, path)?.kind === 'file') return path;
    if (dirname(dir) === dir) return undefined;
  }
  return undefined;
}

/**
 * Where the `imports` of a package lead: by name, or by the pattern with the most before its `*`.
 *
 * @source https://nodejs.org/api/esm.html#resolution-algorithm-specification, PACKAGE_IMPORTS_RESOLVE
 */
export function packageImport(
  files: PluginFiles,
  specifier: string,
  path: string,
): PackageTarget | undefined {
  const imports = new Map(entriesOf(importsAt(files, path)));
  if (imports.has(specifier) && !specifier.includes('*')) {
    return targetOf(imports.get(specifier), '', dirname(path));
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
  return targetOf(imports.get(key), middle, dirname(path));
}

function isBetween(text: string, before: string, after: string): boolean {
  const isLongEnough = text !== before && text.length >= before.length + after.length;
  return isLongEnough && text.startsWith(before) && text.endsWith(after);
}

function importsAt(files: PluginFiles, path: string): unknown {
  try {
    const parsed: unknown = JSON.parse(files.read(path, MAX_BYTES).text);
    return Reflect.get(Object(parsed), 'imports');
  } catch {
    return undefined;
  }
}

/** The first that holds of what may be alternatives and conditions, nested. */
function targetOf(target: unknown, middle: string, dir: string): PackageTarget | undefined {
  if (typeof target === 'string') {
    const written = target.replaceAll('*', () => middle);
    // Neither out of the package, nor into one that it has installed.
    if (/(?:^|[\\/])(?:\.\.|node_modules)(?:[\\/]|$)/.test(written)) return undefined;
    if (written.startsWith('./')) return { kind: 'path', path: join(dir, written) };
    const isName = /^(?:node:)?[@a-z][^\s\\]*$/i.test(written);
    return isName ? { kind: 'specifier', specifier: written } : undefined;
  }
  const alternatives: readonly unknown[] = Array.isArray(target)
    ? target
    : entriesOf(target).flatMap(([name, inner]) => (CONDITIONS.has(name) ? [inner] : []));
  for (const alternative of alternatives) {
    const found = targetOf(alternative, middle, dir);
    if (found !== undefined) return found;
  }
  return undefined;
}

function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}
