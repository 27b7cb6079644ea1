import { identity, type MonoTypeOperatorFunction, type SchedulerLike, tap } from 'rxjs';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { PluginRuntime } from '../../runtime/PluginRuntime.js';
import { IgnoredPaths } from '../../sources/session/IgnoredPaths.js';
import type { WatchOptions } from '../../sources/WatchOptions.js';

/** The options of a watch, with whoever hears of ignored paths now. */
export function withIgnored(
  options: WatchOptions,
  onIgnored: WatchOptions['onIgnored'],
): WatchOptions {
  return onIgnored === undefined ? options : { ...options, onIgnored };
}

/** Tells the paths that neither a plugin nor the host uses, each at most once a second: they start nothing. */
export function tellUnused(
  runtime: Partial<Pick<PluginRuntime, 'isShared' | 'pluginsOf'>>,
  onIgnored: WatchOptions['onIgnored'],
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<WatchEvent> {
  if (onIgnored === undefined) return identity;
  const ignored = new IgnoredPaths(onIgnored, () => scheduler.now());
  const isUsed = (path: string) => {
    try {
      return runtime.isShared?.(path) === true || runtime.pluginsOf?.(path).length !== 0;
    } catch {
      // The event goes on to the pipeline, which asks again, and tells the failure.
      return true;
    }
  };
  return tap((event) => {
    if (isUsed(event.path) || (event._tag === 'Renamed' && isUsed(event.from))) return;
    ignored.add(event.path, 'noPlugin');
    ignored.flush(() => false);
  });
}
