import { ancestorsOf, isUnder } from '../paths.js';
import { applicationOrder } from './applicationOrder.js';
import type { EntryKind, PathEvent, RenamedEvent, WatchEvent } from './WatchEvent.js';

/** When, and in which batch, something was seen. */
type Seen = Pick<WatchEvent, 'atMs' | 'batch'>;

/** The net effect of a history of events, in an order in which it can be applied. The rules are those of `foldEvents`. */
export function netEffectOf(history: Iterable<WatchEvent>): WatchEvent[] {
  const effect = new NetEffect();
  for (const event of history) effect.apply(event);
  for (;;) {
    const order = applicationOrder(effect.events, effect.renames);
    if (order.cycle === undefined) return onePerPath(order.events);
    effect.breakCycle(order.cycle);
  }
}

/** An impossible history, which no disk can produce, may yield two events for one path. Keeps the later one. */
function onePerPath(events: WatchEvent[]): WatchEvent[] {
  const newest = new Map(events.map((event) => [event.path, event]));
  return newest.size === events.length ? events : [...newest.values()];
}

/**
 * Compares what each path is at the end of a history with what it was at the start:
 *
 * - nothing, then something: Created.
 * - something, then nothing: Deleted.
 * - something, then something else: Modified.
 * - the same thing, untouched, at another path: Renamed.
 */
class NetEffect {
  /** The net event of each changed path. A rename is stored under its new path. */
  readonly events = new Map<string, WatchEvent>();
  /** The renames among `events`, by old path. */
  readonly renames = new Map<string, RenamedEvent>();

  apply(event: WatchEvent): void {
    if (event._tag === 'Renamed') this.rename(event);
    else if (event._tag === 'Deleted') this.remove(event);
    else this.write(event);
  }

  /**
   * Replaces one rename of a cycle by other events. Prefers the rename of a file, because the rename of a directory
   * also moves its content.
   */
  breakCycle(cycle: readonly WatchEvent[]): void {
    const renames = cycle.filter((event) => event._tag === 'Renamed');
    const rename = renames.find(({ kind }) => kind === 'file') ?? renames[0];
    if (rename === undefined) throw new Error('foldEvents: a cycle of events without a rename');
    this.write(marked({ ...rename, _tag: 'Created' }, true));
  }

  /** Records that the path has new content. */
  private write(event: PathEvent): void {
    const { _tag, path, kind, fromKind, atMs, batch } = event;
    const known = this.events.get(path);
    const isWhole = wholes.has(event) || (known !== undefined && wholes.has(known));
    const now = { kind, atMs, batch, isWhole };
    if (known === undefined) {
      const existed = _tag === 'Modified' && !this.renames.has(path);
      this.events.set(path, existed ? modified(path, fromKind ?? kind, now) : created(path, now));
    } else if (known._tag === 'Renamed') {
      // What lay in a directory has come along, and has no events.
      const came = { ...now, isWhole: isWhole || known.kind === 'directory' };
      this.events.set(path, created(path, came));
      this.cancelRename(known, came);
    } else if (known._tag === 'Created') {
      this.events.set(path, created(path, now));
    } else {
      this.events.set(path, modified(path, kindAtStart(known), now));
    }
  }

  private remove(event: Omit<PathEvent, '_tag'>): void {
    const { path, kind, atMs, batch } = event;
    const known = this.events.get(path);
    if (known === undefined && this.renames.has(path)) return; // it was renamed away, so nothing is there
    if (known?._tag === 'Deleted') return;

    // Removes the old entry first, so that the new event goes to the end of the map. A directory's content was deleted
    // before the directory, and the events keep that order.
    this.events.delete(path);
    if (known === undefined) {
      this.events.set(path, deleted(path, { kind, atMs, batch, isWhole: wholes.has(event) }));
    } else if (known._tag === 'Modified') {
      const isWhole = wholes.has(known);
      this.events.set(path, deleted(path, { kind: kindAtStart(known), atMs, batch, isWhole }));
    } else if (known._tag === 'Renamed') {
      // What lay in a directory was removed before it, with events.
      this.cancelRename(known, { atMs, batch, isWhole: false });
    }
  }

