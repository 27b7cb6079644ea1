import { map, type Observable } from 'rxjs';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../model/reload/ReloadTarget.js';
import { fromTask } from './effects/fromTask.js';

/** Options of {@link restartPlugin}. */
export interface RestartPluginOptions {
  /** Reported in `Restarted`, for the person at the terminal. Default: none. */
  readonly reason?: string;
}

/**
 * Restarts a plugin with the code that it already has and its last durable state, as after a crash. Emits one
 * `Restarted`, or errors with a `ReloadError` value. Runs on each subscription.
 */
export function restartPlugin(
  target: ReloadTarget,
  plugin: string,
  { reason }: RestartPluginOptions = {},
): Observable<UnstampedEvent> {
  return fromTask(target.restartPlugin(plugin, { cause: 'restart' })).pipe(
    map(({ version }) => {
      const fingerprint = target.fingerprintOf?.(plugin);
      return {
        _tag: 'Restarted',
        plugin,
        version,
        ...(reason !== undefined && { reason }),
        ...(fingerprint !== undefined && { fingerprint }),
      };
    }),
  );
}
