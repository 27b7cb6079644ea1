import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { Serving } from '../slot/PluginVersion.js';
import { swapToNewest } from '../swap/swapToNewest.js';

/**
 * Replaces the serving instance by a new one of the same code. The new one gets the newest acknowledged state, because an instance that
 * crashed cannot give its state.
 */
export async function restartVersion(
  slot: PluginSlot,
  { version }: Serving,
): Promise<E.Either<ReloadError, void>> {
  const swapped = await swapToNewest(slot, {
    code: version,
    number: version.number,
    standing: 'asBefore',
    steps: slot.steps(),
    whenBusy: 'abort',
    takeNewest: () => slot.states.newest(),
    without: 'newerFormat',
  });
  return E.isLeft(swapped) ? swapped : E.right(undefined);
}

/** Restarts the version whose `instance` died, unless another instance serves by the time this work runs. */
export function restartCrashed(
  slot: PluginSlot,
  instance: PluginInstance,
): Promise<E.Either<ReloadError, void>> {
  return slot.runExclusive(async () => {
    const { serving, environment, name } = slot;
    if (serving?.instance !== instance) return E.right(undefined);
    const restarted = await restartVersion(slot, serving);
    if (E.isRight(restarted)) {
      const { fingerprint } = serving.version;
      // Without the stack trace that may follow.
      const [reason = ''] = (instance.crash?.message ?? 'the version that served has died').split(
        '\n',
      );
      environment.emit({
        _tag: 'Restarted',
        plugin: name,
        version: slot.version,
        reason,
        fingerprint,
      });
    }
    return restarted;
  });
}
