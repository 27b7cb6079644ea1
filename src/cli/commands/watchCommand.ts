import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { left, type Either } from 'fp-ts/lib/Either.js';
import { defaultIfEmpty, defer, type Observable } from 'rxjs';
import type { ManifestNotFound, ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { FirstLoad } from '../../pipeline/options/HotReloadOptions.js';
import { hotReload } from '../../pipeline/hotReload.js';
import { presets } from '../../pipeline/presets.js';
import { provisionalVersions } from '../../pipeline/trials/provisionalVersions.js';
import { watchPlugins } from '../../pipeline/watchPlugins.js';
import { PluginRuntime } from '../../runtime/PluginRuntime.js';
import type { RuntimeOptions } from '../../runtime/environment/RuntimeOptions.js';
import { fileStateStore } from '../../state/fileStateStore.js';
import { defaultStateDir, watchedExcludes } from '../arguments/directories.js';
import type { WatchCommand } from '../arguments/parseCommandLine.js';

const MANIFESTS = ['plugin.toml', 'plugin.json'];

export interface RunningHost {
  readonly events$: Observable<ReloadEvent>;
  /** Saves every plugin's state and lets go of everything. */
  close(): Promise<void>;
}

/** Puts a host together from the public parts: a runtime, a store, a source, and the pipeline between them. */
export function watchCommand(
  command: WatchCommand,
  { onError }: Pick<RuntimeOptions, 'onError'> = {},
): RunningHost {
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
    // Who edits a plugin at this terminal is the one who would be asked.
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
    close: async () => {
      await runtime.close();
      await versions.close();
      await store.close();
    },
  };
}

/** A directory of plugins, or a plugin itself. */
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
    message: `No plugin in ${dir}: put one there, a folder with a plugin.toml; it is loaded as soon as it comes.`,
  };
}
