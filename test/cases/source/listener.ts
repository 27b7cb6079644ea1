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

/** A `Modified` of a file that has the content that the reader knows. */
export const sameContent = 'the same content';

/** Updates what a reader knows who reads the file of each event. */
export function applyEvent(
  event: NetEvent,
  readerFiles: Map<string, string>,
  files: ReadonlyMap<string, string>,
) {
  if (event._tag === 'Renamed') {
    for (const [path, content] of [...readerFiles]) {
      if (path !== event.from && !path.startsWith(`${event.from}/`)) continue;
      readerFiles.delete(path);
      readerFiles.set(event.to + path.slice(event.from.length), content);
    }
    if (event.kind === 'directory') return;
  }
  if (event._tag === 'Deleted') readerFiles.delete(event.path);
  else
    readerFiles.set(
      event.path,
      files.get(event.path) ?? readerFiles.get(event.path) ?? 'gone when it was read',
    );
}

/** How an event contradicts the events before it; `undefined`: it does not. */
export function contradictionOf(
  event: NetEvent,
  readerFiles: ReadonlyMap<string, string>,
  files: ReadonlyMap<string, string>,
  isFresh: boolean,
): string | undefined {
  const isKnown = readerFiles.has(event.path);
  if (event._tag === 'Created') return isKnown ? 'it was there' : undefined;
  if (event._tag === 'Deleted') return isKnown ? undefined : 'it was not there';
  if (event._tag === 'Modified') {
    if (!isKnown) return 'it was not there';
    // Content is compared only if the file was read ahead, which takes time.
    return !isFresh && readerFiles.get(event.path) === files.get(event.path)
      ? sameContent
      : undefined;
  }
  if (event._tag !== 'Renamed') return undefined;
  const { from, kind } = event;
  const inside = [...readerFiles.keys()].filter((path) =>
    kind === 'directory' ? path.startsWith(`${from}/`) : path === from,
  );
  if (inside.length === 0) return 'there was nothing to rename';
  return isKnown ? 'the new path was taken' : undefined;
}
