import { ancestorsOf } from './ancestorsOf.js';
import type { RenamedEvent, WatchEvent } from './WatchEvent.js';

/**
 * The events of a net effect, at most one per path, in an order in which they can be applied one after the other:
 * a path is vacated before it is taken again, a directory is there before what is put into it, and is emptied
 * before it goes. Events that do not depend on each other keep their order.
 */
export function orderOfApplication(
  events: ReadonlyMap<string, WatchEvent>,
  movedTo: ReadonlyMap<string, RenamedEvent>,
): WatchEvent[] {
  const before = mustComeBefore(events, movedTo);
  if (before.size === 0) return [...events.values()];

  const ordered = new Set<WatchEvent>();
  const met = new Set<WatchEvent>();
  for (const event of events.values()) {
    // Depth first with a stack of our own: a rotation of 10,000 logs is a chain of 10,000.
    const stack = [event];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const waitsFor = met.has(top) ? [] : (before.get(top) ?? []).filter((e) => !met.has(e));
      met.add(top);
      if (waitsFor.length === 0) {
        ordered.add(top);
        stack.pop();
      } else {
        stack.push(...waitsFor.reverse());
      }
    }
  }
  return [...ordered];
}

function mustComeBefore(
  events: ReadonlyMap<string, WatchEvent>,
  movedTo: ReadonlyMap<string, RenamedEvent>,
): Map<WatchEvent, WatchEvent[]> {
  const before = new Map<WatchEvent, WatchEvent[]>();
  const follows = (later: WatchEvent, earlier: WatchEvent) => {
    const known = before.get(later);
    if (known === undefined) before.set(later, [earlier]);
    else known.push(earlier);
  };
  const hasDirectories = [...events.values()].some(isOfDirectory);

  for (const event of events.values()) {
    const vacated = movedTo.get(event.path);
    if (vacated !== undefined) follows(event, vacated);
    if (!hasDirectories) continue;

    for (const ancestor of ancestorsOf(event.path)) {
      const parent = events.get(ancestor);
      if (parent === undefined || parent === event) continue;
      if (leavesADirectory(parent)) follows(event, parent);
      else follows(parent, event);
    }
    if (event._tag !== 'Renamed') continue;
    for (const ancestor of ancestorsOf(event.from)) {
      const parent = events.get(ancestor);
      if (parent === undefined || parent === event) continue;
      if (parent._tag === 'Renamed') follows(event, parent);
      else if (parent._tag !== 'Created') follows(parent, event);
    }
  }
  return before;
}

const isOfDirectory = (event: WatchEvent): boolean =>
  event.kind === 'directory' || (event._tag !== 'Renamed' && event.fromKind === 'directory');

const leavesADirectory = (event: WatchEvent): boolean =>
  event._tag !== 'Deleted' && event.kind === 'directory';
