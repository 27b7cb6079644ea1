import * as E from 'fp-ts/lib/Either.js';
import { isNone } from 'fp-ts/lib/Option.js';
import type { ReloadError, ReloadFailure } from '../../model/reload/ReloadError.js';
import type { SaveState } from '../../model/reload/ReloadTarget.js';
import type { StageTime, Steps } from './createSteps.js';
import { encodeState } from './stateText.js';
import {
  stateNotGiven,
  stateNotSaved,
  stateRejected,
  stateUnreadable,
} from '../../model/reload/failures.js';
import { callLifecycle } from '../instances/callLifecycle.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import { type KeptState, type StateKeeper, stateVersionOf, type TakenState } from './KeptState.js';
import type { PluginCode } from '../code/PluginCode.js';
import { messageOf } from '../../model/unknownValue.js';

/** `reference`: the next version gets the very object, and nothing is copied but for a store. */
export type HandOver = 'copy' | 'reference';

/** SAVE: asks a running version for its state and keeps it; undefined when it has none to give. */
export async function saveState(
  instance: PluginInstance,
  code: PluginCode,
  save: SaveState | undefined,
  time: StageTime,
  handOver: HandOver = 'copy',
): Promise<E.Either<ReloadError, TakenState | undefined>> {
  const plugin = code.manifest.manifest.name;
  const refused = (reason: string) => stateNotGiven(plugin, reason);
  const failed = (reason: string) => stateNotSaved(plugin, reason);
  const state = await time.ofPlugin(callLifecycle(instance, 'saveState', [], refused));
  if (E.isLeft(state)) return state;
  // Saved now, it could come after a newer one.
  if (time.isOver) return E.left(refused('saveState() returned too late'));
  if (state.right === undefined) return E.right(undefined);
  const stateVersion = stateVersionOf(code.manifest);
  const handed = { stateVersion, reference: { value: state.right } };
  if (handOver === 'reference' && save === undefined)
    return E.right({ ...handed, kept: undefined });
  const encoded = encodeState(state.right);
  if (E.isLeft(encoded)) return E.left(refused(encoded.left));
  const kept: KeptState = { ...encoded.right, stateVersion };
  if (save === undefined) return E.right(kept);
  const saved = await attempt(
    save({ plugin, schema: stateVersion, codeHash: code.codeHash, state: decoded(kept) }),
    failed,
  );
  if (E.isLeft(saved)) return saved;
  return E.right(handOver === 'reference' ? { ...handed, kept } : kept);
}

/** A state, and the number of the store's record that it is from. */
export interface StoredState {
  readonly seq: number;
  readonly state: KeptState;
}

/** The newest durable state of a plugin. */
export async function loadState(
  plugin: string,
  store: StateKeeper,
): Promise<E.Either<ReloadError, StoredState | undefined>> {
  const failed = (reason: string) => stateUnreadable(plugin, reason);
  const loaded = await attempt(store.load(plugin), failed);
  if (E.isLeft(loaded)) return loaded;
  if (isNone(loaded.right)) return E.right(undefined);
  const { state, schema, seq } = loaded.right.value;
  const encoded = encodeState(state);
  if (E.isLeft(encoded)) return E.left(failed(encoded.left));
  return E.right({ seq, state: { ...encoded.right, stateVersion: schema } });
}

/** MIGRATE on a copy, and RESTORE. Answers the state that the new version took over, if it takes any. */
export async function restoreState(
  instance: PluginInstance,
  code: PluginCode,
  taken: TakenState | undefined,
  steps: Steps,
): Promise<E.Either<ReloadError, KeptState | undefined>> {
  if (taken === undefined || instance.lifecycle('restoreState') === undefined)
    return E.right(undefined);
  const plugin = code.manifest.manifest.name;
  const give = (state: unknown, stateVersion: number) =>
    steps.run('restore', () =>
      callLifecycle(instance, 'restoreState', [state, stateVersion], (reason) =>
        stateRejected(plugin, reason),
      ),
    );
  if ('reference' in taken) {
    const restored = await give(taken.reference.value, taken.stateVersion);
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
  const restored = await give(decoded(migrated.right), from);
  return E.isLeft(restored) ? restored : migrated;
}

/** Brings a copy of a state to another version of its format, by `migrate` of the version that is asked. */
export async function migrateState(
  instance: PluginInstance,
  plugin: string,
  kept: KeptState,
  to: number,
): Promise<E.Either<ReloadError, KeptState>> {
  const from = kept.stateVersion;
  if (instance.lifecycle('migrate') === undefined) {
    // An older state may be brought up by restoreState itself; a newer one would lose what this version does not know.
    return from < to
      ? E.right(kept)
      : E.left(
          stateRejected(
            plugin,
            `the state has version ${from}, newer than this plugin's ${to}; export migrate(state, from, to)`,
          ),
        );
  }
  const migrated = await callLifecycle(instance, 'migrate', [decoded(kept), from, to], (reason) =>
    stateRejected(plugin, reason),
  );
  if (E.isLeft(migrated)) return migrated;
  const encoded = encodeState(migrated.right);
  return E.isLeft(encoded)
    ? E.left(stateRejected(plugin, `what migrate() returned cannot be kept: ${encoded.left}`))
    : E.right({ ...encoded.right, stateVersion: to });
}

/** A copy of its own for whoever gets it. */
function decoded({ text }: KeptState): unknown {
  return JSON.parse(text);
}

async function attempt<A>(
  task: () => Promise<E.Either<ReloadError, A>>,
  failed: (reason: string) => ReloadFailure,
): Promise<E.Either<ReloadError, A>> {
  try {
    return await task();
  } catch (error) {
    return E.left(failed(messageOf(error)));
  }
}
