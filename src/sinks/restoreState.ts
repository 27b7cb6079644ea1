import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { EMPTY, map, mergeMap, type Observable } from 'rxjs';
import type { ReloadError } from '../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../model/reload/ReloadTarget.js';
import type { StateRecord } from '../model/reload/StateStore.js';
import { fromTask, measureState } from './effects/fromTask.js';

/** Options of {@link restoreState}. */
export interface RestoreStateOptions {
  /** Loads the newest record; a `StateStore` fits. */
  readonly loadFrom: {
    /** Right(none): nothing is saved for the plugin. */
    readonly load: (plugin: string) => TaskEither<ReloadError, Option<StateRecord>>;
  };
}

/**
 * Hands the plugin's newest saved state to the version that serves. The version's `migrate` converts the state to its
 * current format. Emits one `StateRestored`, or nothing when nothing was ever saved. Errors with a `ReloadError` value:
 * `StateRejected` when the plugin refuses the state. Runs on each subscription.
 */
export function restoreState(
  target: ReloadTarget,
  plugin: string,
  { loadFrom }: RestoreStateOptions,
): Observable<UnstampedEvent> {
  return fromTask(loadFrom.load(plugin)).pipe(
    mergeMap((newest) => {
      if (newest._tag === 'None') return EMPTY;
      const { state, schema } = newest.value;
      return fromTask(target.restorePluginState(plugin, state, schema)).pipe(
        map((): UnstampedEvent => ({ _tag: 'StateRestored', plugin, ...measureState(state) })),
      );
    }),
  );
}
