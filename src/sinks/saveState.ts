import { defer, EMPTY, map, mergeMap, type Observable } from 'rxjs';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadTarget, SaveState } from '../model/reload/ReloadTarget.js';
import { fromTask, measureState } from './effects/runTask.js';

export interface SaveStateOptions {
  /** Where the state goes; `StateStore` fits. */
  readonly saveTo: { readonly save: SaveState };
  /** The plugin's `state-version`. Default: what the target tells in `stateStampOf`, or else 1, a manifest's own default. */
  readonly schema?: number;
  /** Hash of the code that serves. Default: what the target tells, or else empty, "not known". */
  readonly codeHash?: string;
}

/**
 * Saves a plugin's state now, outside of a reload: before a deploy, or on a timer. One `StateSaved` event when the
 * state is durable, none when the plugin has no state, a `ReloadError` value as the error. Runs on each subscription.
 */
export function saveState(
  target: ReloadTarget,
  plugin: string,
  { saveTo, ...own }: SaveStateOptions,
): Observable<UnstampedEvent> {
  return defer(() => {
    // In one turn with the question for the state: by the time it is answered another version may serve.
    const told = target.stateStampOf?.(plugin);
    const schema = own.schema ?? told?.schema ?? 1;
    const codeHash = own.codeHash ?? told?.codeHash ?? '';
    return fromTask(target.getPluginState(plugin)).pipe(
      mergeMap((held) =>
        held._tag === 'None'
          ? EMPTY
          : fromTask(saveTo.save({ plugin, schema, codeHash, state: held.value })),
      ),
      map(
        (saved): UnstampedEvent => ({
          _tag: 'StateSaved',
          plugin,
          ...measureState(saved.state),
        }),
      ),
    );
  });
}