  private rename(event: RenamedEvent): void {
    const { from, path, kind, atMs, batch } = event;
    if (from === path) return;
    if (this.isOccupied(path)) this.remove(event); // the rename replaced what was there
    const known = this.events.get(from);
    const along = (p: string) => moved(p, from, path);

    if (this.holdsStart(from)) {
      this.events.delete(from);
      const origin = known?._tag === 'Renamed' ? known.from : from;
      if (kind === 'directory' && (isUnder(path, origin) || this.isEntangled(event))) {
        if (known?._tag === 'Renamed') this.dropRename(known);
        this.relocate(along, same);
        this.setAsDeletedAndCreated({ ...event, from: origin });
      } else {
        this.renames.delete(origin);
        if (kind === 'directory') this.relocate(along, along);
        this.setRename({ ...event, from: origin });
      }
    } else {
      if (known?._tag === 'Created') this.events.delete(from);
      else if (known?._tag === 'Modified') this.remove({ ...event, path: from });
      if (kind === 'directory') this.relocate(along, same);
      const arrived: PathEvent = { _tag: 'Created', path, kind, atMs, batch };
      this.write(marked(arrived, known === undefined || wholes.has(known)));
    }
  }

  /** Whether the path still holds what it, or the path that it was renamed from, held at the start. */
  private holdsStart(path: string): boolean {
    const known = this.events.get(path);
    return known === undefined
      ? this.isAsAtStart(path)
      : known._tag === 'Renamed' || isSameDirectory(known);
  }

  /**
   * Whether a path without an event still holds its original content: it was not renamed away, and no directory above
   * it is new.
   */
  private isAsAtStart(path: string): boolean {
    if (this.renames.has(path)) return false;
    const above = ancestorsOf(path).map((ancestor) => this.events.get(ancestor));
    const nearest = above.find((event) => event !== undefined && event._tag !== 'Deleted');
    return nearest === undefined || nearest._tag === 'Renamed' || isSameDirectory(nearest);
  }

  /**
   * Whether a directory's rename cannot be reported as a rename. There are three cases:
   *
   * - The new path held another entry before.
   * - The entry that was at the new path is now inside this directory.
   * - The directory moves into a directory that was inside it.
   */
  private isEntangled({ from, path }: RenamedEvent): boolean {
    return (
      this.events.has(path) ||
      isUnder(this.renames.get(path)?.path ?? '', from) ||
      ancestorsOf(path).some((ancestor) => {
        const above = this.events.get(ancestor);
        return above?._tag === 'Renamed' && isUnder(above.from, from);
      })
    );
  }

  /** Records that the original entry of `from` is now at `path`, with the same content. False: it cannot be told as a rename. */
  private setRename(event: RenamedEvent): boolean {
    const { from, path } = event;
    if (from === path) return true;
    if (this.events.has(path) || isUnder(path, from)) {
      this.setAsDeletedAndCreated(event);
      return false;
    }
    const ring = this.ringClosedBy(event);
    this.events.set(path, event);
    this.renames.set(from, event);
    // In a ring, each rename must wait for another one, so no order works. Each path becomes Modified instead.
    for (const link of ring) {
      const kind = ring.find((other) => other.from === link.path)?.kind ?? link.kind;
      this.events.set(link.path, modified(link.path, kind, { ...link, isWhole: true }));
      this.dropRename(link);
    }
    return true;
  }

  /** Replaces a rename: the new path is Created, and the old path has lost its original content. */
  private setAsDeletedAndCreated({ from, path, kind, atMs, batch }: RenamedEvent): void {
    this.write(marked({ _tag: 'Created', path, kind, atMs, batch }, true));
    this.loseStart(from, kind, { atMs, batch, isWhole: true });
  }

  /** The renames that form a ring together with `last`; empty when there is no ring. */
  private ringClosedBy(last: RenamedEvent): RenamedEvent[] {
    const ring = [last];
    for (let path = last.from; path !== last.path; ) {
      const arrived = this.events.get(path);
      if (arrived?._tag !== 'Renamed') return [];
      ring.push(arrived);
      path = arrived.from;
    }
    return ring;
  }

  /**
   * Cancels a rename because the new path no longer holds the renamed entry. The old path has then lost its original
   * content.
   */
  private cancelRename(rename: RenamedEvent, { atMs, batch, isWhole }: Lost): void {
    this.dropRename(rename);
    this.loseStart(rename.from, rename.kind, { atMs, batch, isWhole });
  }

  /**
   * Removes a rename, which other events replace. The original content of a renamed directory is listed under its old
   * paths again.
   */
  private dropRename({ from, path, kind }: RenamedEvent): void {
    this.renames.delete(from);
    if (kind === 'directory') this.relocate(same, (p) => moved(p, path, from));
  }

