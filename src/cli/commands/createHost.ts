import { join, relative } from 'node:path';
import { type Either, isLeft } from 'fp-ts/lib/Either.js';
import { catchError, defer, lastValueFrom, type Observable, of, tap } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { TraceSink } from '../../model/trace/TraceRecord.js';
import { hotReload } from '../../pipeline/hotReload.js';
import type { FirstLoad } from '../../pipeline/options/HotReloadOptions.js';
import { presets } from '../../pipeline/presets.js';
import { provisionalVersions } from '../../pipeline/trials/provisionalVersions.js';
import { loadAndTell, watchPlugins } from '../../pipeline/watchPlugins.js';
import type { RuntimeOptions } from '../../runtime/environment/RuntimeOptions.js';
import { PluginRuntime } from '../../runtime/PluginRuntime.js';
import type { PluginListing } from '../../runtime/registry/PluginListing.js';
import { saveState } from '../../sinks/saveState.js';
import { fileStateStore } from '../../state/fileStateStore.js';
import type { WatchCommand } from '../arguments/Command.js';
import { compileCacheOf } from '../arguments/compileCacheOf.js';
import { defaultStateDir, watchedExcludes } from '../arguments/watchDefaults.js';
import type { ControlAnswer } from '../control/controlProtocol.js';
import { isPlugin } from './announceWatch.js';
import { Explainer, type Subject } from './explainSubject.js';
import { holdWhile } from './holdWhile.js';

export interface Host {
  /** Subscribe to start the host. */
  readonly events$: Observable<ReloadEvent>;
  /** ` (plugin a, version 3, at a/index.ts:4:9)`; empty when the error names no plugin. */
  whereIn(error: unknown): string;
  /** How many plugins there are. */
  pluginCount(): number;
  /** The plugins, the version of each that serves, and the last error of those that failed. */
  plugins(): readonly (PluginListing & { readonly lastError?: string })[];
  call(plugin: string, fn: string, args: readonly unknown[]): Promise<unknown>;
  /** Restarts a plugin with its state; '': each that serves. Resolves to what went wrong, or to undefined. */
  restart(plugin: string): Promise<string | undefined>;
  /** Why a plugin was reloaded, or what a save of a path would do. */
  explain(subject: Subject): ControlAnswer;
  /** Saves the state of every plugin and ends the host. Unsubscribe from `events$` first. */
  close(): Promise<void>;
}

export interface HostOptions extends Pick<RuntimeOptions, 'onError'> {
  /** While true, changes wait. Default: they never do. */
  readonly isPaused$?: Observable<boolean>;
  /** Where the run is recorded. Default: nowhere. */
  readonly trace?: TraceSink;
  /** Called when each plugin has been loaded once, or has failed. */
  readonly onFirstLoad?: () => void;
}

/**
 * The host of `hotpipe watch`, made only of public parts: a runtime, a store, a source, and the pipeline between them.
 */
export function createHost(
  command: WatchCommand,
  { onError, onFirstLoad, trace, isPaused$ = of(false) }: HostOptions = {},
): Host {
  const { dir } = command;
  const lastErrors = new Map<string, string>();
  const root = relative(process.cwd(), dir).startsWith('..') ? dir : process.cwd();
  const stateDir = command.stateDir ?? defaultStateDir(dir);
  const store = fileStateStore(stateDir);
  const compiled = compileCacheOf(dir, command.stateDir);
  const versions = provisionalVersions(
    fileStateStore(join(stateDir, 'versions')),
    onError && { onError },
  );
  const runtime = new PluginRuntime({
    apiVersion: command.apiVersion,
    mode: command.mode,
    ...(command.manifests && { manifests: command.manifests }),
    store,
    root,
    // In development, the person who edits a plugin is also the person who would approve its capabilities.
    capabilityGrowth: command.preset === 'development' ? 'allow' : 'ask',
    trials: versions,
    ...(compiled !== undefined && { compileCache: { directory: compiled } }),
    files: versions.files,
    ...(onError && { onError }),
  });
  const watched = watchPlugins(runtime, dir, {
    exclude: [...watchedExcludes, ...command.excludes],
    backend: command.backend,
    load: versions.load(loadAll(runtime, command)),
  });
  const explainer = new Explainer(watched, runtime);
  // Until the process ends, as the host does.
  watched.ignored$.subscribe((ignored) => explainer.noteIgnored(ignored));
  const events$ = hotReload({
    ...presets[command.preset],
    ...watched,
    source$: watched.source$.pipe(holdWhile(isPaused$)),
    // After the last outcome has gone through the stream.
    load: watched.load.pipe(tap({ complete: () => setImmediate(() => onFirstLoad?.()) })),
    target: runtime,
    store,
    root,
    ...(trace && { trace }),
  });
  return {
    whereIn: (error) => {
      const origin = runtime.faultOrigin(error);
      if (origin === undefined) return '';
      const { plugin, version, file, line, column } = origin;
      return ` (plugin ${plugin}, version ${version}, at ${file}:${line}:${column})`;
    },
    events$: events$.pipe(
      tap((event) => {
        noteError(lastErrors, event);
        explainer.note(event);
      }),
    ),
    explain: (subject) => explainer.answer(subject),
    pluginCount: () => runtime.plugins().length,
    plugins: () =>
      runtime.plugins().map((listing) => {
        const lastError = lastErrors.get(listing.plugin);
        return { ...listing, ...(lastError !== undefined && { lastError }) };
      }),
    call: (plugin, fn, args) => runtime.call(plugin, fn, ...args),
    restart: async (plugin) => {
      const serving = runtime.plugins().filter(({ status }) => status === 'serving');
      const names = plugin === '' ? serving.map((listing) => listing.plugin) : [plugin];
      const problems = await Promise.all(
        names.map(async (name) => {
          // A restart goes on from the state that was saved last. Nothing has gone wrong here, so that is the one of now.
          const saved = saveState(runtime, name, { saveTo: store }).pipe(
            catchError((error: unknown) => of(error)),
          );
          await lastValueFrom(saved, { defaultValue: undefined });
          const restarted = await runtime.restartPlugin(name)();
          return isLeft(restarted) ? [restarted.left.message] : [];
        }),
      );
      return problems.flat()[0];
    },
    close: async () => {
      await runtime.close();
      await versions.close();
      await store.close();
    },
  };
}

/** Loads every plugin in a directory, the one plugin that the directory is, or the module that `run` names. */
function loadAll(
  runtime: PluginRuntime,
  { dir, isModule, manifests }: WatchCommand,
): Observable<Either<ReloadError, FirstLoad>> {
  if (isModule === true) return defer(runtime.loadModule(dir));
  return isPlugin(dir, manifests) ? defer(runtime.loadManifest(dir)) : loadAndTell(runtime, dir);
}

function noteError(lastErrors: Map<string, string>, event: ReloadEvent): void {
  if (event._tag === 'ReloadFailed') lastErrors.set(event.plugin, event.error.message);
  if (event._tag === 'Reloaded' || event._tag === 'Loaded') lastErrors.delete(event.plugin);
}
