import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError, StateRejected } from '../model/ReloadError.js';
import { adoptState } from './adoptState.js';
import type { Steps } from './createSteps.js';
import { encodeState } from './encodeState.js';
import type { PluginSlot } from './PluginSlot.js';
import { keptOf, stateVersionOf, type KeptState } from './PluginVersion.js';
import { pluginNotFound } from './pluginNotFound.js';
import type { Serving } from './Serving.js';
import { restoreState, saveState } from './transferState.js';

/** What the serving version of a plugin would save now. */
export async function takeState(
  slot: PluginSlot,
): Promise<E.Either<ReloadError, KeptState | undefined>> {
  const { serving } = slot;
  if (serving === undefined) return E.left(pluginNotFound(slot.name, []));
  const state = await slot
    .steps()
    .run('save', (time) => saveState(serving.instance, serving.version, undefined, time));
  return E.isLeft(state) ? state : E.right(keptOf(state.right));
}

/** Gives the serving version a state, while no call is under way. When it refuses, it gets back what it had. */
export async function giveState(
  slot: PluginSlot,
  state: unknown,
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
  if (E.isLeft(encoded) || reason !== undefined) return E.left(rejected(slot.name, reason ?? ''));
  const given: KeptState = { ...encoded.right, stateVersion: stateVersionOf(version.manifest) };
  const steps = slot.steps();
  const restored = await exchange(slot, serving, given, steps);
  return E.isLeft(restored) ? restored : adoptState(slot, steps, given, version);
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

function rejected(plugin: string, reason: string): StateRejected {
  const message = `${plugin} did not take the state over: ${reason}.`;
  return { _tag: 'StateRejected', plugin, reason, message };
}
