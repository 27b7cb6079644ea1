import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError, ReloadFailure } from '../../model/reload/ReloadError.js';
import { crashed } from '../../model/reload/failures.js';
import type { LifecycleName, PluginInstance } from './PluginInstance.js';
import { PluginCallError } from '../calls/PluginCallError.js';
import { isInstance, messageOf } from '../../model/unknownValue.js';

/** Calls a lifecycle function, if the plugin has it; what it throws becomes a failure. */
export async function lifecycle(
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
