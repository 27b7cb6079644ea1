import * as E from 'fp-ts/lib/Either.js';
import { versionNotKept } from '../../model/reload/failures.js';
import { outcomeEvents } from '../../model/reload/outcomeEvents.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { RequestOptions } from '../../model/reload/TargetRequest.js';
import { type KeptState, keptCopyOf } from '../protocol/KeptState.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { Serving } from '../slot/PluginVersion.js';
import { handOverOf, saveServing } from '../slot/saveServing.js';
import { adoptState } from '../slot/stateAccess.js';
import { isLeftBehind, tellLoss } from '../swap/swapToNewest.js';
import { swapVersion } from '../swap/swapVersion.js';
import type { Ordered } from './Ordered.js';
import { noteTakenBack, takenBack } from './takenBack.js';

/**
 * Makes a kept version serve again by order, with the state that was saved under it. Going back is told as `RolledBack`, as soon as it
 * serves; going forward again is a `Reloaded`.
 */
export async function replaceVersion(
  slot: PluginSlot,
  serving: Serving,
  number: number,
  { saveState, signal, onCommit }: RequestOptions = {},
): Promise<E.Either<ReloadError, Ordered<{ readonly version: number }>>> {
  const { number: from } = serving.version;
  const value = { version: number };
  if (number === from) {
    const events = outcomeEvents(slot.name, { from, to: number, stageMs: {} }, []);
    return E.right({ value, to: number, events });
  }
  const target = slot.kept.find(number);
  if (target === undefined) {
    const kept = slot.kept.all.map((version) => version.number);
    return E.left(versionNotKept(slot.name, number, from, kept));
  }
  const { savedState } = target;
  // Read before the swap, because COMMIT clears it.
  const { rejected } = slot;
  const steps = slot.steps(signal === undefined ? [] : [signal]);
  let newest: KeptState | undefined;
  let given: KeptState | undefined;
  const swapped = await swapVersion(slot, {
    code: target,
    number,
    standing: 'trusted',
    steps,
    whenBusy: 'refuse',
    onCommit,
    takeOver: async (time) => {
      const saved = await saveServing(slot, { saveState, time });
      if (E.isLeft(saved)) return saved;
      // A state that was handed on as the object itself has no earlier copy: the version gets the current one.
      const isHandedOn = handOverOf(slot.environment, serving.version, target) === 'reference';
      const taken = savedState ?? (isHandedOn ? saved.right : undefined);
      newest = keptCopyOf(saved.right);
      given = keptCopyOf(taken);
      return E.right(taken);
    },
  });
  if (E.isLeft(swapped)) return swapped;
  const reason = 'replacePlugin was called';
  slot.rejected = takenBack(rejected, serving.version, number, reason);
  if (isLeftBehind(newest, given)) {
    tellLoss(slot, { from, number, given }, 'replacePlugin goes to the state of that version.');
  }
  if (number < from) {
    slot.kept.distrust(from);
    const { fingerprint } = target;
    slot.environment.emit({
      _tag: 'RolledBack',
      plugin: slot.name,
      from,
      to: number,
      reason,
      fingerprint,
    });
  }
  const adopted = savedState && (await adoptState(slot, slot.steps(), savedState, target));
  if (adopted && E.isLeft(adopted)) slot.environment.report(adopted.left);
  await noteTakenBack(slot, target, reason);
  if (number < from) return E.right({ value, to: number, events: [] });
  const restored = swapped.right?.restored;
  const { stageMs } = steps;
  const { fingerprint } = target;
  const result = { from, to: number, stageMs, fingerprint, ...(restored && { restored }) };
  return E.right({ value, to: number, events: outcomeEvents(slot.name, result, []) });
}
