import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { isOwnFault } from '../../model/reload/stateFailures.js';
import type { Steps } from '../protocol/createSteps.js';
import { disposeInstance } from '../protocol/disposeInstance.js';
import type { PluginSlot } from './PluginSlot.js';
import type { Serving } from './PluginVersion.js';
import { takeServing } from './saveServing.js';

/**
 * Saves the state of what serves, and ends it; calls that come later are refused. Left: the state could not be saved, and the version
 * serves on. A plugin that fails to give its state is ended without, and the failure goes to `report`.
 *
 * @param onCommit - Called when nothing serves any more, before the version ends.
 */
export async function unloadSlot(
  slot: PluginSlot,
  onCommit?: () => void,
): Promise<E.Either<ReloadError, void>> {
  const { serving, gate } = slot;
  if (serving === undefined) return E.right(undefined);
  const steps = slot.lastSteps();
  gate.close();
  // The caller wants the plugin unloaded, so a call that does not end by the deadline does not prevent that.
  await steps.run('quiesce', () => gate.flight.idle().then(E.right));
  const saved = await steps.run('save', (time) => takeServing(slot, { time }));
  if (E.isLeft(saved) && !isOwnFault(saved.left)) {
    gate.open();
    return saved;
  }
  if (E.isLeft(saved)) slot.environment.report(saved.left);
  await endServing(slot, serving, steps, onCommit);
  return E.right(undefined);
}

/** Time for the work on a plugin that is under way when the runtime closes: its swap is aborted, what it disposes of ends soon. */
const TURN_LIMIT_MS = 700;

/**
 * Unloads the plugin because the runtime closes: it aborts a swap that is under way, and ends the plugin also without its state. Work on
 * the plugin that does not end by then, as when a port of the host never answers, does not hold it up: it cannot commit any more.
 */
export function closeSlot(slot: PluginSlot): Promise<E.Either<ReloadError, void>> {
  const { runExclusive, environment } = slot;
  slot.abortSwap();
  return new Promise((resolve, reject) => {
    let ending: Promise<E.Either<ReloadError, void>> | undefined;
    const end = () => {
      limit.unsubscribe();
      ending ??= endWithOrWithoutState(slot);
      ending.then(resolve, reject);
      return ending;
    };
    const limit = environment.scheduler.schedule(() => void end(), TURN_LIMIT_MS);
    void runExclusive(end);
  });
}

async function endWithOrWithoutState(slot: PluginSlot): Promise<E.Either<ReloadError, void>> {
  const unloaded = await unloadSlot(slot);
  if (slot.serving) await endServing(slot, slot.serving, slot.lastSteps());
  return unloaded;
}

async function endServing(
  slot: PluginSlot,
  { instance }: Serving,
  steps: Steps,
  onCommit?: () => void,
): Promise<void> {
  slot.clearServing();
  slot.crashes.end();
  slot.endProbation();
  slot.rejected = undefined;
  slot.gate.serve(undefined);
  onCommit?.();
  await disposeInstance(slot.environment, slot.name, instance, steps);
}
