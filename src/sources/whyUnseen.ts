import { join, relative, sep } from 'node:path';
import { isUnder } from '../model/paths.js';
import { nodeFileSystem } from './adapters/nodeFileSystem.js';
import { isTemporaryName } from './changes/temporaryNames.js';
import { GitignoreRules, maxGitignoreBytes, withGitignore } from './filters/GitignoreRules.js';
import { type PathFilter, pathFilter } from './filters/pathFilter.js';
import type { WatchOptions } from './WatchOptions.js';

/** Why a change of a path is no event. */
export interface Unseen {
  /** `outside`: no watched path is above it. The others as for `onIgnored`. */
  readonly why: 'outside' | 'exclude' | 'extension' | 'gitignore' | 'depth' | 'temporary';
  /** The path that decides: the file itself, or a directory above it. */
  readonly path: string;
}

/**
 * Why a watch of `roots` with these options would not report a save of the file, as the filters and `.gitignore` files are now; undefined: it
 * would. Of several roots above the file, one that reports it is enough.
 */
export function whyUnseen(
  path: string,
  roots: readonly string[],
  options: WatchOptions,
): Unseen | undefined {
  const above = roots.filter((root) => path === root || isUnder(path, root));
  if (above.length === 0) return { why: 'outside', path };
  const reasons = above.map((root) => whyUnseenFrom(root, path, options));
  return reasons.includes(undefined) ? undefined : reasons[0];
}

function whyUnseenFrom(root: string, path: string, options: WatchOptions): Unseen | undefined {
  const { recursive = true, depth = recursive ? Infinity : 0, gitignore = false } = options;
  const names = relative(root, path).split(sep);
  const [name = ''] = names.slice(-1);
  if (path === root) return undefined;
  const rules = new GitignoreRules();
  const plain = pathFilter(options);
  const filter: PathFilter = gitignore ? withGitignore(plain, rules) : plain;
  for (const [level, part] of names.entries()) {
    const prefix = names
      .slice(0, level)
      .map((each) => `${each}/`)
      .join('');
    const at = join(root, prefix);
    if (level > depth) return { why: 'depth', path: at };
    const text = gitignore
      ? nodeFileSystem.text(join(at, '.gitignore'), maxGitignoreBytes)
      : undefined;
    if (text !== undefined) rules.set(prefix, '', text);
    const isFile = level === names.length - 1;
    const why = filter.whyNot(prefix, part, isFile ? 'file' : 'directory');
    if (why !== undefined) return { why, path: join(at, part) };
  }
  return isTemporaryName(name) ? { why: 'temporary', path } : undefined;
}
