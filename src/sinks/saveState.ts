import { defer, EMPTY, map, mergeMap, type Observable } from 'rxjs';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadTarget, SaveState } from '../model/reload/ReloadTarget.js';
import { fromTask, measureState } from './effects/fromTask.js';

/** Options of {@link saveState}. */
export interface SaveStateOptions {
  /** Saves the state; a `StateStore` fits. */
  readonly saveTo: { readonly save: SaveState };
  /** The plugin's `state-version`, a whole number. Default: that of the target's `stateStampOf`; without it 1, a manifest's default. */
  readonly schema?: number;
  /** Hash of the code that serves, at most 256 characters. Default: that of the target's `stateStampOf`; without it empty, not known. */
  readonly codeHash?: string;
}

/**
 * Saves a plugin's state outside of a reload: before a deploy, or on a timer. Emits one `StateSaved` when the state is
 * durable, or nothing when the plugin has no state. Errors with a `ReloadError` value. Runs on each subscription.
 */
export function saveState(
  target: ReloadTarget,
  plugin: string,
  { saveTo, ...own }: SaveStateOptions,
): Observable<UnstampedEvent> {
  return defer(() => {
    // Read in the same turn in which the state is requested: when the state arrives, another version may serve.
    const stamp = target.stateStampOf?.(plugin);
    const schema = own.schema ?? stamp?.schema ?? 1;
    const codeHash = own.codeHash ?? stamp?.codeHash ?? '';
    return fromTask(target.getPluginState(plugin)).pipe(
      mergeMap((state) =>
        state._tag === 'None'
          ? EMPTY
          : fromTask(saveTo.save({ plugin, schema, codeHash, state: state.value })),
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
