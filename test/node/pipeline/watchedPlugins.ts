import type { IgnoredPath } from '../../../src/model/events/IgnoredPath.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { presets } from '../../../src/pipeline/presets.js';
import { watchPlugins } from '../../../src/pipeline/watchPlugins.js';
import type { PluginRuntime } from '../../../src/runtime/index.js';
import type { WatchOptions } from '../../../src/sources/WatchOptions.js';

/** A directory of plugins that is watched, and what was told of it so far. */
export interface WatchedPlugins {
  readonly events: readonly ReloadEvent[];
  readonly ignored: readonly IgnoredPath[];
  /** Ends the stream, and closes the runtime. */
  stop(): Promise<void>;
}

/** Loads and watches a directory of plugins, as a program does. `runtime.ready()` tells when all have been loaded. */
export function watchedPlugins(
  runtime: PluginRuntime,
  dir: string,
  { preset = 'development', ...watch }: WatchOptions & { preset?: keyof typeof presets } = {},
): WatchedPlugins {
  const events: ReloadEvent[] = [];
  const ignored: IgnoredPath[] = [];
  const running = hotReload({
    ...presets[preset],
    ...watchPlugins(runtime, dir, { onIgnored: (one) => ignored.push(one), ...watch }),
    target: runtime,
  }).subscribe((event) => events.push(event));
  return {
    events,
    ignored,
    async stop() {
      running.unsubscribe();
      await runtime.close();
    },
  };
}
