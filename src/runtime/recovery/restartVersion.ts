import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { RequestOptions } from '../../model/reload/TargetRequest.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { Serving } from '../slot/PluginVersion.js';
import { swapToNewest } from '../swap/swapToNewest.js';
import type { Ordered } from './Ordered.js';

/**
 * Replaces the serving instance by a new one of the same code. The new one gets the newest acknowledged state, because an instance that
 * crashed cannot give its state.
 */
export async function restartVersion(
  slot: PluginSlot,
  { version }: Serving,
  { signal }: RequestOptions = {},
): Promise<E.Either<ReloadError, Ordered<{ readonly version: number }>>> {
  const swapped = await swapToNewest(slot, {
    code: version,
    number: version.number,
    standing: 'asBefore',
    steps: slot.steps(signal === undefined ? [] : [signal]),
    whenBusy: 'abort',
    takeNewest: () => slot.states.newest(),
    without: 'newerFormat',
  });
  if (E.isLeft(swapped)) return swapped;
  const { number: to } = version;
  const value = { version: to };
  return E.right({ value, to, events: [{ _tag: 'Restarted', plugin: slot.name, version: to }] });
}

/** Restarts the version whose `instance` died, unless another instance serves by the time this work runs. */
export function restartCrashed(
  slot: PluginSlot,
  instance: PluginInstance,
  options: RequestOptions,
): Promise<E.Either<ReloadError, Ordered<void>>> {
  return slot.runExclusive(async () => {
    const { serving, version } = slot;
    if (serving?.instance !== instance) {
      return E.right({ value: undefined, to: version, events: [] });
    }
    const restarted = await restartVersion(slot, serving, options);
    return E.isLeft(restarted) ? restarted : E.right({ ...restarted.right, value: undefined });
  });
}
