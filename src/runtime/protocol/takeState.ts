import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError, StateSaveFailed } from '../../model/reload/ReloadError.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import {
  isOwnFault,
  stateNotGiven,
  stateNotSaved,
  stateOnlyHandedOver,
  statePartlySaved,
} from '../../model/reload/stateFailures.js';
import { messageOf } from '../../model/unknownValue.js';
import type { PluginCode } from '../code/PluginCode.js';
import { callLifecycle } from '../instances/callLifecycle.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { StageTime } from './createSteps.js';
import {
  type HandOver,
  type KeptState,
  leftOutOfText,
  stateOfText,
  stateToText,
  stateVersionOf,
  type TakenState,
} from './KeptState.js';
import type { PluginStates } from './PluginStates.js';

export interface StateRequest {
  /** Asked for its state. No call may be under way in it. */
  readonly instance: PluginInstance;
  /** The code of `instance`. */
  readonly code: PluginCode;
  /** Notes the state as the plugin's newest one, and whether the code may be asked for it. */
  readonly states: PluginStates;
  readonly time: StageTime;
}

export interface TakeStateRequest extends StateRequest {
  /** Where the caller wants the state saved. Default: the store of `states`, if it has one. */
  readonly saveState: SaveState | undefined;
  /** Default `copy`. */
  readonly handOver?: HandOver;
  /** Called after a save, with what of the state is not saved although the save did not fail; undefined when all is saved. */
  readonly onLeftOut?: (leftOut: StateSaveFailed | undefined) => void;
}

/**
 * SAVE: asks a running version for its state and saves it, by the caller's `saveState` or in the store. Right only when the state is
 * saved, or is handed over and can never be saved; Right(undefined) when the version has no state to give. Left by the version's own
 * fault (`isOwnFault`) when it does not give a state that can be saved: another try would fail too.
 */
export async function takeState(
  request: TakeStateRequest,
): Promise<E.Either<ReloadError, TakenState | undefined>> {
  const { instance, code, states, handOver = 'copy', onLeftOut } = request;
  const { saveState = states.saveInStore } = request;
  const plugin = code.manifest.manifest.name;
  const save = states.startSave();
  const asked = await askForState(request);
  if (E.isLeft(asked)) return asked;
  if (asked.right === undefined) return E.right(undefined);
  const handed = { stateVersion: stateVersionOf(code.manifest), reference: { value: asked.right } };
  const isHanded = handOver === 'reference';
  if (isHanded && saveState === undefined) return E.right({ ...handed, kept: undefined });
  const kept = await saveCopy(asked.right, code, states, saveState);
  if (E.isLeft(kept)) {
    if (!isHanded || !isOwnFault(kept.left)) return kept;
    onLeftOut?.(stateOnlyHandedOver(plugin, reasonOf(kept.left)));
    return E.right({ ...handed, kept: undefined });
  }
  states.acknowledge(kept.right, save);
  const leftOut = instance.leftOut ?? leftOutOfText(asked.right);
  onLeftOut?.(leftOut === undefined ? undefined : statePartlySaved(plugin, leftOut));
  return E.right(isHanded ? { ...handed, kept: kept.right } : kept.right);
}

/** The state that a version would save now, as a copy. Saves nothing. */
export async function readState(
  request: StateRequest,
): Promise<E.Either<ReloadError, KeptState | undefined>> {
  const asked = await askForState(request);
  if (E.isLeft(asked)) return asked;
  return asked.right === undefined ? E.right(undefined) : copyOf(asked.right, request.code);
}

/** Left is always the version's own fault. A version that `saveState` ended once is not asked again. */
async function askForState({
  instance,
  code,
  states,
  time,
}: StateRequest): Promise<E.Either<ReloadError, unknown>> {
  const plugin = code.manifest.manifest.name;
  const fatal = states.fatalReason(code.codeHash);
  if (fatal !== undefined) {
    return E.left(stateNotGiven(plugin, `${fatal}, so it is not asked again`));
  }
  const ask = async (): Promise<E.Either<ReloadError, unknown>> => {
    const asked = await callLifecycle(instance, 'saveState', [], (reason) =>
      stateNotGiven(plugin, reason),
    );
    if (E.isRight(asked) || asked.left._tag !== 'Crashed') return asked;
    const { crash } = instance;
    const reason = `saveState() did not return: ${crash?.reason ?? asked.left.message}`;
    // Also when nobody waits any more: an endless loop is found after the deadline.
    if (crash !== undefined) states.noteFatal(code.codeHash, reason);
    return E.left(stateNotGiven(plugin, reason));
  };
  const asked = await time.ofPlugin(ask());
  // The swap has gone on without this state: saved now, it could overwrite a newer one.
  return E.isRight(asked) && time.isOver
    ? E.left(stateNotGiven(plugin, 'saveState() returned too late'))
    : asked;
}

/** Saves a copy of a state, unless nobody wants it saved. */
async function saveCopy(
  value: unknown,
  code: PluginCode,
  states: PluginStates,
  saveState: SaveState | undefined,
): Promise<E.Either<ReloadError, KeptState>> {
  const plugin = code.manifest.manifest.name;
  const kept = copyOf(value, code);
  if (E.isLeft(kept) || saveState === undefined) return kept;
  const { stateVersion: schema } = kept.right;
  const state = stateOfText(kept.right);
  const saving = saveState({ plugin, schema, codeHash: code.codeHash, state });
  try {
    const saved = await saving();
    if (E.isRight(saved)) states.sawRecord(saved.right.seq);
    return E.isRight(saved) ? kept : E.left(refusedByStore(saved.left));
  } catch (error) {
    return E.left(stateNotSaved(plugin, messageOf(error)));
  }
}

/** A store that rejects a state would reject it again: too large for it, or not of the shape that the host's codec asks for. */
function refusedByStore(error: ReloadError): ReloadError {
  if (error._tag !== 'StateRejected') return error;
  return stateNotGiven(error.plugin, reasonOf(error));
}

function reasonOf(error: ReloadError): string {
  return 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message;
}

function copyOf(state: unknown, code: PluginCode): E.Either<ReloadError, KeptState> {
  const copy = stateToText(state);
  return E.isLeft(copy)
    ? E.left(stateNotGiven(code.manifest.manifest.name, copy.left))
    : E.right({ ...copy.right, stateVersion: stateVersionOf(code.manifest) });
}
