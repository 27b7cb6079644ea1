import * as E from 'fp-ts/lib/Either.js';
import { none, type Option, some } from 'fp-ts/lib/Option.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { StateStamp } from '../../model/reload/StateStore.js';
import { pluginNotFound } from '../../model/reload/failures.js';
import { stateRejected } from '../../model/reload/stateFailures.js';
import type { PluginCode } from '../code/PluginCode.js';
import { keptOf, type KeptState, stateVersionOf } from '../protocol/KeptState.js';
import type { Steps } from '../protocol/createSteps.js';
import { encodeState } from '../protocol/stateText.js';
import { restoreState, saveState } from '../protocol/transferState.js';
import type { PluginSlot } from './PluginSlot.js';
import type { Serving } from './PluginVersion.js';

/** What the serving version of a plugin would save now. */
async function takeState(slot: PluginSlot): Promise<E.Either<ReloadError, KeptState | undefined>> {
  const { serving } = slot;
  if (serving === undefined) return E.left(pluginNotFound(slot.name, []));
  const state = await slot
    .steps()
    .run('save', (time) => saveState(serving.instance, serving.version, undefined, time));
  return E.isLeft(state) ? state : E.right(keptOf(state.right));
}

/** The same as JSON, for whoever asks from outside. */
export async function heldState(slot: PluginSlot): Promise<E.Either<ReloadError, Option<unknown>>> {
  const state = await takeState(slot);
  if (E.isLeft(state)) return state;
  return E.right(state.right === undefined ? none : some(JSON.parse(state.right.text)));
}

/** What the state that the serving version gives now is of. */
export function stateStampOf(slot: PluginSlot | undefined): StateStamp | undefined {
  const version = slot?.serving?.version;
  return version && { schema: stateVersionOf(version.manifest), codeHash: version.codeHash };
}

/** Gives the serving version a state of format `schema`, by default its own, while no call is under way. When it refuses, it gets back what it had. */
export async function giveState(
  slot: PluginSlot,
  state: unknown,
  schema?: number,
): Promise<E.Either<ReloadError, void>> {
  const { serving } = slot;
  if (serving === undefined) return E.left(pluginNotFound(slot.name, []));
  const { instance, version } = serving;
  const encoded = encodeState(state);
  const reason = E.isLeft(encoded)
    ? encoded.left
    : instance.lifecycle('restoreState') === undefined
      ? 'it exports no restoreState(state, fromVersion)'
      : undefined;
  if (E.isLeft(encoded) || reason !== undefined)
    return E.left(stateRejected(slot.name, reason ?? ''));
  const stateVersion = schema ?? stateVersionOf(version.manifest);
  const given: KeptState = { ...encoded.right, stateVersion };
  const steps = slot.steps();
  const restored = await exchange(slot, serving, given, steps);
  return E.isLeft(restored) ? restored : adoptState(slot, steps, restored.right ?? given, version);
}

/** Calls wait only for what the plugin does, not for a store. */
async function exchange(
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
    const before = await takeState(slot);
    const restored = await restoreState(instance, version, given, steps);
    if (E.isLeft(restored) && E.isRight(before))
      await restoreState(instance, version, before.right, steps);
    return restored;
  } finally {
    gate.open();
  }
}

/** From now on this state is the newest, also in the store: what comes next to the plugin does not wait for a store that never answers. */
export function adoptState(
  slot: PluginSlot,
  steps: Steps,
  state: KeptState,
  { codeHash }: PluginCode,
): Promise<E.Either<ReloadError, void>> {
  return steps.run('save', () => slot.states.adopt(state, codeHash));
}
