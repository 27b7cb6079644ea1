import * as E from 'fp-ts/lib/Either.js';
import { pluginNotFound } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { RequestOptions } from '../../model/reload/TargetRequest.js';
import type { Ordered } from '../recovery/Ordered.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { PluginRegistry } from './PluginRegistry.js';

/**
 * Swaps the version of a plugin because somebody called for it, when all earlier work on that plugin has ended: by the pipeline, if there
 * is one. `onEnd` is called when the files that the plugin uses may have changed.
 */
export function swapByOrder<A>(
  registry: PluginRegistry,
  plugin: string,
  work: (slot: PluginSlot, options: RequestOptions) => Promise<E.Either<ReloadError, Ordered<A>>>,
  onEnd: () => void,
): Promise<E.Either<ReloadError, A>> {
  const notFound = () => E.left(pluginNotFound(plugin, registry.names));
  const swap = async (options: RequestOptions): Promise<E.Either<ReloadError, Ordered<A>>> => {
    // Only now: earlier work may have put another slot in the place of the one that there was.
    const slot = registry.slot(plugin);
    if (slot === undefined) return notFound();
    const done = await slot.runExclusive(() => work(slot, options));
    onEnd();
    return done;
  };
  // What is not there is no work for a pipeline.
  if (registry.slot(plugin) === undefined) return Promise.resolve(notFound());
  return registry.requests.swap({ plugin, cause: 'order', isUrgent: true, work: swap }, notFound);
}
