import * as E from 'fp-ts/lib/Either.js';
import { isOwnFault } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { Steps } from '../protocol/createSteps.js';
import { disposeInstance } from '../protocol/disposeInstance.js';
import { closingLimitsMs, type LimitsMs } from '../protocol/Stage.js';
import type { PluginSlot } from './PluginSlot.js';
import type { Serving } from './PluginVersion.js';
import { takeServing } from './saveServing.js';

/**
 * Saves the state of the version that serves, and ends that version; calls that come later are refused. Left: the state could not be saved,
 * and the version serves on. A plugin that fails to give its state is ended without saving it, and the failure goes to `report`.
 *
 * @param limitsMs - Shorter deadlines than the usual ones.
 */
export async function unloadSlot(
  slot: PluginSlot,
  limitsMs: Partial<LimitsMs> = {},
): Promise<E.Either<ReloadError, void>> {
  const { serving, gate } = slot;
  if (serving === undefined) return E.right(undefined);
  const steps = slot.lastSteps(limitsMs);
  gate.close();
  // The caller wants the plugin unloaded, so a call that does not end by the deadline does not prevent that.
  await steps.run('quiesce', () => gate.flight.idle().then(E.right));
  const saved = await steps.run('save', (time) => takeServing(slot, { time }));
  if (E.isLeft(saved) && !isOwnFault(saved.left)) {
    gate.open();
    return saved;
  }
  if (E.isLeft(saved)) slot.environment.report(saved.left);
  await endServing(slot, serving, steps);
  return E.right(undefined);
}

/**
 * Unloads the plugin because the runtime closes: it aborts a swap that is under way, and ends the plugin even if its state could not be
 * saved.
 */
export function closeSlot(slot: PluginSlot): Promise<E.Either<ReloadError, void>> {
  slot.abortSwap();
  return slot.runExclusive(async () => {
    const unloaded = await unloadSlot(slot, closingLimitsMs);
    if (slot.serving) await endServing(slot, slot.serving, slot.lastSteps(closingLimitsMs));
    return unloaded;
  });
}

async function endServing(slot: PluginSlot, { instance }: Serving, steps: Steps): Promise<void> {
  slot.clearServing();
  slot.crashes.end();
  slot.endProbation();
  slot.rejected = undefined;
  slot.gate.serve(undefined);
  await disposeInstance(slot.environment, slot.name, instance, steps);
}