  /** Records that the original entry of `path` no longer exists, or has changed. */
  private loseStart(path: string, kind: EntryKind, { atMs, batch, isWhole }: Lost): void {
    const known = this.events.get(path);
    if (known === undefined) {
      this.events.set(path, deleted(path, { kind, atMs, batch, isWhole }));
    } else if (known._tag === 'Created' || known._tag === 'Renamed') {
      const isRead = isWhole || known._tag === 'Renamed' || wholes.has(known);
      this.events.set(path, modified(path, kind, { ...known, isWhole: isRead }));
      if (known._tag === 'Renamed') this.cancelRename(known, { atMs, batch, isWhole: true });
    }
  }

  private isOccupied(path: string): boolean {
    const known = this.events.get(path);
    return known !== undefined && known._tag !== 'Deleted';
  }

  /** Moves the events of a directory to other paths: `now` maps the current paths, `start` the original paths. */
  private relocate(now: (path: string) => string, start: (path: string) => string): void {
    const known = [...this.events.values()];
    const carriers = new Set<string>();
    for (const e of known) if (e._tag === 'Renamed' && e.kind === 'directory') carriers.add(e.path);
    // The original content of a renamed directory is listed under the new path, so it moves together with that
    // directory.
    const before = (path: string) => {
      const carrier =
        carriers.size === 0 ? undefined : ancestorsOf(path).find((p) => carriers.has(p));
      if (carrier === undefined || (now(carrier) === carrier && start(carrier) === carrier)) {
        return start(path);
      }
      return now(carrier) + path.slice(carrier.length);
    };
    const isTouched = ({ path }: { path: string }) => now(path) !== path || before(path) !== path;
    if (!known.some((e) => isTouched(e) || (e._tag === 'Renamed' && before(e.from) !== e.from))) {
      return;
    }

    this.events.clear();
    this.renames.clear();
    const split: RenamedEvent[] = [];
    for (const event of known) {
      const path = now(event.path);
      const old = before(event.path);
      if (event._tag === 'Renamed') {
        const rename = { ...event, from: before(event.from), path, to: path };
        if (!this.setRename(rename) && rename.kind === 'directory') split.push(rename);
      } else if (event._tag === 'Created') {
        this.write(marked({ ...event, path }, wholes.has(event)));
      } else if (event._tag === 'Deleted') {
        this.loseStart(old, event.kind, { ...event, isWhole: wholes.has(event) });
      } else if (path === old) {
        this.events.set(path, marked({ ...event, path }, wholes.has(event)));
      } else {
        const { kind, atMs, batch } = event;
        this.write(marked({ _tag: 'Created', path, kind, atMs, batch }, true));
        this.loseStart(old, kindAtStart(event), { ...event, isWhole: true });
      }
    }
    // As in `dropRename`.
    for (const { from, path } of split) this.relocate(same, (p) => moved(p, path, from));
  }
}

const same = (path: string): string => path;

const moved = (path: string, from: string, to: string): string =>
  isUnder(path, from) ? to + path.slice(from.length) : path;

const kindAtStart = (known: PathEvent): EntryKind => known.fromKind ?? known.kind;

/**
 * The events of directories whose content came or went with them, without events of its own: what is there now must be
 * read whole. In other directories, what has no event is as it was at the start.
 */
const wholes = new WeakSet<object>();

function marked<E extends PathEvent>(event: E, isWhole: boolean): E {
  // Also of a directory that is a file for now: it may become one again.
  if (isWhole && (event.kind === 'directory' || event.fromKind === 'directory')) wholes.add(event);
  return event;
}

/** Whether the event is that of a directory that was one at the start, and whose content has events of its own. */
const isSameDirectory = (event: WatchEvent): boolean =>
  event._tag === 'Modified' &&
  event.kind === 'directory' &&
  kindAtStart(event) === 'directory' &&
  !wholes.has(event);

interface Lost extends Seen {
  /** Whether the content of a directory went with it, without events of its own. */
  readonly isWhole: boolean;
}

interface Now extends Lost {
  readonly kind: EntryKind;
}

const created = (path: string, { kind, atMs, batch, isWhole }: Now): PathEvent =>
  marked({ _tag: 'Created', path, kind, atMs, batch }, isWhole);

const modified = (path: string, before: EntryKind, now: Now): PathEvent => {
  const { kind, atMs, batch, isWhole } = now;
  const from = before === kind ? {} : { fromKind: before };
  return marked({ _tag: 'Modified', path, kind, ...from, atMs, batch }, isWhole);
};

const deleted = (path: string, { kind, atMs, batch, isWhole }: Now): PathEvent =>
  marked({ _tag: 'Deleted', path, kind, atMs, batch }, isWhole);
