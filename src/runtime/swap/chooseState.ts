import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import { migrateState } from '../protocol/giveState.js';
import { stateVersionOf, type TakenState } from '../protocol/KeptState.js';
import type { PluginSlot } from '../slot/PluginSlot.js';

/** `state`: what the version is given. `noWay`: the newest state has a newer format than the version's, and nobody converts it. */
export type Choice =
  | { readonly _tag: 'state'; readonly state: TakenState | undefined }
  | { readonly _tag: 'noWay'; readonly error: ReloadError };

/**
 * Brings the newest state to a format that the version `code` reads. A state of an older format stays as it is: MIGRATE brings it up. One
 * of a newer format is brought down by the version that serves, since it knows its own format; else the version itself may convert it.
 */
export async function chooseState(
  { serving, name }: PluginSlot,
  code: PluginCode,
  candidate: PluginInstance,
  newest: TakenState | undefined,
): Promise<Choice> {
  const format = stateVersionOf(code.manifest);
  const takesState = candidate.lifecycle('restoreState') !== undefined;
  if (newest === undefined || 'reference' in newest || !takesState) return asItIs(newest);
  if (newest.stateVersion <= format) return asItIs(newest);

  // What died cannot convert anything, and what serves may itself have an older format than the state.
  const knowsFormat =
    serving !== undefined &&
    serving.instance.crash === undefined &&
    serving.instance.lifecycle('migrate') !== undefined &&
    stateVersionOf(serving.version.manifest) >= newest.stateVersion;
  const down = knowsFormat ? await migrateState(serving.instance, name, newest, format) : undefined;
  if (down !== undefined && E.isRight(down)) return asItIs(down.right);
  // MIGRATE asks it.
  if (candidate.lifecycle('migrate') !== undefined) return asItIs(newest);
  const refused = down ?? (await migrateState(candidate, name, newest, format));
  return E.isLeft(refused) ? { _tag: 'noWay', error: refused.left } : asItIs(refused.right);
}

function asItIs(state: TakenState | undefined): Choice {
  return { _tag: 'state', state };
}
