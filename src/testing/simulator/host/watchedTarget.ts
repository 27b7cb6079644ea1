import type { ReloadTarget } from '../../../model/reload/ReloadTarget.js';
import type { PluginRuntime } from '../../../runtime/PluginRuntime.js';
import type { Witness } from '../witness/Witness.js';

/** The runtime's port, with each reload seen from its order until it settles or is called off. */
export function watchedTarget(
  runtime: PluginRuntime,
  witness: Required<Pick<Witness, 'reloadEntered' | 'reloadLeft'>>,
  track: <A>(work: Promise<A>) => Promise<A>,
): ReloadTarget {
  return {
    pluginsOf: (path) => runtime.pluginsOf(path),
    validatePlugin: (plugin) => runtime.validatePlugin(plugin),
    reloadPlugin: (plugin, options) => () => {
      let isUnderWay = true;
      const leave = () => {
        if (isUnderWay) witness.reloadLeft(plugin);
        isUnderWay = false;
      };
      witness.reloadEntered(plugin);
      options?.signal?.addEventListener('abort', leave, { once: true });
      const reload = track(runtime.reloadPlugin(plugin, options)());
      void reload.then(leave);
      return reload;
    },
    getPluginState: (plugin) => runtime.getPluginState(plugin),
    restorePluginState: (plugin, state, schema) =>
      runtime.restorePluginState(plugin, state, schema),
    restartPlugin: (plugin) => () => track(runtime.restartPlugin(plugin)()),
    replacePlugin: (plugin, to) => () => track(runtime.replacePlugin(plugin, to)()),
    unloadPlugin: (plugin) => () => track(runtime.unloadPlugin(plugin)()),
    // As `PluginRuntime`, so that failures name what serves.
    ...{ plugins: () => runtime.plugins() },
  };
}
