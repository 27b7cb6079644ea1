import { mergeMap, type Observer, type OperatorFunction } from 'rxjs';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';
import { toReloadError } from '../../model/reload/toReloadError.js';

/** An event, and one of the plugins that it concerns. */
export interface RoutedEvent {
  readonly plugin: string;
  readonly event: WatchEvent;
}

/**
 * Emits each event once per plugin that it concerns. A rename concerns the plugins of both paths. When the target throws
 * for a path, that event is reported to `skipped$` as `ReloadSkipped`, and later events are routed as before.
 */
export function routeToPlugins(
  target: ReloadTarget,
  skipped$: Pick<Observer<UnstampedEvent>, 'next'>,
): OperatorFunction<WatchEvent, RoutedEvent> {
  return mergeMap((event) => {
    try {
      const pluginsBefore = event._tag === 'Renamed' ? target.pluginsOf(event.from) : [];
      const plugins = new Set([...pluginsBefore, ...target.pluginsOf(event.path)]);
      return Array.from(plugins, (plugin) => ({ plugin, event }));
    } catch (cause) {
      const reason = `pluginsOf(${event.path}) threw: ${toReloadError('', cause).message}`;
      skipped$.next({ _tag: 'ReloadSkipped', plugin: '', reason });
      return [];
    }
  });
}
