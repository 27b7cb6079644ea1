import { dirname, isAbsolute, join } from 'node:path';
import type { OptionName, TsconfigText } from './parseTsconfig.js';
import type { TsconfigScope } from './tsconfigGlobs.js';

/** An option, and the directory that paths in it are relative to. */
interface MergedOption {
  readonly value: unknown;
  readonly dir: string;
}

/** A `tsconfig.json` with all that it extends. */
export interface MergedTsconfig {
  readonly path: string;
  readonly options: ReadonlyMap<OptionName, MergedOption>;
  readonly scope: TsconfigScope;
}

/** In a path: the directory of the file that everything is merged for. */
const CONFIG_DIR = '${configDir}';

/**
 * Merges the texts of a file and of those that it extends, which come first. A later one overrides key by key, and `null` takes a key
 * back. Paths are relative to the file that they are written in.
 *
 * @source https://www.typescriptlang.org/tsconfig/#extends
 */
export function mergeTsconfigs(
  path: string,
  chain: readonly { readonly path: string; readonly content: TsconfigText }[],
): MergedTsconfig {
  const configDir = dirname(path);
  const options = new Map<OptionName, MergedOption>();
  const lists: Partial<Record<'files' | 'include' | 'exclude', readonly string[]>> = {};
  for (const { path: from, content } of chain) {
    const dir = dirname(from);
    for (const [name, value] of content.options) {
      if (value === null) options.delete(name);
      else options.set(name, { value, dir });
    }
    for (const name of ['files', 'include', 'exclude'] as const) {
      const list = content[name]?.map((written) => absolutePath(written, dir, configDir));
      if (list !== undefined) lists[name] = list;
    }
  }
  const { files, include, exclude } = lists;
  const allowsJs = isTrue(options, 'allowJs') ?? isTrue(options, 'checkJs') ?? false;
  return { path, options, scope: { files, include, exclude, allowsJs } };
}

/** A path that is written in a `tsconfig.json`, as an absolute one. */
export function absolutePath(written: string, dir: string, configDir: string): string {
  if (written.startsWith(CONFIG_DIR)) return join(configDir, written.slice(CONFIG_DIR.length));
  return isAbsolute(written) ? written : join(dir, written);
}

/** Whether an option is on. Undefined: nothing is said of it. */
export function isTrue(options: MergedTsconfig['options'], name: OptionName): boolean | undefined {
  const value = options.get(name)?.value;
  return typeof value === 'boolean' ? value : undefined;
}

/** The text of an option. Undefined: nothing is said of it. */
export function textOf(options: MergedTsconfig['options'], name: OptionName): string | undefined {
  const value = options.get(name)?.value;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
