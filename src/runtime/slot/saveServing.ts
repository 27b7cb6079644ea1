import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError, StateSaveFailed } from '../../model/reload/ReloadError.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import { isOwnFault } from '../../model/reload/stateFailures.js';
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
 * SAVE of what serves, for its successor. When nothing serves, or it has no state to give, the newest known state, which nobody has to
 * save. So also when what serves fails to give its state by its own fault: it would fail at each try, so no successor could ever serve.
 * What changed since that state is lost, and the failure goes to `report`.
 */
export async function saveServing(
  slot: PluginSlot,
  options: SaveServingOptions,
): Promise<E.Either<ReloadError, TakenState | undefined>> {
  const { states, environment } = slot;
  const isOver = () => options.time.isOver;
  const taken = await takeServing(slot, options);
  if (E.isRight(taken)) return taken.right === undefined ? states.newest() : taken;
  // When the swap was given up meanwhile, nothing is replaced and nothing is lost.
  if (!isOwnFault(taken.left) || isOver()) return taken;
  environment.report(taken.left);
  const newest = await states.newest();
  // What is saved under this version from now on: going back to it restores both.
  if (E.isRight(newest) && !isOver()) slot.noteSavedState(newest.right);
  return newest;
}

/** SAVE of what serves. Right(undefined): nothing serves, or it has no state to give. */
export async function takeServing(
  slot: PluginSlot,
  { saveState, handOver = 'copy', time }: SaveServingOptions,
): Promise<E.Either<ReloadError, TakenState | undefined>> {
  const { serving, states } = slot;
  // What was stopped for a successor has given its state.
  if (serving === undefined || serving.instance.isStopped === true) return E.right(undefined);
  const { instance, version } = serving;
  const onLeftOut = (leftOut: StateSaveFailed | undefined) => slot.noteLeftOut(leftOut);
  const request = { instance, code: version, states, saveState, handOver, time, onLeftOut };
  const taken = await takeState(request);
  // After the deadline another version may serve: the state is not that version's.
  if (E.isRight(taken) && taken.right !== undefined && !time.isOver) {
    slot.noteSavedState(keptCopyOf(taken.right));
  }
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
