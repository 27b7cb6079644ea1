import * as E from 'fp-ts/lib/Either.js';
import { isOwnFault, versionNotKept } from '../../model/reload/failures.js';
import { failedEvent } from '../../model/reload/outcomeEvents.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { PluginVersion, Serving } from '../slot/PluginVersion.js';
import { handOverOf, saveServing } from '../slot/saveServing.js';
import { type SwappedToNewest, swapToNewest } from '../swap/swapToNewest.js';
import { takenBack } from './takenBack.js';

/** What a person wants to go back to, and why. */
export interface RollBackOrder {
  /** Number of a version that is kept. Default: the one that was trusted last. */
  readonly to?: number;
  /** Why, for the person at the terminal. */
  readonly reason: string;
}

/** Rollback after a failed probation: brings the version `back` into service, and reports how that ended. */
export async function rollBack(
  slot: PluginSlot,
  back: PluginVersion,
  reason: string,
): Promise<void> {
  const { environment, name, serving } = slot;
  if (serving === undefined) return;
  const { version } = serving;
  const { codeHash, manifest, number } = version;
  const swapped = await goBack(slot, serving, back, 'probation', () => {
    slot.rejected = { number, codeHash, meaning: manifest.meaning, by: 'probation', reason };
    tellRolledBack(slot, number, back, reason);
  });
  if (E.isLeft(swapped)) {
    const error = swapped.left;
    const message = `${name}: version ${version.number} failed its probation (${reason}) and serves on, because version ${back.number} could not come back: ${error.message}`;
    const { fingerprint } = back;
    const failed = { ...error, message, fingerprint };
    environment.emit(
      failedEvent(name, failed, { stillServing: slot.version, willRetry: false, changes: [] }),
    );
  }
}

function tellRolledBack(
  { environment, name }: PluginSlot,
  from: number,
  { number: to, fingerprint }: PluginVersion,
  reason: string,
): void {
  environment.emit({ _tag: 'RolledBack', plugin: name, from, to, reason, fingerprint });
}

/** Rollback by order, with the newest state. The files on disk are not loaded again until they change. */
export async function rollBackByOrder(
  slot: PluginSlot,
  { to, reason }: RollBackOrder,
): Promise<E.Either<ReloadError, { readonly version: number; readonly stateLost: boolean }>> {
  const { serving, kept, name, version: from } = slot;
  if (serving !== undefined && to === from) return E.right({ version: to, stateLost: false });
  const numbers = kept.all.map(({ number }) => number);
  const back = to === undefined ? kept.backByOrder : kept.find(to);
  if (serving === undefined || back === undefined) {
    return E.left(versionNotKept(name, to ?? 0, from, numbers));
  }
  const { rejected } = slot;
  const swapped = await goBack(slot, serving, back, 'order', () => {
    slot.rejected = takenBack(rejected, serving.version, back.number, reason);
    tellRolledBack(slot, from, back, reason);
  });
  if (E.isLeft(swapped)) return swapped;
  return E.right({ version: back.number, stateLost: swapped.right.isStateLost });
}

/**
 * Brings a kept version into service, with the state of the version that serves, migrated down by that one. Where that state cannot be
 * had, or is refused, it takes the state that was saved under it. An order fails when the state cannot be saved for a cause outside of the
 * plugin, such as a full disk; a failed probation does not wait for that.
 */
async function goBack(
  slot: PluginSlot,
  { version }: Serving,
  back: PluginVersion,
  by: 'probation' | 'order',
  onServing: () => void,
): Promise<E.Either<ReloadError, SwappedToNewest>> {
  const { environment, states, kept } = slot;
  const isOrder = by === 'order';
  const swapped = await swapToNewest(slot, {
    code: back,
    number: back.number,
    standing: 'trusted',
    steps: slot.steps(),
    whenBusy: isOrder ? 'refuse' : 'abort',
    takeNewest: async (time) => {
      // The object itself only on an order: a version that failed its probation may have broken it.
      const handOver = isOrder ? handOverOf(environment, version, back) : 'copy';
      const saved = await saveServing(slot, { handOver, time });
      if (E.isRight(saved)) return saved;
      if (isOrder && !isOwnFault(saved.left)) return saved;
      environment.report(saved.left);
      return states.newest();
    },
    without: isOrder ? 'refused' : 'always',
    ownState: back.savedState,
    onServing: () => {
      kept.distrust(version.number);
      onServing();
    },
  });
  if (E.isLeft(swapped)) return swapped;
  if (swapped.right === undefined) throw new Error('a kept version has no files that can change');
  if (swapped.right.because !== undefined) environment.report(swapped.right.because);
  return E.right(swapped.right);
}
