import { EMPTY, map, mergeMap, type Observable } from 'rxjs';
import type { UnstampedEvent } from '../model/ReloadEvent.js';
import type { ReloadTarget, SaveState } from '../model/ReloadTarget.js';
import { fromTask } from './fromTask.js';
import { measureState } from './measureState.js';

export interface SaveStateOptions {
  /** Where the state goes; `StateStore` fits. */
  readonly saveTo: { readonly save: SaveState };
  /** The plugin's `state-version`. Default 1, a manifest's own default. */
  readonly schema?: number;
  /** Hash of the code that serves. Default: empty, "not known". */
  readonly codeHash?: string;
}

/**
 * Saves a plugin's state now, outside of a reload: before a deploy, or on a timer. One `StateSaved` event when the
 * state is durable, none when the plugin has no state, a `ReloadError` value as the error. Runs on each subscription.
 */
export function saveState(
  target: ReloadTarget,
  plugin: string,
  { saveTo, schema = 1, codeHash = '' }: SaveStateOptions,
): Observable<UnstampedEvent> {
  return fromTask(target.getPluginState(plugin)).pipe(
    mergeMap((held) =>
      held._tag === 'None'
        ? EMPTY
        : fromTask(saveTo.save({ plugin, schema, codeHash, state: held.value })),
    ),
    map(({ state }) => ({ _tag: 'StateSaved', plugin, ...measureState(state) })),
  );
}
