import * as E from 'fp-ts/lib/Either.js';
import { none, type Option, some } from 'fp-ts/lib/Option.js';
import { pluginNotFound } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import type { StateStamp } from '../../model/reload/StateStore.js';
import { stateRejected } from '../../model/reload/stateFailures.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { Steps } from '../protocol/createSteps.js';
import { giveState } from '../protocol/giveState.js';
import { type KeptState, stateOfText, stateToText, stateVersionOf } from '../protocol/KeptState.js';
import { readState } from '../protocol/takeState.js';
import type { PluginSlot } from './PluginSlot.js';
import type { Serving } from './PluginVersion.js';

/** The state that the plugin would save now; none when it saves none. */
export async function currentState(
  slot: PluginSlot,
): Promise<E.Either<ReloadError, Option<unknown>>> {
  const state = await readServing(slot);
  if (E.isLeft(state)) return state;
  return E.right(state.right === undefined ? none : some(stateOfText(state.right)));
}

/** The format of the state that the plugin would save now, and the hash of the code that makes it; undefined when no version serves. */
export function stateStampOf(slot: PluginSlot | undefined): StateStamp | undefined {
  const version = slot?.serving?.version;
  return version && { schema: stateVersionOf(version.manifest), codeHash: version.codeHash };
}

/**
 * Gives the serving version another state, while no call is under way. When the version refuses the new state, it gets back the state that
 * it had.
 *
 * @param schema - Format of `state`. Default: that of the serving version.
 */
export async function replaceState(
  slot: PluginSlot,
  state: unknown,
  schema?: number,
): Promise<E.Either<ReloadError, void>> {
  const { serving, name } = slot;
  if (serving === undefined) return E.left(pluginNotFound(name, []));
  const { instance, version } = serving;
  const copy = stateToText(state);
  if (E.isLeft(copy)) return E.left(stateRejected(name, copy.left));
  if (instance.lifecycle('restoreState') === undefined) {
    return E.left(stateRejected(name, 'it exports no restoreState(state, fromVersion)'));
  }
  const stateVersion = schema ?? stateVersionOf(version.manifest);
  const given: KeptState = { ...copy.right, stateVersion };
  const steps = slot.steps();
  const restored = await restoreOrUndo(slot, serving, given, steps);
  // The store is written after the gate is open again: calls wait only for the plugin.
  return E.isLeft(restored) ? restored : adoptState(slot, steps, restored.right ?? given, version);
}

async function restoreOrUndo(
  slot: PluginSlot,
  { instance, version }: Serving,
  given: KeptState,
  steps: Steps,
): Promise<E.Either<ReloadError, KeptState | undefined>> {
  const { gate } = slot;
  gate.close();
  try {
    const drained = await steps.run('quiesce', () => gate.flight.idle().then(E.right));
    if (E.isLeft(drained)) return drained;
    const before = await readServing(slot);
    const restored = await giveState(instance, version, given, steps);
    if (E.isLeft(restored) && E.isRight(before)) {
      await giveState(instance, version, before.right, steps);
    }
    return restored;
  } finally {
    gate.open();
  }
}

async function readServing(
  slot: PluginSlot,
): Promise<E.Either<ReloadError, KeptState | undefined>> {
  const { serving } = slot;
  if (serving === undefined) return E.left(pluginNotFound(slot.name, []));
  const { instance, version } = serving;
  return slot
    .steps()
    .run('save', (time) => readState({ instance, code: version, states: slot.states, time }));
}

/**
 * Makes this the newest state, also in the store. It has the deadline of `save`: a store that never answers does not hold up the next
 * work on the plugin.
 */
export function adoptState(
  slot: PluginSlot,
  steps: Steps,
  state: KeptState,
  { codeHash }: PluginCode,
  save?: SaveState,
): Promise<E.Either<ReloadError, void>> {
  return steps.run('save', () => slot.states.adopt(state, codeHash, save));
}
