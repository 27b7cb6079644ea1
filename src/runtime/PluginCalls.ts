import type { Observable } from 'rxjs';
import type { Emitted } from './instances/PluginTalk.js';
import { type PluginHandle, pluginHandle } from './PluginHandle.js';
import { callPlugin, type RuntimeParts } from './RuntimeParts.js';
import type { PluginListing } from './registry/PluginListing.js';
import type { PluginRegistry } from './registry/PluginRegistry.js';

/** The plugins as whoever uses them sees them: which there are, when they serve, and their functions. */
export class PluginCalls {
  /** What plugins told with `ctx.emit`, from threads too. Completes when the runtime is closed. */
  readonly emitted$: Observable<Emitted>;
  readonly #registry: PluginRegistry;

  constructor({ registry, emitted }: RuntimeParts) {
    this.#registry = registry;
    this.emitted$ = emitted.asObservable();
  }

  /**
   * Calls an exported function of a plugin, one that `exports` in its manifest names; without that list, any function that it exports.
   * Waits while the plugin is to be loaded, or is being loaded or replaced; a name that nobody loads is refused at once. Rejects with what
   * the plugin throws, or with a `PluginCallError`. A plugin that calls itself during a swap, and waits for the
   * answer, blocks the swap until the deadline of `quiesce`.
   */
  call(plugin: string, fn: string, ...args: readonly unknown[]): Promise<unknown> {
    return callPlugin(this.#registry, plugin, fn, args);
  }

  /**
   * The functions of a plugin, typed by its module: `runtime.plugin<typeof import('./plugins/counter/index.ts')>('counter').increment()`.
   * Always those of the version that serves when they are called, by the rules of `call`. The functions of the lifecycle are refused.
   *
   * @typeParam M - The plugin's module. Default: any functions.
   */
  plugin<M = Record<string, (...args: unknown[]) => unknown>>(name: string): PluginHandle<M> {
    return pluginHandle<M>(name, (plugin, fn, ...args) => this.call(plugin, fn, ...args));
  }

  /**
   * Resolves when the plugin serves; without a name, when each plugin serves that was found by the loads that were made. Waits for loads
   * that nobody has started yet, such as that of `watchPlugins` before `hotReload` is subscribed to. Rejects with a `PluginCallError` when
   * the first load failed and nothing serves, or when there is no plugin of that name.
   */
  ready(plugin?: string): Promise<void> {
    return this.#registry.firstLoads.ready(plugin);
  }

  /** The plugins that were loaded, that are to be loaded, or that failed to load, and the version of each that serves. */
  plugins(): readonly PluginListing[] {
    const { slots, firstLoads } = this.#registry;
    const known = slots.map(
      ({ name: plugin, version, gate, serving, probation }): PluginListing => {
        const fingerprint = serving?.version.fingerprint ?? null;
        const isWatched = probation?.isOver === false && { isOnProbation: true };
        if (version > 0) return { plugin, version, status: 'serving', fingerprint, ...isWatched };
        return { plugin, version, status: gate.isAwaited ? 'loading' : 'failed', fingerprint };
      },
    );
    const coming = firstLoads.expected.map(
      (plugin): PluginListing => ({ plugin, version: 0, status: 'loading', fingerprint: null }),
    );
    return [...known, ...coming];
  }
}
