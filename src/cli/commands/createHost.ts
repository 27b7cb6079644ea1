import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Either, isLeft, left } from 'fp-ts/lib/Either.js';
import { catchError, defaultIfEmpty, defer, lastValueFrom, type Observable, of, tap } from 'rxjs';
import type { ManifestNotFound, ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { TraceSink } from '../../model/trace/TraceRecord.js';
import { hotReload } from '../../pipeline/hotReload.js';
import type { FirstLoad } from '../../pipeline/options/HotReloadOptions.js';
import { presets } from '../../pipeline/presets.js';
import { provisionalVersions } from '../../pipeline/trials/provisionalVersions.js';
import { watchPlugins } from '../../pipeline/watchPlugins.js';
import type { RuntimeOptions } from '../../runtime/environment/RuntimeOptions.js';
import { PluginRuntime } from '../../runtime/PluginRuntime.js';
import type { PluginListing } from '../../runtime/registry/PluginListing.js';
import { saveState } from '../../sinks/saveState.js';
import { fileStateStore } from '../../state/fileStateStore.js';
import type { WatchCommand } from '../arguments/parseCommandLine.js';
import { defaultStateDir, watchedExcludes } from '../arguments/watchDefaults.js';
import { holdWhile } from './holdWhile.js';

const MANIFESTS = ['plugin.toml', 'plugin.json'];

export interface Host {
  /** Subscribe to start the host. */
  readonly events$: Observable<ReloadEvent>;
  /** ` (plugin a, version 3, at a/index.ts:4:9)`; empty when the error names no plugin. */
  whereIn(error: unknown): string;
  /** How many folders have a manifest now. */
  pluginCount(): number;
  /** The plugins, the version of each that serves, and the last error of those that failed. */
  plugins(): readonly (PluginListing & { readonly lastError?: string })[];
  call(plugin: string, fn: string, args: readonly unknown[]): Promise<unknown>;
  /** Restarts a plugin with its state; '': each that serves. Resolves to what went wrong, or to undefined. */
  restart(plugin: string): Promise<string | undefined>;
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
  const versions = provisionalVersions(
    fileStateStore(join(stateDir, 'versions')),
    onError && { onError },
  );
  const runtime = new PluginRuntime({
    apiVersion: command.apiVersion,
    mode: command.mode,
    store,
    root,
    // In development, the person who edits a plugin is also the person who would approve its capabilities.
    capabilityGrowth: command.preset === 'development' ? 'allow' : 'ask',
    trials: versions,
    files: versions.files,
    ...(onError && { onError }),
  });
  const watched = watchPlugins(runtime, dir, {
    exclude: [...watchedExcludes, ...command.excludes],
    backend: command.backend,
    load: versions.load(loadAll(runtime, dir)),
  });
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
    events$: events$.pipe(tap((event) => noteError(lastErrors, event))),
    pluginCount: () => manifestCount(dir),
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

/** Loads every plugin in a directory, or the one plugin that the directory is. */
function loadAll(runtime: PluginRuntime, dir: string): Observable<Either<ReloadError, FirstLoad>> {
  const manifest = MANIFESTS.map((name) => join(dir, name)).find((file) => existsSync(file));
  if (manifest !== undefined) return defer(runtime.loadManifest(manifest));
  return runtime.loadEach(dir).pipe(defaultIfEmpty(left(noPluginIn(dir))));
}

function noPluginIn(dir: string): ManifestNotFound {
  return {
    _tag: 'ManifestNotFound',
    plugin: '',
    file: dir,
    message: `No plugin in ${dir}. Add a folder with a plugin.toml: it is loaded at once.`,
  };
}

/** The folders that have a manifest now, or 1 for a directory that is a plugin itself. */
function manifestCount(dir: string): number {
  const hasManifest = (folder: string) => MANIFESTS.some((name) => existsSync(join(folder, name)));
  if (hasManifest(dir)) return 1;
  return readdirSync(dir).filter((name) => hasManifest(join(dir, name))).length;
}

function noteError(lastErrors: Map<string, string>, event: ReloadEvent): void {
  if (event._tag === 'ReloadFailed') lastErrors.set(event.plugin, event.error.message);
  if (event._tag === 'Reloaded' || event._tag === 'Loaded') lastErrors.delete(event.plugin);
}
