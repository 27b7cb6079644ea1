import { dirname, relative, resolve } from 'node:path';
import type { IgnoredPath } from '../model/events/IgnoredPath.js';
import { asksWatch } from '../pipeline/watchedNow.js';
import type { Unseen } from '../sources/whyUnseen.js';

/** Why a change of a path that counts was no event. */
const IGNORED: Readonly<Partial<Record<string, string>>> = {
  sameContent: 'it was written, and its content was as before',
  touched: 'only its times, its mode or its owner had changed',
  netNothing: 'it was created and removed again, or removed and put back, before that was told',
  temporary: 'it had a temporary name, and was gone again',
};

/** Plugins of which the text says how they come to have a file; `via` has all of them. */
const MAX_WAYS = 3;

/** Whom `explainPath` asks. */
export interface ExplainPathHost {
  /** What `watchPlugins` has returned. */
  readonly watch: unknown;
  /** The runtime. */
  readonly target: {
    /** The plugins that a save of the path would reload. */
    pluginsOf(path: string): readonly string[];
    /** Whether plugins share the file with the host. Left out: none is shared. */
    isShared?(path: string): boolean;
    /** The files that lead from the source of a plugin to the path, each of which imports the next one. Left out: no way is known. */
    importChain?(plugin: string, path: string): readonly string[] | undefined;
  };
  /** What was seen and is no event lately, as `ignored$` of the watch tells it, the newest last. Default: nothing is known. */
  readonly ignored?: readonly IgnoredPath[];
}

/** What a save of a path would do now, and why. */
export interface PathExplanation {
  /** The plugins that it would reload, those that others wait for first. Empty: none. */
  readonly reloads: readonly string[];
  /**
   * By plugin that has the path: the files from its source to the path, each of which imports the next one. None where it is no module of
   * the plugin, or only a computed `import()` leads to it.
   */
  readonly via: Readonly<Record<string, readonly string[]>>;
  /** The reasons, a sentence each. */
  readonly because: readonly string[];
  /** All of it as a text for a person. */
  readonly text: string;
}

/**
 * Whether a save of a path would reload something now, and if not, why not. Asks the filters, the `.gitignore` files, the watched paths and the
 * plugins as they are at the moment of the call, so that the answer changes when they do.
 *
 * @param path - Absolute, or relative to the current directory. It need not exist.
 * @param host - The watch and the runtime of one pipeline.
 *
 * @throws TypeError when `watch` is nothing that `watchPlugins` has returned.
 *
 * @example
 * ```ts
 * const runtime = new PluginRuntime();
 * const watched = watchPlugins(runtime, 'plugins', { exclude: ['**' + '/*.log'] });
 *
 * explainPath('plugins/a/debug.log', { watch: watched, target: runtime }).reloads; // => []
 * ```
 */
export function explainPath(
  path: string,
  { watch, target, ignored = [] }: ExplainPathHost,
): PathExplanation {
  const ask = asksWatch(watch);
  if (ask === undefined) {
    throw new TypeError('explainPath: watch must be what watchPlugins has returned');
  }
  const absolute = resolve(path);
  const unseen = ask(absolute);
  // Asked first: `pluginsOf` tells of a shared file that has changed.
  if (target.isShared?.(absolute) === true) return shared(path);
  const users = target.pluginsOf(absolute);
  const reloads = unseen === undefined || unseen.why === 'temporary' ? users : [];
  const ways = users.flatMap((plugin): readonly (readonly [string, readonly string[]])[] => {
    const way = target.importChain?.(plugin, absolute);
    return way === undefined ? [] : [[plugin, way]];
  });
  const via = Object.fromEntries(ways);
  const because = [
    ...(unseen === undefined ? [] : [sentenceOf(unseen, absolute)]),
    ...(users.length === 0 ? [unused(unseen)] : used(users, via, reloads)),
    ...lastIgnored(absolute, ignored),
  ];
  const result = reloads.length === 0 ? 'reloads nothing' : `reloads ${reloads.join(', ')}`;
  return { reloads, via, because, text: `A save of ${path} ${result}. ${because.join(' ')}` };
}

function shared(path: string): PathExplanation {
  const because = [
    'Plugins share it with the host, which loads it once: a save of it is told as RestartNeeded, and counts when the host is started again.',
  ];
  const text = `A save of ${path} reloads nothing. ${because.join(' ')}`;
  return { reloads: [], via: {}, because, text };
}

/** Why its last change did nothing, where that was because of the change, and not because of the path. */
function lastIgnored(path: string, ignored: readonly IgnoredPath[]): readonly string[] {
  const last = ignored.findLast((one) => one.path === path);
  const why = last === undefined ? undefined : IGNORED[last.why];
  return why === undefined
    ? []
    : [`When it was seen to change last, nothing was reloaded: ${why}.`];
}

function used(
  users: readonly string[],
  via: PathExplanation['via'],
  reloads: readonly string[],
): readonly string[] {
  if (reloads.length === 0) {
    return [`A reload of ${users.join(', ')} could use it, but its save is not seen.`];
  }
  const importers = users.filter((plugin) => via[plugin] !== undefined);
  const others = users.filter((plugin) => via[plugin] === undefined);
  const told = importers.slice(0, MAX_WAYS);
  const ways = told.flatMap((plugin) => sentenceOfWay(plugin, via[plugin] ?? []));
  const untold = importers.length - told.length;
  if (untold > 0) ways.push(`So do those of ${untold} more.`);
  if (others.length === 0) return ways;
  const why =
    'a version read it or looked for it, or it is of a folder whose files are not known yet';
  return [...ways, `A reload of ${others.join(', ')} could use it: ${why}.`];
}

/** Paths as they are seen from the source of the plugin. */
function sentenceOfWay(plugin: string, [source, ...others]: readonly string[]): readonly string[] {
  if (source === undefined) return [];
  const [first, ...more] = others.map((path) => relative(dirname(source), path));
  if (first === undefined) return [`It is the source of ${plugin}.`];
  const rest = more.map((path) => `, which imports ${path}`).join('');
  return [`The source of ${plugin} imports ${first}${rest}.`];
}

function unused(unseen: Unseen | undefined): string {
  return unseen === undefined || unseen.why === 'temporary'
    ? 'No plugin uses it: no version has read it or looked for it, and no "reload-on" names it.'
    : 'No plugin uses it either.';
}

function sentenceOf({ why, path }: Unseen, asked: string): string {
  const what = path === asked ? 'It' : `The directory ${path} above it`;
  switch (why) {
    case 'outside':
      return 'It is in none of the watched directories, and is none of the files outside of them that plugins use.';
    case 'exclude':
      return `${what} is excluded: "exclude" matches, or "include" does not.`;
    case 'extension':
      return 'Its ending is none of "extensions".';
    case 'gitignore':
      return `${what} is ignored by git, and the option "gitignore" is set.`;
    case 'depth':
      return `${what} is deeper than "depth" allows.`;
    case 'temporary':
      return 'It has the name of a temporary file: it counts only when it stays.';
  }
}
