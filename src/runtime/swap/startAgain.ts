import * as E from 'fp-ts/lib/Either.js';
import { crashed } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { disposeInstance } from '../protocol/disposeInstance.js';
import { giveState } from '../protocol/giveState.js';
import type { TakenState } from '../protocol/KeptState.js';
import { loadInstance } from '../protocol/loadInstance.js';
import { startInstance } from '../protocol/startInstance.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { Serving } from '../slot/PluginVersion.js';
import { commitVersion } from './commitVersion.js';

/**
 * Starts the version again that was stopped for a successor (`stop-first`), because the successor failed: a new instance of the same code,
 * with the state that it gave. The calls that waited go to it. When it cannot start either, it counts as crashed: it is tried again, after
 * 0, 100, 200 ms and so on, as a worker that died, and calls wait or are refused as they are then.
 *
 * @param why - The failure of the successor.
 * @param handed - The state that it handed over as the very object; undefined: it gets its newest acknowledged one.
 */
export async function startAgain(
  slot: PluginSlot,
  why: ReloadError,
  handed: TakenState | undefined,
): Promise<void> {
  const { serving, environment, name } = slot;
  if (serving === undefined) return;
  const started = await startServing(slot, serving, handed);
  const { number: version } = serving.version;
  if (E.isRight(started)) {
    const reason = `it was stopped for a new version, which did not start: ${why.message}`;
    environment.emit({ _tag: 'Restarted', plugin: name, version, reason });
  } else if (started.left._tag !== 'Aborted') {
    const reason = `version ${version} was stopped for a new version, which did not start, and could not be started again: ${started.left.message}`;
    slot.crashes.died(serving.instance, crashed(name, reason));
  }
}

async function startServing(
  slot: PluginSlot,
  { version }: Serving,
  handed: TakenState | undefined,
): Promise<E.Either<ReloadError, void>> {
  const { environment, name, states } = slot;
  // Steps of their own: the successor's may have been aborted.
  const steps = slot.steps();
  const loaded = await loadInstance(environment, version, version.number, steps);
  if (E.isLeft(loaded)) return loaded;
  const instance = loaded.right;
  const newest = await steps.run('save', () => states.newest());
  const given = E.isLeft(newest)
    ? newest
    : await giveState(instance, version, handed ?? newest.right, steps);
  const started = E.isLeft(given) ? given : await startInstance(name, instance, steps);
  if (E.isLeft(started)) {
    await disposeInstance(environment, name, instance, steps);
    return started;
  }
  const { number } = version;
  commitVersion(slot, { code: version, number, standing: 'asBefore', tried: undefined }, instance);
  return E.right(undefined);
}
