import type * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { Steps } from '../protocol/createSteps.js';
import type { PluginSlot } from './PluginSlot.js';
import type { KeptState } from '../protocol/KeptState.js';
import type { PluginCode } from '../code/PluginCode.js';

/** From now on this state is the newest, also in the store: what comes next to the plugin does not wait for a store that never answers. */
export function adoptState(
  slot: PluginSlot,
  steps: Steps,
  state: KeptState,
  { codeHash }: PluginCode,
): Promise<E.Either<ReloadError, void>> {
  return steps.run('save', () => slot.states.adopt(state, codeHash));
}
