import { ancestorsOf } from '../paths.js';
import type { RenamedEvent, WatchEvent } from './WatchEvent.js';

/** `knot`: events that wait for one another, so that none of them can be the first. There is a rename among them. */
export type Order =
  | { readonly events: WatchEvent[]; readonly knot?: undefined }
  | { readonly knot: readonly WatchEvent[] };

/**
 * The events of a net effect, at most one per path, in an order in which they can be applied one after the other:
 * a path is vacated before it is taken again, a directory is there before what is put into it, and is emptied
 * before it goes. Events that do not depend on each other keep their order.
 */
export function orderOfApplication(
  events: ReadonlyMap<string, WatchEvent>,
  movedTo: ReadonlyMap<string, RenamedEvent>,
): Order {
  const before = mustComeBefore(events, movedTo);
  if (before.size === 0) return { events: [...events.values()] };

  const ordered = new Set<WatchEvent>();
  const met = new Set<WatchEvent>();
  for (const event of events.values()) {
    // Depth first with a stack of our own: a rotation of 10,000 logs is a chain of 10,000.
    const stack = [event];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const earlier = met.has(top) ? [] : (before.get(top) ?? []);
      met.add(top);
      const first = earlier.find((e) => met.has(e) && !ordered.has(e));
      if (first !== undefined) {
        const path = stack.filter((e) => met.has(e) && !ordered.has(e));
        return { knot: path.slice(path.indexOf(first)) };
      }
      const waitsFor = earlier.filter((e) => !met.has(e));
      if (waitsFor.length === 0) {
        ordered.add(top);
        stack.pop();
      } else {
        stack.push(...waitsFor.reverse());
      }
    }
  }
  return { events: [...ordered] };
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
      if (parent._tag === 'Renamed') {
        // The old path is told as it is after that rename; what lies further up does not matter to it.
        follows(event, parent);
        break;
      }
      if (parent._tag !== 'Created') follows(parent, event);
    }
  }
  return before;
}

const isOfDirectory = (event: WatchEvent): boolean =>
  event.kind === 'directory' || (event._tag !== 'Renamed' && event.fromKind === 'directory');

const leavesADirectory = (event: WatchEvent): boolean =>
  event._tag !== 'Deleted' && event.kind === 'directory';
