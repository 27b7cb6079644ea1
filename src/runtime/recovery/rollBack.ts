import * as E from 'fp-ts/lib/Either.js';
import { versionNotKept } from '../../model/reload/failures.js';
import { failedEvent, outcomeEvents } from '../../model/reload/outcomeEvents.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { isOwnFault } from '../../model/reload/stateFailures.js';
import type { RequestOptions } from '../../model/reload/TargetRequest.js';
import { triedVersion } from '../code/triedVersion.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { PluginVersion, Serving } from '../slot/PluginVersion.js';
import { handOverOf, saveServing } from '../slot/saveServing.js';
import { type SwappedToNewest, swapToNewest } from '../swap/swapToNewest.js';
import type { Ordered } from './Ordered.js';
import { noteTakenBack, takenBack } from './takenBack.js';

/** Where an order to go back ended. */
export interface WentBack {
  readonly version: number;
  readonly stateLost: boolean;
}

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
  const { codeHash, manifest, number, graph } = version;
  const swapped = await goBack(slot, serving, back, { by: 'probation' }, () => {
    const { meaning } = manifest;
    const tried = triedVersion(version);
    slot.rejected = { number, codeHash, meaning, graph, by: 'probation', reason, tried };
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
    return;
  }
  // A later host would load the version again, and lose calls in it before it finds the same.
  await noteTakenBack(slot, back, reason);
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
  options: RequestOptions = {},
): Promise<E.Either<ReloadError, Ordered<WentBack>>> {
  const { serving, kept, name, version: from } = slot;
  if (serving !== undefined && to === from) {
    const events = outcomeEvents(name, { from, to, stageMs: {} }, []);
    return E.right({ value: { version: to, stateLost: false }, to, events });
  }
  const numbers = kept.all.map(({ number }) => number);
  const back = to === undefined ? kept.backByOrder : kept.find(to);
  if (serving === undefined || back === undefined) {
    return E.left(versionNotKept(name, to ?? 0, from, numbers));
  }
  const { rejected } = slot;
  const swapped = await goBack(slot, serving, back, { by: 'order', ...options }, () => {
    slot.rejected = takenBack(rejected, serving.version, back.number, reason);
    tellRolledBack(slot, from, back, reason);
  });
  if (E.isLeft(swapped)) return swapped;
  await noteTakenBack(slot, back, reason);
  const value = { version: back.number, stateLost: swapped.right.isStateLost };
  return E.right({ value, to: back.number, events: [] });
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
  { by, saveState, signal, onCommit }: RequestOptions & { readonly by: 'probation' | 'order' },
  onServing: () => void,
): Promise<E.Either<ReloadError, SwappedToNewest>> {
  const { environment, states, kept } = slot;
  const isOrder = by === 'order';
  const swapped = await swapToNewest(slot, {
    code: back,
    number: back.number,
    standing: 'trusted',
    steps: slot.steps(signal === undefined ? [] : [signal]),
    whenBusy: isOrder ? 'refuse' : 'abort',
    onCommit,
    takeNewest: async (time) => {
      // The object itself only on an order: a version that failed its probation may have broken it.
      const handOver = isOrder ? handOverOf(environment, version, back) : 'copy';
      const saved = await saveServing(slot, { saveState, handOver, time });
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
