import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { stateRejected } from '../../model/reload/stateFailures.js';
import type { PluginCode } from '../code/PluginCode.js';
import { callLifecycle } from '../instances/callLifecycle.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { Steps } from './createSteps.js';
import {
  type KeptState,
  stateOfText,
  stateToText,
  stateVersionOf,
  type TakenState,
} from './KeptState.js';

/**
 * MIGRATE, on a copy, and RESTORE. Returns the state that the version took over, in its own format; undefined when there is none, or
 * the version takes none.
 */
export async function giveState(
  instance: PluginInstance,
  code: PluginCode,
  taken: TakenState | undefined,
  steps: Steps,
): Promise<E.Either<ReloadError, KeptState | undefined>> {
  if (taken === undefined || instance.lifecycle('restoreState') === undefined)
    return E.right(undefined);
  const plugin = code.manifest.manifest.name;
  const restore = (state: unknown, stateVersion: number) =>
    steps.run('restore', () =>
      callLifecycle(instance, 'restoreState', [state, stateVersion], (reason) =>
        stateRejected(plugin, reason),
      ),
    );
  if ('reference' in taken) {
    const restored = await restore(taken.reference.value, taken.stateVersion);
    return E.isLeft(restored) ? restored : E.right(taken.kept);
  }
  const kept = taken;
  const to = stateVersionOf(code.manifest);
  const from = kept.stateVersion;
  const migrated =
    from === to
      ? E.right(kept)
      : await steps.run('migrate', () => migrateState(instance, plugin, kept, to));
  if (E.isLeft(migrated)) return migrated;
  const restored = await restore(stateOfText(migrated.right), from);
  return E.isLeft(restored) ? restored : migrated;
}

/** Brings a copy of a state to version `to` of its format, by the `migrate` function of `instance`. */
export async function migrateState(
  instance: PluginInstance,
  plugin: string,
  kept: KeptState,
  to: number,
): Promise<E.Either<ReloadError, KeptState>> {
  const from = kept.stateVersion;
  if (instance.lifecycle('migrate') === undefined) {
    // restoreState gets the version, so it may convert an older state itself. From a newer state it would drop the parts that it does not
    // know.
    if (from < to) return E.right(kept);
    const reason = `the state has version ${from}, newer than this plugin's ${to}; export migrate(state, from, to)`;
    return E.left(stateRejected(plugin, reason));
  }
  const migrated = await callLifecycle(
    instance,
    'migrate',
    [stateOfText(kept), from, to],
    (reason) => stateRejected(plugin, reason),
  );
  if (E.isLeft(migrated)) return migrated;
  const copy = stateToText(migrated.right);
  return E.isLeft(copy)
    ? E.left(stateRejected(plugin, `what migrate() returned cannot be kept: ${copy.left}`))
    : E.right({ ...copy.right, stateVersion: to });
}
