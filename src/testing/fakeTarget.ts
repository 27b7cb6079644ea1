import { left, right, type Either } from 'fp-ts/lib/Either.js';
import { none } from 'fp-ts/lib/Option.js';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { Aborted, ReloadError } from '../model/reload/ReloadError.js';
import type { ReloadOptions, ReloadResult, ReloadTarget } from '../model/reload/ReloadTarget.js';
import { virtualTask } from './virtual/virtualTask.js';

/** How a fake reload goes: how long it takes, and the error that it ends in, if it does. */
export interface FakeReload {
  /** In milliseconds of the scheduler; `Infinity`: it never ends. Default 0. */
  readonly takesMs?: number;
  readonly fails?: FakeFailure;
  /** The bytes are the same as those that serve. */
  readonly isUnchanged?: boolean;
}

/** A `ReloadError` without its plugin, with the fields that its variant has beside these: `{ _tag: 'Io', message, code }`. */
export type FakeFailure =
  | Omit<ReloadError, 'plugin'>
  | (Omit<ReloadError, 'plugin'> & Readonly<Record<string, unknown>>);

export interface FakeTargetOptions {
  /** Decides how the next reload goes. `run` counts the plugin's reloads from 0. */
  readonly reload?: (plugin: string, run: number) => FakeReload;
  /** The plugin of a path. Default: the name of the folder that the file is in. */
  readonly pluginsOf?: (path: string) => readonly string[];
  /** Default: RxJS's `asyncScheduler`, which is virtual inside `TestScheduler.run`. */
  readonly scheduler?: SchedulerLike;
}

export interface FakeTarget extends ReloadTarget {
  /** What was asked of it, oldest first. */
  readonly calls: readonly {
    readonly call: string;
    readonly plugin: string;
    readonly options?: ReloadOptions;
  }[];
  plugins(): readonly {
    readonly plugin: string;
    readonly version: number;
    readonly status: string;
  }[];
}

/**
 * A `ReloadTarget` for tests of pipelines: it runs no plugin, answers as told, and takes virtual time.
 *
 * @example
 * ```ts
 * const save = { _tag: 'Modified', path: '/plugins/counter/index.ts', kind: 'file', atMs: 0, batch: 1 } as const;
 * const target = fakeTarget({ reload: () => ({ takesMs: 3 }) });
 *
 * const test = marble(({ hot, expectObservable }) => {
 *   const source$ = hot(' -s-----------|', { s: save });
 *   const expected = '    -----------L-|';
 *   const loaded$ = hotReload({ source$, target, debounce: { minMs: 7 } }).pipe(
 *     filter((event) => event._tag === 'Loaded'),
 *     map(() => 'L'),
 *   );
 *   expectObservable(loaded$).toBe(expected);
 * });
 *
 * test(); // => undefined
 * ```
 */
export function fakeTarget({
  reload = () => ({}),
  pluginsOf = folderOf,
  scheduler = asyncScheduler,
}: FakeTargetOptions = {}): FakeTarget {
  const calls: { call: string; plugin: string; options?: ReloadOptions }[] = [];
  const runs = new Map<string, number>();
  const versions = new Map<string, number>();

  const answer = <A>(call: string, plugin: string, value: () => A) => {
    calls.push({ call, plugin });
    return virtualTask<ReloadError, A>(scheduler, 0, () => right(value()));
  };
  const version = (plugin: string): number => versions.get(plugin) ?? 0;

  return {
    calls,
    pluginsOf,
    plugins: () =>
      Array.from(versions, ([plugin, at]) => ({ plugin, version: at, status: 'serving' })),
    validatePlugin: (plugin) => answer('validatePlugin', plugin, () => undefined),
    reloadPlugin: (plugin, options) => {
      calls.push({ call: 'reloadPlugin', plugin, ...(options && { options }) });
      const run = runs.get(plugin) ?? 0;
      runs.set(plugin, run + 1);
      const { takesMs = 0, fails, isUnchanged = false } = reload(plugin, run);
      return virtualTask(scheduler, takesMs, (): Either<ReloadError, ReloadResult> => {
        const from = version(plugin);
        // As a real host: what was given up has no effect when it ends.
        if (options?.signal?.aborted === true) return left(aborted(plugin));
        if (fails) return left({ ...fails, plugin });
        const to = isUnchanged ? from : from + 1;
        versions.set(plugin, to);
        return right({ from, to, stageMs: {} });
      });
    },
    getPluginState: (plugin) => answer('getPluginState', plugin, () => none),
    restorePluginState: (plugin) => answer('restorePluginState', plugin, () => undefined),
    restartPlugin: (plugin) =>
      answer('restartPlugin', plugin, () => ({ version: version(plugin) })),
    replacePlugin: (plugin, to) =>
      answer('replacePlugin', plugin, () => {
        versions.set(plugin, to);
        return { version: to };
      }),
    unloadPlugin: (plugin) =>
      answer('unloadPlugin', plugin, () => {
        versions.delete(plugin);
      }),
  };
}

function aborted(plugin: string): Aborted {
  const reason = 'nobody waits for it any more';
  return { _tag: 'Aborted', plugin, reason, message: `The reload of ${plugin} ended: ${reason}.` };
}

function folderOf(path: string): readonly string[] {
  const folder = path.split('/').at(-2);
  return folder === undefined || folder === '' ? [] : [folder];
}
