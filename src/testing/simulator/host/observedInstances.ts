import type { RunObserver } from '../observe/RunObserver.js';
import type { InstanceObserver, PluginInstance } from '../plugin/simulatedPlugin.js';
import type { CallContexts } from './CallContexts.js';

/**
 * Passes on what the instances of a host do, for as long as it lives. After its death their promises may go on, and nobody counts that.
 */
export function observedInstances(
  host: { readonly isDead: boolean; call(plugin: string, takesMs: number): void },
  observer: Required<RunObserver>,
  contexts: CallContexts,
): InstanceObserver {
  // No context of the host reaches a thread.
  const isOf = ({ thread }: PluginInstance, order: number) =>
    thread !== undefined || contexts.isOf(order);
  return {
    callBegan: (instance, order) =>
      host.isDead || observer.callBegan(instance, order, isOf(instance, order)),
    callEnded: (instance, order, isFailure) =>
      host.isDead || observer.callEnded(instance, order, isFailure, isOf(instance, order)),
    nestedCall: (plugin) => host.isDead || host.call(plugin, 0),
    stateAsked: (instance) => host.isDead || observer.stateAsked(instance),
    instanceEvaluated: (instance) => host.isDead || observer.instanceEvaluated(instance),
    stateRestored: (instance, text, format) =>
      host.isDead || observer.stateRestored(instance, text, format),
    instanceStarted: (instance) => host.isDead || observer.instanceStarted(instance),
    instanceStopped: (instance) => host.isDead || observer.instanceStopped(instance),
  };
}

/** Passes on what happens to the threads of a host, for as long as it lives. */
export function observedThreads(
  host: { readonly isDead: boolean },
  observer: Required<RunObserver>,
): Required<Pick<RunObserver, 'threadOver' | 'threadDeathTold'>> {
  return {
    threadOver: (thread, isByHost) => host.isDead || observer.threadOver(thread, isByHost),
    threadDeathTold: (thread, plugin) => host.isDead || observer.threadDeathTold(thread, plugin),
  };
}
