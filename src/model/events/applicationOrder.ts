import { ancestorsOf } from '../paths.js';
import type { RenamedEvent, WatchEvent } from './WatchEvent.js';

/** `cycle`: events that wait for each other in a circle, so that none can come first. At least one is a rename. */
export type Order =
  | { readonly events: WatchEvent[]; readonly cycle?: undefined }
  | { readonly cycle: readonly WatchEvent[] };

/**
 * Sorts the events of a net effect, at most one per path, so that they can be applied one after the other (a topological
 * sort). Events that do not depend on each other keep their order.
 *
 * - A path is vacated before something else takes it.
 * - A directory exists before something is put into it.
 * - A directory is emptied before it is deleted.
 *
 * @param renames - The renames among the events, by old path.
 */
export function applicationOrder(
  events: ReadonlyMap<string, WatchEvent>,
  renames: ReadonlyMap<string, RenamedEvent>,
): Order {
  const before = dependencies(events, renames);
  if (before.size === 0) return { events: [...events.values()] };

  const ordered = new Set<WatchEvent>();
  const visited = new Set<WatchEvent>();
  for (const event of events.values()) {
    // Depth first with an explicit stack: a rotation of 10,000 logs is a chain of 10,000, too deep for recursion.
    const stack = [event];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const earlier = visited.has(top) ? [] : (before.get(top) ?? []);
      visited.add(top);
      const first = earlier.find((e) => visited.has(e) && !ordered.has(e));
      if (first !== undefined) {
        const path = stack.filter((e) => visited.has(e) && !ordered.has(e));
        return { cycle: path.slice(path.indexOf(first)) };
      }
      const waitsFor = earlier.filter((e) => !visited.has(e));
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

/** Maps each event to the events that must come before it. Events without dependencies have no entry. */
function dependencies(
  events: ReadonlyMap<string, WatchEvent>,
  renames: ReadonlyMap<string, RenamedEvent>,
): Map<WatchEvent, WatchEvent[]> {
  const before = new Map<WatchEvent, WatchEvent[]>();
  const follows = (later: WatchEvent, earlier: WatchEvent) => {
    const known = before.get(later);
    if (known === undefined) before.set(later, [earlier]);
    else known.push(earlier);
  };
  const hasDirectories = [...events.values()].some(isOfDirectory);

  for (const event of events.values()) {
    const vacated = renames.get(event.path);
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
      if (parent._tag === 'Renamed' && parent.kind === 'directory') {
        // `from` is the path after the rename of the parent, so directories further up do not matter.
        follows(event, parent);
        break;
      }
      // Also a file that took the place of the directory.
      if (parent._tag !== 'Created') follows(parent, event);
    }
  }
  return before;
}

const isOfDirectory = (event: WatchEvent): boolean =>
  event.kind === 'directory' || (event._tag !== 'Renamed' && event.fromKind === 'directory');

const leavesADirectory = (event: WatchEvent): boolean =>
  event._tag !== 'Deleted' && event.kind === 'directory';
