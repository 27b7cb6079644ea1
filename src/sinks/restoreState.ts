import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { EMPTY, map, mergeMap, type Observable } from 'rxjs';
import type { ReloadError } from '../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../model/reload/ReloadTarget.js';
import type { StateRecord } from '../model/reload/StateStore.js';
import { fromTask, measureState } from './effects/runTask.js';

export interface RestoreStateOptions {
  /** Where the newest record comes from; `StateStore` fits. */
  readonly loadFrom: {
    readonly load: (plugin: string) => TaskEither<ReloadError, Option<StateRecord>>;
  };
}

/**
 * Gives a serving plugin its newest saved state back, brought to its present format by `migrate`. One `StateRestored` event,
 * none when nothing was ever saved, a `ReloadError` value as the error (`StateRejected` when the plugin refuses it). Runs on
 * each subscription.
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
