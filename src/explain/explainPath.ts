import { resolve } from 'node:path';
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
  };
  /** What was seen and is no event lately, as `ignored$` of the watch tells it, the newest last. Default: nothing is known. */
  readonly ignored?: readonly IgnoredPath[];
}

/** What a save of a path would do now, and why. */
export interface PathExplanation {
  /** The plugins that it would reload, those that others wait for first. Empty: none. */
  readonly reloads: readonly string[];
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
  const because = [
    ...(unseen === undefined ? [] : [sentenceOf(unseen, absolute)]),
    users.length === 0 ? unused(unseen) : used(users, reloads),
    ...lastIgnored(absolute, ignored),
  ];
  const result = reloads.length === 0 ? 'reloads nothing' : `reloads ${reloads.join(', ')}`;
  return { reloads, because, text: `A save of ${path} ${result}. ${because.join(' ')}` };
}

function shared(path: string): PathExplanation {
  const because = [
    'Plugins share it with the host, which loads it once: a save of it is told as RestartNeeded, and counts when the host is started again.',
  ];
  return { reloads: [], because, text: `A save of ${path} reloads nothing. ${because.join(' ')}` };
}

/** Why its last change did nothing, where that was because of the change, and not because of the path. */
function lastIgnored(path: string, ignored: readonly IgnoredPath[]): readonly string[] {
  const last = ignored.findLast((one) => one.path === path);
  const why = last === undefined ? undefined : IGNORED[last.why];
  return why === undefined
    ? []
    : [`When it was seen to change last, nothing was reloaded: ${why}.`];
}

function used(users: readonly string[], reloads: readonly string[]): string {
  const names = users.join(', ');
  return reloads.length > 0
    ? `A reload of ${names} could use it: a version read it or looked for it, or it is of a folder whose files are not known yet.`
    : `A reload of ${names} could use it, but its save is not seen.`;
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
