import { mergeMap, type Observer, type OperatorFunction } from 'rxjs';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import type { WatchEvent } from '../../model/events/WatchEvent.js';

/** An event and one of the plugins that it concerns. */
export interface RoutedEvent {
  readonly plugin: string;
  readonly event: WatchEvent;
}

/**
 * One routed event for each plugin that an event concerns; a rename concerns those of its old path too. A target that
 * throws at a path is told in `skipped$`, and the events of other paths go on.
 */
export function routeEvents(
  target: ReloadTarget,
  skipped$: Pick<Observer<UnstampedEvent>, 'next'>,
): OperatorFunction<WatchEvent, RoutedEvent> {
  return mergeMap((event) => {
    try {
      const before = event._tag === 'Renamed' ? target.pluginsOf(event.from) : [];
      const plugins = new Set([...before, ...target.pluginsOf(event.path)]);
      return Array.from(plugins, (plugin) => ({ plugin, event }));
    } catch (cause) {
      const reason = `pluginsOf(${event.path}) threw: ${toReloadError('', cause).message}`;
      skipped$.next({ _tag: 'ReloadSkipped', plugin: '', reason });
      return [];
    }
  });
}
