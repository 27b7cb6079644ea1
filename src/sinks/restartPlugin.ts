import { map, type Observable } from 'rxjs';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../model/reload/ReloadTarget.js';
import { fromTask } from './effects/fromTask.js';

/**
 * Restarts a plugin with the code that it already has and its last durable state, as after a crash. Emits one
 * `Restarted`, or errors with a `ReloadError` value. Runs on each subscription.
 */
export function restartPlugin(target: ReloadTarget, plugin: string): Observable<UnstampedEvent> {
  return fromTask(target.restartPlugin(plugin)).pipe(
    map(({ version }) => ({ _tag: 'Restarted', plugin, version })),
  );
}
