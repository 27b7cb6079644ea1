import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { adoptState } from './stateAccess.js';
import type { PluginSlot } from './PluginSlot.js';
import { keptOf, stateVersionOf, type KeptState } from '../protocol/KeptState.js';
import type { PluginVersion, Serving } from './PluginVersion.js';
import type { StageTime } from '../protocol/createSteps.js';
import { migrateState } from '../protocol/transferState.js';

/**
 * Brings back the version before the one that failed its probation. It takes over what the failed one knows, brought down by the
 * failed one's `migrate`; where that cannot be had or is refused, the state that was saved under it.
 */
export async function rollBack(
  slot: PluginSlot,
  back: PluginVersion,
  reason: string,
): Promise<void> {
  const { environment, name, serving } = slot;
  if (serving === undefined) return;
  const { version } = serving;
  const swapBack = async (choose: (time: StageTime) => Promise<KeptState | undefined>) => {
    const taken: { state?: KeptState | undefined } = {};
    const swapped = await slot.swap({
      code: back,
      version: back.number,
      steps: slot.steps(),
      whenBusy: 'abort',
      takeState: async (time) => {
        const state = await choose(time);
        taken.state = state;
        return E.right(state);
      },
      isFresh: () => true,
      onCommit: () => slot.trust(),
    });
    return { swapped, taken };
  };
  let { swapped, taken } = await swapBack((time) => stateFor(slot, serving, back, time));
  const hadIt = 'state' in taken && taken.state === back.savedState;
  if (E.isLeft(swapped) && isForState(swapped.left) && !hadIt) {
    slot.environment.report(swapped.left);
    ({ swapped, taken } = await swapBack(() => Promise.resolve(back.savedState)));
  }
  if (E.isLeft(swapped)) {
    const error = swapped.left;
    const message = `${name}: version ${version.number} failed its probation (${reason}) and serves on, because version ${back.number} could not come back: ${error.message}`;
    environment.tell({
      _tag: 'ReloadFailed',
      plugin: name,
      error: { ...error, message },
      stillServing: slot.version,
      willRetry: false,
    });
    return;
  }
  const { codeHash, manifest, number } = version;
  slot.rejected = { codeHash, meaning: manifest.meaning, number, by: 'probation', reason };
  environment.tell({ _tag: 'RolledBack', plugin: name, from: number, to: back.number, reason });
  const { state } = taken;
  const adopted = state && (await adoptState(slot, slot.steps(), state, back));
  if (adopted && E.isLeft(adopted)) environment.report(adopted.left);
}

/** The state of what fails, in the format of what comes back; what is saved under that when there is no way down. */
async function stateFor(
  slot: PluginSlot,
  { instance, version }: Serving,
  back: PluginVersion,
  time: StageTime,
): Promise<KeptState | undefined> {
  const to = stateVersionOf(back.manifest);
  const saved = await slot.states.save(instance, version, undefined, time);
  if (E.isLeft(saved)) slot.environment.report(saved.left);
  if (E.isLeft(saved)) return back.savedState;
  const state = keptOf(saved.right);
  if (state === undefined) return back.savedState;
  // An older one the version that comes back brings up itself.
  if (state.stateVersion <= to) return state;
  const migrated = await migrateState(instance, slot.name, state, to);
  if (E.isRight(migrated)) return migrated.right;
  slot.environment.report(migrated.left);
  return back.savedState;
}

/** Whether it was the state that could not be had, or was not taken, so that another one may do. */
function isForState(error: ReloadError): boolean {
  const isLate =
    'phase' in error && ['save', 'migrate', 'restore'].some((phase) => phase === error.phase);
  return error._tag === 'StateRejected' || isLate;
}
