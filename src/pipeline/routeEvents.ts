import { mergeMap, type OperatorFunction } from 'rxjs';
import type { ReloadTarget } from '../model/ReloadTarget.js';
import type { WatchEvent } from '../model/WatchEvent.js';

/** An event and one of the plugins that it concerns. */
export interface RoutedEvent {
  readonly plugin: string;
  readonly event: WatchEvent;
}

/** One routed event for each plugin that an event concerns; a rename concerns those of its old path too. */
export function routeEvents(target: ReloadTarget): OperatorFunction<WatchEvent, RoutedEvent> {
  return mergeMap((event) => {
    const before = event._tag === 'Renamed' ? target.pluginsOf(event.from) : [];
    const plugins = new Set([...before, ...target.pluginsOf(event.path)]);
    return Array.from(plugins, (plugin) => ({ plugin, event }));
  });
}
