import { Effect } from './Effect.js';
import { orderOfApplication } from './orderOfApplication.js';
import type { WatchEvent } from './WatchEvent.js';

/** Net effect of a history of events. The rules are those of `foldEvents`. */
export function netEffect(history: Iterable<WatchEvent>): WatchEvent[] {
  const effect = new Effect();
  for (const event of history) effect.apply(event);
  for (;;) {
    const order = orderOfApplication(effect.events, effect.movedTo);
    if (order.knot === undefined) return onePerPath(order.events);
    effect.untie(order.knot);
  }
}

/** A history that no disk can have may name a path twice: there the later event stands. */
function onePerPath(events: WatchEvent[]): WatchEvent[] {
  const newest = new Map(events.map((event) => [event.path, event]));
  return newest.size === events.length ? events : [...newest.values()];
}
