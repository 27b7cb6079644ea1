import type { NetEvent } from '../../../src/sources/changes/netEvents.js';

const order = ['Deleted', 'Renamed', 'Modified', 'Created'];

export function outOfOrder(events: readonly NetEvent[]): string[] {
  return events.slice(1).flatMap((event, i) => {
    const before = events[i]!;
    const isSorted =
      before._tag !== event._tag
        ? order.indexOf(before._tag) < order.indexOf(event._tag)
        : event._tag === 'Deleted'
          ? before.path > event.path
          : event._tag !== 'Created' || before.path < event.path;
    return isSorted
      ? []
      : [`${before._tag} ${before.path} came before ${event._tag} ${event.path}`];
  });
}

/** Takes note of what is said, with what can be read of it. */
export function hear(
  event: NetEvent,
  told: Map<string, string>,
  files: ReadonlyMap<string, string>,
) {
  if (event._tag === 'Renamed') {
    for (const [path, content] of [...told]) {
      if (path !== event.from && !path.startsWith(`${event.from}/`)) continue;
      told.delete(path);
      told.set(event.to + path.slice(event.from.length), content);
    }
    if (event.kind === 'directory') return;
  }
  if (event._tag === 'Deleted') told.delete(event.path);
  else
    told.set(event.path, files.get(event.path) ?? told.get(event.path) ?? 'gone when it was read');
}

/** What is wrong with an event, to somebody who knows what was said before; `undefined`: nothing. */
export function untrue(
  event: NetEvent,
  known: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, string>,
  isFresh: boolean,
): string | undefined {
  const isKnown = known.has(event.path);
  if (event._tag === 'Created') return isKnown ? 'it was there' : undefined;
  if (event._tag === 'Deleted') return isKnown ? undefined : 'it was not there';
  if (event._tag === 'Modified') {
    if (!isKnown) return 'it was not there';
    // Bytes are compared once they were read, which is done when there is time.
    return !isFresh && known.get(event.path) === files.get(event.path)
      ? 'the same bytes'
      : undefined;
  }
  if (event._tag !== 'Renamed') return undefined;
  const { from, kind } = event;
  const inside = [...known.keys()].filter((path) =>
    kind === 'directory' ? path.startsWith(`${from}/`) : path === from,
  );
  if (inside.length === 0) return 'nothing was there to be renamed';
  return isKnown ? 'something was there already' : undefined;
}
