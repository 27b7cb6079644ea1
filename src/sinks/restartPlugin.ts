import { map, type Observable } from 'rxjs';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../model/reload/ReloadTarget.js';
import { fromTask } from './effects/runTask.js';

/**
 * Starts a plugin afresh from the code it already has and its last durable state, as after a crash. One `Restarted`
 * event, or a `ReloadError` value as the error. Runs on each subscription.
 */
export function restartPlugin(target: ReloadTarget, plugin: string): Observable<UnstampedEvent> {
  return fromTask(target.restartPlugin(plugin)).pipe(
    map(({ version }) => ({ _tag: 'Restarted', plugin, version })),
  );
}
