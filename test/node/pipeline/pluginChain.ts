import { Subject, type Subscription } from 'rxjs';
import { onTestFinished } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import type { HotReloadOptions } from '../../../src/pipeline/options/HotReloadOptions.js';
import { PluginRuntime, type RuntimeOptions } from '../../../src/runtime/index.js';
import { manifest, type PluginFolders, pluginFolders } from '../runtime/pluginFolders.js';

/** Long enough for a busy machine; a test that holds waits only for what it means. */
const LIMIT_MS = 20_000;

export const COUNTER = `let n = 0;
export const next = () => ++n;
export const saveState = () => ({ n });
export const restoreState = (state) => { n = state.n; };`;

/** A host with a pipeline over a directory of plugins, whose saves a test reports by hand. */
export interface PipelineHost {
  readonly folders: PluginFolders;
  readonly runtime: PluginRuntime;
  readonly events: readonly ReloadEvent[];
  readonly pipeline: Subscription;
  /** Reports files as saved. */
  saved(...files: readonly string[]): void;
  /** Writes a plugin's manifest and, when it has none, its code. Does not report it. */
  lay(name: string, version: string, needs?: Readonly<Record<string, string>>): void;
  /** Resolves as soon as it holds, and rejects with the events when it does not in time. */
  until(holds: () => boolean): Promise<void>;
  /** The events of a plugin, without those of single stages. */
  of(plugin: string): readonly ReloadEvent[];
  /** The last event that ended a reload of the plugin. */
  lastEnd(plugin: string): ReloadEvent | undefined;
}

const ENDS: ReadonlySet<string> = new Set([
  ...['Loaded', 'Reloaded', 'Unchanged', 'Removed', 'ReloadFailed', 'RolledBack', 'Restarted'],
]);

/** `lay`: writes the plugins that the host starts with. */
export async function startHost(
  lay: (host: Pick<PipelineHost, 'lay' | 'folders'>) => void,
  options: Partial<HotReloadOptions> = {},
  runtimeOptions: RuntimeOptions = {},
): Promise<PipelineHost> {
  const folders = pluginFolders();
  const layOne: PipelineHost['lay'] = (name, version, needs = {}) => {
    const entries = Object.entries(needs).map(([plugin, range]) => `${plugin} = "${range}"`);
    const lines = entries.length === 0 ? '' : `dependencies = { ${entries.join(', ')} }`;
    folders.write(`${name}/plugin.toml`, manifest(name, lines).replace('1.0.0', version));
    folders.write(`${name}/index.ts`, COUNTER);
  };
  lay({ lay: layOne, folders });
  const runtime = new PluginRuntime({ root: folders.dir, ...runtimeOptions });
  onTestFinished(() => runtime.close());
  const source$ = new Subject<WatchEvent>();
  const events: ReloadEvent[] = [];
  const waiting = new Set<() => void>();
  let batch = 0;
  let hasLoaded = false;
  const load = async () => {
    const loaded = await runtime.loadDirectory(folders.dir)();
    hasLoaded = true;
    return loaded;
  };
  const pipeline = hotReload({
    source$,
    target: runtime,
    load,
    root: folders.dir,
    debounce: { minMs: 5, maxMs: 20 },
    ...options,
  }).subscribe((event) => {
    events.push(event);
    for (const check of waiting) check();
  });
  onTestFinished(() => pipeline.unsubscribe());
  const host: PipelineHost = {
    folders,
    runtime,
    events,
    pipeline,
    lay: layOne,
    saved: (...files) => {
      batch += 1;
      for (const file of files) {
        const path = folders.path(file);
        source$.next({ _tag: 'Modified', path, kind: 'file', atMs: Date.now(), batch });
      }
    },
    until: (holds) =>
      new Promise((resolve, reject) => {
        const end = () => {
          clearInterval(poll);
          clearTimeout(limit);
          waiting.delete(check);
        };
        const check = () => {
          if (!holds()) return;
          end();
          resolve();
        };
        const poll = setInterval(check, 10);
        const limit = setTimeout(() => {
          end();
          const told = events.map((event) => JSON.stringify(event)).join('\n');
          reject(new Error(`it did not come to hold within ${LIMIT_MS} ms:\n${told}`));
        }, LIMIT_MS);
        waiting.add(check);
        check();
      }),
    of: (plugin) => events.filter((event) => event.plugin === plugin),
    lastEnd: (plugin) =>
      events.findLast((event) => event.plugin === plugin && ENDS.has(event._tag)),
  };
  await host.until(() => hasLoaded && events.length > 0);
  return host;
}
