import * as E from 'fp-ts/lib/Either.js';
import { crashed } from '../../model/reload/failures.js';
import type { ReloadError, ReloadFailure } from '../../model/reload/ReloadError.js';
import { isInstance, messageOf } from '../../model/unknownValue.js';
import { PluginCallError } from '../calls/PluginCallError.js';
import type { LifecycleName, PluginInstance } from './PluginInstance.js';

/**
 * Calls a lifecycle function of a plugin. Right with what it returned, or with `undefined` when the plugin has no such function. Left
 * with `onThrow` of what it threw, or with `Crashed` when its worker died.
 */
export async function callLifecycle(
  instance: PluginInstance,
  name: LifecycleName,
  args: readonly unknown[],
  onThrow: (reason: string) => ReloadFailure,
): Promise<E.Either<ReloadError, unknown>> {
  try {
    return E.right(await instance.lifecycle(name)?.(...args));
  } catch (error) {
    if (isInstance(error, PluginCallError) && error._tag === 'Crashed') {
      return E.left({ ...crashed(error.plugin, error.message), message: error.message });
    }
    return E.left(onThrow(`${name}() threw: ${messageOf(error)}`));
  }
}
