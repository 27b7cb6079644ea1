import * as E from 'fp-ts/lib/Either.js';
import { stateNotGiven, stateNotSaved } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import { messageOf } from '../../model/unknownValue.js';
import type { PluginCode } from '../code/PluginCode.js';
import { callLifecycle } from '../instances/callLifecycle.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { StageTime } from './createSteps.js';
import {
  type HandOver,
  type KeptState,
  stateOfText,
  stateToText,
  stateVersionOf,
  type TakenState,
} from './KeptState.js';
import type { PluginStates } from './PluginStates.js';

export interface TakeStateRequest {
  /** The instance that is asked for its state. No call may be under way in it. */
  readonly instance: PluginInstance;
  /** The code of `instance`. */
  readonly code: PluginCode;
  /** Where the state is recorded as the plugin's newest one. */
  readonly states: PluginStates;
  /** Where the caller wants the state saved. Default: the store of `states`, if it has one. */
  readonly saveState: SaveState | undefined;
  /** Default `copy`. */
  readonly handOver?: HandOver;
  readonly time: StageTime;
}

/**
 * SAVE: asks a running version for its state and saves it, by the caller's `saveState` or in the store. Right only when the state is
 * saved; Right(undefined) when the version has no state to give.
 */
export async function takeState({
  instance,
  code,
  states,
  saveState = states.saveInStore,
  handOver = 'copy',
  time,
}: TakeStateRequest): Promise<E.Either<ReloadError, TakenState | undefined>> {
  const plugin = code.manifest.manifest.name;
  const save = states.startSave();
  const asked = await askForState(instance, plugin, time);
  if (E.isLeft(asked)) return asked;
  if (asked.right === undefined) return E.right(undefined);
  const stateVersion = stateVersionOf(code.manifest);
  const handed = { stateVersion, reference: { value: asked.right } };
  if (handOver === 'reference' && saveState === undefined) {
    return E.right({ ...handed, kept: undefined });
  }
  const kept = copyOf(asked.right, plugin, stateVersion);
  if (E.isLeft(kept)) return kept;
  if (saveState !== undefined) {
    const state = stateOfText(kept.right);
    const saving = saveState({ plugin, schema: stateVersion, codeHash: code.codeHash, state });
    try {
      const saved = await saving();
      if (E.isLeft(saved)) return saved;
      states.sawRecord(saved.right.seq);
    } catch (error) {
      return E.left(stateNotSaved(plugin, messageOf(error)));
    }
  }
  states.acknowledge(kept.right, save);
  return E.right(handOver === 'reference' ? { ...handed, kept: kept.right } : kept.right);
}

/** The state that a version would save now, as a copy. Saves nothing. */
export async function readState(
  instance: PluginInstance,
  code: PluginCode,
  time: StageTime,
): Promise<E.Either<ReloadError, KeptState | undefined>> {
  const plugin = code.manifest.manifest.name;
  const asked = await askForState(instance, plugin, time);
  if (E.isLeft(asked)) return asked;
  if (asked.right === undefined) return E.right(undefined);
  return copyOf(asked.right, plugin, stateVersionOf(code.manifest));
}

async function askForState(
  instance: PluginInstance,
  plugin: string,
  time: StageTime,
): Promise<E.Either<ReloadError, unknown>> {
  const asked = await time.ofPlugin(
    callLifecycle(instance, 'saveState', [], (reason) => stateNotGiven(plugin, reason)),
  );
  // The swap has gone on without this state. If it were saved now, it could overwrite a newer one.
  return E.isRight(asked) && time.isOver
    ? E.left(stateNotGiven(plugin, 'saveState() returned too late'))
    : asked;
}

function copyOf(
  state: unknown,
  plugin: string,
  stateVersion: number,
): E.Either<ReloadError, KeptState> {
  const copy = stateToText(state);
  return E.isLeft(copy)
    ? E.left(stateNotGiven(plugin, copy.left))
    : E.right({ ...copy.right, stateVersion });
}
