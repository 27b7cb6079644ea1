import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { StageTime } from '../protocol/createSteps.js';
import { migrateState } from '../protocol/giveState.js';
import { type KeptState, keptCopyOf, stateVersionOf } from '../protocol/KeptState.js';
import { takeState } from '../protocol/takeState.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { PluginVersion, Serving } from '../slot/PluginVersion.js';
import { adoptState } from '../slot/stateAccess.js';
import { type Swapped, swapVersion } from '../swap/swapVersion.js';

/**
 * Rollback after a failed probation: makes the version `back` serve again. It takes over the state of the version that failed, converted to
 * the older format by the `migrate` of that version. If that state is not available, or is refused, `back` takes the state that was saved
 * under itself.
 */
export async function rollBack(
  slot: PluginSlot,
  back: PluginVersion,
  reason: string,
): Promise<void> {
  const { environment, name, serving } = slot;
  if (serving === undefined) return;
  const { version } = serving;
  let attempt = await swapBack(slot, back, (time) => stateForRollback(slot, serving, back, time));
  const { swapped: first, chosen: firstChosen } = attempt;
  const hadOwnState = firstChosen !== undefined && firstChosen.state === back.savedState;
  if (E.isLeft(first) && isAboutState(first.left) && !hadOwnState) {
    environment.report(first.left);
    attempt = await swapBack(slot, back, () => Promise.resolve(back.savedState));
  }
  const { swapped, chosen } = attempt;
  if (E.isLeft(swapped)) {
    const error = swapped.left;
    const message = `${name}: version ${version.number} failed its probation (${reason}) and serves on, because version ${back.number} could not come back: ${error.message}`;
    environment.emit({
      _tag: 'ReloadFailed',
      plugin: name,
      error: { ...error, message },
      stillServing: slot.version,
      willRetry: false,
    });
    return;
  }
  const { codeHash, manifest, number } = version;
  slot.rejected = { number, codeHash, meaning: manifest.meaning, by: 'probation', reason };
  environment.emit({ _tag: 'RolledBack', plugin: name, from: number, to: back.number, reason });
  const state = chosen?.state;
  const adopted = state && (await adoptState(slot, slot.steps(), state, back));
  if (adopted && E.isLeft(adopted)) environment.report(adopted.left);
}

interface SwapBack {
  readonly swapped: E.Either<ReloadError, Swapped | undefined>;
  /** The state that was chosen for `back`; undefined when the swap failed before it chose one. */
  readonly chosen: { readonly state: KeptState | undefined } | undefined;
}

async function swapBack(
  slot: PluginSlot,
  back: PluginVersion,
  choose: (time: StageTime) => Promise<KeptState | undefined>,
): Promise<SwapBack> {
  let chosen: SwapBack['chosen'];
  const swapped = await swapVersion(slot, {
    code: back,
    number: back.number,
    standing: 'trusted',
    steps: slot.steps(),
    whenBusy: 'abort',
    takeOver: async (time) => {
      const state = await choose(time);
      chosen = { state };
      return E.right(state);
    },
  });
  return { swapped, chosen };
}

/** The state of the version that failed, in the format of `back`; if it is not available, the state that was saved under `back`. */
async function stateForRollback(
  slot: PluginSlot,
  { instance, version }: Serving,
  back: PluginVersion,
  time: StageTime,
): Promise<KeptState | undefined> {
  const { environment, name, states } = slot;
  const taken = await takeState({ instance, code: version, states, saveState: undefined, time });
  if (E.isLeft(taken)) {
    environment.report(taken.left);
    return back.savedState;
  }
  const state = keptCopyOf(taken.right);
  if (state === undefined) return back.savedState;
  const to = stateVersionOf(back.manifest);
  // The same format needs no change. An older one is converted in MIGRATE, by the `migrate` of `back`.
  if (state.stateVersion <= to) return state;
  const migrated = await migrateState(instance, name, state, to);
  if (E.isRight(migrated)) return migrated.right;
  environment.report(migrated.left);
  return back.savedState;
}

/** Whether the swap failed because of the state, so that a swap with another state may succeed. */
function isAboutState(error: ReloadError): boolean {
  const isLate =
    'phase' in error && ['save', 'migrate', 'restore'].some((phase) => phase === error.phase);
  return error._tag === 'StateRejected' || isLate;
}
