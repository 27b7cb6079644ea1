import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Either, left } from 'fp-ts/lib/Either.js';
import { defaultIfEmpty, defer, type Observable } from 'rxjs';
import type { ManifestNotFound, ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import { hotReload } from '../../pipeline/hotReload.js';
import type { FirstLoad } from '../../pipeline/options/HotReloadOptions.js';
import { presets } from '../../pipeline/presets.js';
import { provisionalVersions } from '../../pipeline/trials/provisionalVersions.js';
import { watchPlugins } from '../../pipeline/watchPlugins.js';
import type { RuntimeOptions } from '../../runtime/environment/RuntimeOptions.js';
import { PluginRuntime } from '../../runtime/PluginRuntime.js';
import { fileStateStore } from '../../state/fileStateStore.js';
import type { WatchCommand } from '../arguments/parseCommandLine.js';
import { defaultStateDir, watchedExcludes } from '../arguments/watchDefaults.js';

const MANIFESTS = ['plugin.toml', 'plugin.json'];

export interface Host {
  /** Subscribe to start the host. */
  readonly events$: Observable<ReloadEvent>;
  /** ` (plugin a, version 3, at a/index.ts:4:9)`; empty when the error names no plugin. */
  whereIn(error: unknown): string;
  /** Saves the state of every plugin and ends the host. Unsubscribe from `events$` first. */
  close(): Promise<void>;
}

/**
 * The host of `hotpipe watch`, made only of public parts: a runtime, a store, a source, and the pipeline between them.
 */
export function createHost(
  command: WatchCommand,
  { onError }: Pick<RuntimeOptions, 'onError'> = {},
): Host {
  const { dir } = command;
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
  const events$ = hotReload({
    ...presets[command.preset],
    ...watchPlugins(runtime, dir, {
      exclude: watchedExcludes,
      backend: command.backend,
      load: versions.load(loadAll(runtime, dir)),
    }),
    target: runtime,
    store,
    root,
  });
  return {
    events$,
    whereIn: (error) => {
      const origin = runtime.faultOrigin(error);
      if (origin === undefined) return '';
      const { plugin, version, file, line, column } = origin;
      return ` (plugin ${plugin}, version ${version}, at ${file}:${line}:${column})`;
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
