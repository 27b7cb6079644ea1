import type { Change } from '../../model/reload/Change.js';
import { foldEvents, type FoldedEvents } from '../../model/events/foldEvents.js';

/** The net effect of an earlier change and the one after it. */
export function mergeChanges(earlier: Change | undefined, later: Change): Change {
  if (earlier === undefined) return later;
  return {
    plugin: later.plugin,
    events: later.events.reduce<FoldedEvents>(foldEvents, earlier.events),
    firstAtMs: earlier.firstAtMs,
    lastAtMs: later.lastAtMs,
    eventCount: earlier.eventCount + later.eventCount,
  };
}
