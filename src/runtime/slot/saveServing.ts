import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { RuntimeEnvironment } from '../environment/RuntimeEnvironment.js';
import { inProcessHost } from '../instances/inProcessHost.js';
import type { StageTime } from '../protocol/createSteps.js';
import {
  type HandOver,
  keptCopyOf,
  stateVersionOf,
  type TakenState,
} from '../protocol/KeptState.js';
import { takeState } from '../protocol/takeState.js';
import type { PluginSlot } from './PluginSlot.js';

export interface SaveServingOptions {
  /** Where a caller of the runtime wants the state saved. Default: the runtime's store. */
  readonly saveState?: SaveState | undefined;
  /** Default `copy`. */
  readonly handOver?: HandOver;
  readonly time: StageTime;
}

/**
 * SAVE of the version that serves. If no version serves, or it has no state to give: returns the newest known state, which is saved
 * already.
 */
export async function saveServing(
  slot: PluginSlot,
  { saveState, handOver = 'copy', time }: SaveServingOptions,
): Promise<E.Either<ReloadError, TakenState | undefined>> {
  const { serving, states } = slot;
  if (serving === undefined) return states.newest();
  const { instance, version } = serving;
  const taken = await takeState({ instance, code: version, states, saveState, handOver, time });
  if (E.isLeft(taken)) return taken;
  if (taken.right === undefined) return states.newest();
  // After the deadline another version may serve: the state does not belong to that version.
  if (!time.isOver) slot.noteSavedState(keptCopyOf(taken.right));
  return taken;
}

/** How a state goes to the next version: as the object itself only where both versions ask for it, run in this thread, and use one format. */
export function handOverOf(
  { hostOf }: Pick<RuntimeEnvironment, 'hostOf'>,
  from: PluginCode | undefined,
  to: PluginCode,
): HandOver {
  const allowsReference = ({ manifest: { manifest } }: PluginCode) =>
    manifest['hand-over'] === 'reference' && hostOf(manifest) === inProcessHost;
  const isAllowed = from !== undefined && allowsReference(from) && allowsReference(to);
  return isAllowed && stateVersionOf(from.manifest) === stateVersionOf(to.manifest)
    ? 'reference'
    : 'copy';
}
