import type { ReloadTarget } from '../../../model/reload/ReloadTarget.js';
import type { PluginRuntime } from '../../../runtime/PluginRuntime.js';
import type { RunObserver } from '../observe/RunObserver.js';

/** What is told of each reload. */
type ReloadObserver = Required<
  Pick<RunObserver, 'reloadEntered' | 'reloadLeft' | 'waitBegan' | 'waitEnded'>
>;

/** The runtime as a target. The observer is told when each reload is requested, when it waits, and when it settles or is aborted. */
export function observedTarget(
  runtime: PluginRuntime,
  observer: ReloadObserver,
  track: <A>(work: Promise<A>) => Promise<A>,
): ReloadTarget & Pick<PluginRuntime, 'plugins' | 'events$' | 'requests$' | 'loadDependencies'> {
  return {
    pluginsOf: (path) => runtime.pluginsOf(path),
    validatePlugin: (plugin) => runtime.validatePlugin(plugin),
    reloadPlugin: (plugin, options) => () => {
      let isUnderWay = true;
      const leave = () => {
        if (isUnderWay) observer.reloadLeft(plugin);
        isUnderWay = false;
      };
      observer.reloadEntered(plugin);
      options?.signal?.addEventListener('abort', leave, { once: true });
      const onWait = () => {
        const goOn = options?.onWait?.();
        observer.waitBegan(plugin);
        return () => {
          observer.waitEnded(plugin);
          goOn?.();
        };
      };
      const reload = track(runtime.reloadPlugin(plugin, { ...options, onWait })());
      void reload.then(leave);
      return reload;
    },
    getPluginState: (plugin) => runtime.getPluginState(plugin),
    restorePluginState: (plugin, state, schema) =>
      runtime.restorePluginState(plugin, state, schema),
    restartPlugin: (plugin, options) => () => track(runtime.restartPlugin(plugin, options)()),
    replacePlugin: (plugin, to) => () => track(runtime.replacePlugin(plugin, to)()),
    unloadPlugin: (plugin, options) => () => track(runtime.unloadPlugin(plugin, options)()),
    // The pipeline reads it to say in a failure which version still serves.
    plugins: () => runtime.plugins(),
    events$: runtime.events$,
    // What no change of files started is done by the pipeline too.
    requests$: runtime.requests$,
    loadDependencies: (plugin) => () => track(runtime.loadDependencies(plugin)()),
  };
}

/** Passes on what the pipeline asks of the target, for as long as the host lives. */
export function whileAlive(
  host: { readonly isDead: boolean },
  observer: ReloadObserver,
): ReloadObserver {
  return {
    reloadEntered: (plugin) => host.isDead || observer.reloadEntered(plugin),
    reloadLeft: (plugin) => host.isDead || observer.reloadLeft(plugin),
    waitBegan: (plugin) => host.isDead || observer.waitBegan(plugin),
    waitEnded: (plugin) => host.isDead || observer.waitEnded(plugin),
  };
}
