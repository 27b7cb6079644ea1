import { type Either, left, right } from 'fp-ts/lib/Either.js';
import { none } from 'fp-ts/lib/Option.js';
import { asyncScheduler, type Observable, type SchedulerLike } from 'rxjs';
import { abortedUnchanged } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadOptions, ReloadResult, ReloadTarget } from '../../model/reload/ReloadTarget.js';
import { virtualTask } from './virtualTask.js';

/** The outcome of one fake reload. */
export interface FakeReload {
  /** How long the reload takes, in milliseconds of the scheduler, from 0; `Infinity`: it never ends. Default 0. */
  readonly takesMs?: number;
  /** The error that the reload ends in. Default: it succeeds. */
  readonly fails?: FakeFailure;
  /**
   * Whether the content is the one that serves already, so that the version stays the same. Ignored when it fails. Default
   * false.
   */
  readonly isUnchanged?: boolean;
  /** Size and hash of the state that the new version received, as in `ReloadResult`. Default: none. */
  readonly restored?: { readonly bytes: number; readonly sha256: string };
  /** A state, as JSON, that is saved when the reload ends well, before the version is replaced. Default: none is saved. */
  readonly saves?: unknown;
}

/** A `ReloadError` without `plugin`, which is filled in, and with the other fields of its variant: `{ _tag: 'Io', message, code }`. */
export type FakeFailure =
  | Omit<ReloadError, 'plugin'>
  | (Omit<ReloadError, 'plugin'> & Readonly<Record<string, unknown>>);

/** Options of {@link fakeTarget}. */
export interface FakeTargetOptions {
  /** Called when a reload begins, for its outcome; `run` counts the plugin's reloads from 0. Default: each succeeds at once. */
  readonly reload?: (plugin: string, run: number) => FakeReload;
  /** The plugins that a changed file concerns. Default: the name of the folder that the file is in. */
  readonly pluginsOf?: (path: string) => readonly string[];
  /** The versions that serve at the beginning, by plugin: whole numbers from 1. Default: none, so the first reload is a `Loaded`. */
  readonly versions?: Readonly<Record<string, number>>;
  /** How long `unloadPlugin` takes, in milliseconds of the scheduler, from 0. Default 0. */
  readonly unloadTakesMs?: number;
  /** How long `restartPlugin` takes, in milliseconds of the scheduler, from 0. Default 0. */
  readonly restartTakesMs?: number;
  /** Events that the target reports by itself, such as `RolledBack`. Default: none. */
  readonly events$?: Observable<UnstampedEvent>;
  /**
   * The scheduler on which reloads and all other calls take their time. Default: RxJS's `asyncScheduler`, which is virtual
   * inside `TestScheduler.run`.
   */
  readonly scheduler?: SchedulerLike;
}

export interface FakeTarget extends ReloadTarget {
  /** Calls of the target's methods, oldest first. */
  readonly calls: readonly {
    /** Name of the method, such as `reloadPlugin`. */
    readonly call: string;
    readonly plugin: string;
    /** The options of `reloadPlugin`; left out where none were given. */
    readonly options?: ReloadOptions;
  }[];
  /** Plugins that serve. */
  plugins(): readonly {
    readonly plugin: string;
    /** Counts successful reloads from 1; `replacePlugin` sets it. */
    readonly version: number;
    /** Always `serving`. */
    readonly status: string;
  }[];
}

/**
 * A `ReloadTarget` for tests of pipelines. It runs no plugin: each reload ends as `reload` says, in virtual time.
 *
 * @param options - See `FakeTargetOptions`.
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
  versions: serving = {},
  unloadTakesMs = 0,
  restartTakesMs = 0,
  events$,
  scheduler = asyncScheduler,
}: FakeTargetOptions = {}): FakeTarget {
  const calls: { call: string; plugin: string; options?: ReloadOptions }[] = [];
  const runs = new Map<string, number>();
  const versions = new Map(Object.entries(serving));

  const answer = <A>(call: string, plugin: string, value: () => A, takesMs = 0) => {
    calls.push({ call, plugin });
    return virtualTask<ReloadError, A>(scheduler, takesMs, () => right(value()));
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
      const { takesMs = 0, fails, isUnchanged = false, restored, saves } = reload(plugin, run);
      return virtualTask(scheduler, takesMs, (): Either<ReloadError, ReloadResult> => {
        const from = version(plugin);
        // As in a real host, an aborted reload changes nothing when it ends.
        if (options?.signal?.aborted === true) return left(abortedUnchanged(plugin));
        if (fails) return left({ ...fails, plugin });
        const to = isUnchanged ? from : from + 1;
        versions.set(plugin, to);
        if (saves !== undefined) {
          const state = { plugin, schema: 0, codeHash: '', state: saves };
          void options?.saveState?.(state)();
        }
        return right({ from, to, stageMs: {}, ...(restored && { restored }) });
      });
    },
    getPluginState: (plugin) => answer('getPluginState', plugin, () => none),
    restorePluginState: (plugin) => answer('restorePluginState', plugin, () => undefined),
    restartPlugin: (plugin) =>
      answer('restartPlugin', plugin, () => ({ version: version(plugin) }), restartTakesMs),
    replacePlugin: (plugin, to) =>
      answer('replacePlugin', plugin, () => {
        versions.set(plugin, to);
        return { version: to };
      }),
    unloadPlugin: (plugin) =>
      answer(
        'unloadPlugin',
        plugin,
        () => {
          versions.delete(plugin);
        },
        unloadTakesMs,
      ),
    ...(events$ && { events$ }),
  };
}

function folderOf(path: string): readonly string[] {
  const folder = path.split('/').at(-2);
  return folder === undefined || folder === '' ? [] : [folder];
}
