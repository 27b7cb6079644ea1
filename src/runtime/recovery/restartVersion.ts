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
 *
 * @param reason - Why, for the person at the terminal.
 */
export async function restartVersion(
  slot: PluginSlot,
  { version }: Serving,
  reason: string,
  { signal, onCommit }: RequestOptions = {},
): Promise<E.Either<ReloadError, Ordered<{ readonly version: number }>>> {
  const swapped = await swapToNewest(slot, {
    code: version,
    number: version.number,
    standing: 'asBefore',
    steps: slot.steps(signal === undefined ? [] : [signal]),
    whenBusy: 'abort',
    onCommit,
    takeNewest: () => slot.states.newest(),
    without: 'newerFormat',
  });
  if (E.isLeft(swapped)) return swapped;
  const { number: to, fingerprint } = version;
  const restarted = {
    _tag: 'Restarted',
    plugin: slot.name,
    version: to,
    reason,
    fingerprint,
  } as const;
  return E.right({ value: { version: to }, to, events: [restarted] });
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
    // Without the stack trace that may follow.
    const [reason = ''] = (instance.crash?.message ?? 'the version that served has died').split(
      '\n',
    );
    const restarted = await restartVersion(slot, serving, reason, options);
    return E.isLeft(restarted) ? restarted : E.right({ ...restarted.right, value: undefined });
  });
}
