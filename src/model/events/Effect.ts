import { ancestorsOf, isUnder } from '../paths.js';
import type { EntryKind, PathEvent, RenamedEvent, WatchEvent } from './WatchEvent.js';

/** When and in which batch something was seen. */
type Seen = Pick<WatchEvent, 'atMs' | 'batch'>;

/**
 * What a path is at the end, beside what it was at the start: nothing → something is Created, something → nothing is
 * Deleted, something → something else is Modified, and what was at one path and is, untouched, at another is Renamed.
 */
export class Effect {
  /** By path; for Renamed the new one. */
  readonly events = new Map<string, WatchEvent>();
  /** The renames in `events`, by old path. */
  readonly movedTo = new Map<string, RenamedEvent>();

  apply(event: WatchEvent): void {
    if (event._tag === 'Renamed') this.rename(event);
    else if (event._tag === 'Deleted') this.remove(event);
    else this.put(event);
  }

  /** Tells one rename of those that wait for one another in another way: a file's rather than a directory's. */
  untie(knot: readonly WatchEvent[]): void {
    const renames = knot.filter((event) => event._tag === 'Renamed');
    const rename = renames.find(({ kind }) => kind === 'file') ?? renames[0];
    if (rename === undefined)
      throw new Error('foldEvents: events without a rename wait for one another');
    this.put({ ...rename, _tag: 'Created' });
  }

  /** The path holds content that is to be read anew. */
  private put({ _tag, path, kind, fromKind, atMs, batch }: PathEvent): void {
    const known = this.events.get(path);
    const now = { kind, atMs, batch };
    if (known === undefined) {
      const wasThere = _tag === 'Modified' && !this.movedTo.has(path);
      this.events.set(path, wasThere ? modified(path, fromKind ?? kind, now) : created(path, now));
    } else if (known._tag === 'Renamed') {
      this.events.set(path, created(path, now));
      this.lose(known, now);
    } else if (known._tag === 'Created') {
      this.events.set(path, created(path, now));
    } else {
      this.events.set(path, modified(path, kindBefore(known), now));
    }
  }

  private remove({ path, kind, atMs, batch }: Omit<PathEvent, '_tag'>): void {
    const known = this.events.get(path);
    if (known === undefined && this.movedTo.has(path)) return; // nothing is there
    if (known?._tag === 'Deleted') return;

    // Set anew, so that it comes last: what was in a directory went before it.
    this.events.delete(path);
    if (known === undefined) this.events.set(path, deleted(path, kind, { atMs, batch }));
    else if (known._tag === 'Modified')
      this.events.set(path, deleted(path, kindBefore(known), { atMs, batch }));
    else if (known._tag === 'Renamed') this.lose(known, { atMs, batch });
  }

  private rename(event: RenamedEvent): void {
    const { from, path, kind, atMs, batch } = event;
    if (from === path) return;
    if (this.isKnownToHold(path)) this.remove(event); // renamed over
    const known = this.events.get(from);
    const along = (p: string) => moved(p, from, path);

    if (known?._tag === 'Renamed' || (known === undefined && this.isAsAtStart(from))) {
      this.events.delete(from);
      const origin = known?.from ?? from;
      if (kind === 'directory' && (isUnder(path, origin) || this.isEntangled(event))) {
        if (known !== undefined) this.forget(known);
        this.relocate(along, same);
        this.replace({ ...event, from: origin });
      } else {
        this.movedTo.delete(origin);
        if (kind === 'directory') this.relocate(along, along);
        this.move({ ...event, from: origin });
      }
    } else {
      if (known?._tag === 'Created') this.events.delete(from);
      else if (known?._tag === 'Modified') this.remove({ ...event, path: from });
      if (kind === 'directory') this.relocate(along, same);
      this.put({ _tag: 'Created', path, kind, atMs, batch });
    }
  }

  /** Whether a path of which nothing is told holds what it held at the start: not where it left, nor in a directory that is to be read anew. */
  private isAsAtStart(path: string): boolean {
    if (this.movedTo.has(path)) return false;
    const above = ancestorsOf(path).map((ancestor) => this.events.get(ancestor));
    const nearest = above.find((event) => event !== undefined && event._tag !== 'Deleted');
    return nearest === undefined || nearest._tag === 'Renamed';
  }

  /** Whether a directory cannot be told as Renamed: something else was there and is gone, or is now in it; or it moves into what was in it. */
  private isEntangled({ from, path }: RenamedEvent): boolean {
    return (
      this.events.has(path) ||
      isUnder(this.movedTo.get(path)?.path ?? '', from) ||
      ancestorsOf(path).some((ancestor) => {
        const above = this.events.get(ancestor);
        return above?._tag === 'Renamed' && isUnder(above.from, from);
      })
    );
  }

  /** What was at `from` at the start is, as it was, at `path`. */
  private move(event: RenamedEvent): void {
    const { from, path } = event;
    if (from === path) return;
    if (this.events.has(path) || isUnder(path, from)) {
      this.replace(event);
      return;
    }
    const ring = this.ringClosedBy(event);
    this.events.set(path, event);
    this.movedTo.set(from, event);
    // Each rename of a ring needs another to be applied first, so each path is told as Modified.
    for (const link of ring) {
      const kind = ring.find((other) => other.from === link.path)?.kind ?? link.kind;
      this.events.set(link.path, modified(link.path, kind, link));
      this.forget(link);
    }
  }

  /** A rename that cannot be told as one: the old path lost its content, the new one is to be read. */
  private replace({ from, path, kind, atMs, batch }: RenamedEvent): void {
    this.put({ _tag: 'Created', path, kind, atMs, batch });
    this.gone(from, kind, { atMs, batch });
  }

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

  /** The rename leads to nothing any more. */
  private lose(rename: RenamedEvent, seen: Seen): void {
    this.forget(rename);
    this.gone(rename.from, rename.kind, seen);
  }

  /** A rename is told in another way: what was in the directory at the start has its old paths again. */
  private forget({ from, path, kind }: RenamedEvent): void {
    this.movedTo.delete(from);
    if (kind === 'directory') this.relocate(same, (p) => moved(p, path, from));
  }

  /** What was at the path at the start is no more, or no more as it was. */
  private gone(path: string, kind: EntryKind, { atMs, batch }: Seen): void {
    const known = this.events.get(path);
    if (known === undefined) {
      this.events.set(path, deleted(path, kind, { atMs, batch }));
    } else if (known._tag === 'Created' || known._tag === 'Renamed') {
      this.events.set(path, modified(path, kind, known));
      if (known._tag === 'Renamed') this.lose(known, { atMs, batch });
    }
  }

  private isKnownToHold(path: string): boolean {
    const known = this.events.get(path);
    return known !== undefined && known._tag !== 'Deleted';
  }

  /** Gives what is known other paths: `now` those of the end, `start` those of the start. */
  private relocate(now: (path: string) => string, start: (path: string) => string): void {
    const known = [...this.events.values()];
    const carriers = new Set<string>();
    for (const e of known) if (e._tag === 'Renamed' && e.kind === 'directory') carriers.add(e.path);
    // What was at the start in a renamed directory is told under its new path, so it goes where that goes.
    const before = (path: string) => {
      const carrier =
        carriers.size === 0 ? undefined : ancestorsOf(path).find((p) => carriers.has(p));
      if (carrier === undefined || (now(carrier) === carrier && start(carrier) === carrier))
        return start(path);
      return now(carrier) + path.slice(carrier.length);
    };
    const isTouched = ({ path }: { path: string }) => now(path) !== path || before(path) !== path;
    if (!known.some((e) => isTouched(e) || (e._tag === 'Renamed' && before(e.from) !== e.from)))
      return;

    this.events.clear();
    this.movedTo.clear();
    for (const event of known) {
      const path = now(event.path);
      const old = before(event.path);
      if (event._tag === 'Renamed')
        this.move({ ...event, from: before(event.from), path, to: path });
      else if (event._tag === 'Created') this.put({ ...event, path });
      else if (event._tag === 'Deleted') this.gone(old, event.kind, event);
      else if (path === old) this.events.set(path, { ...event, path });
      else {
        this.put({ _tag: 'Created', path, kind: event.kind, atMs: event.atMs, batch: event.batch });
        this.gone(old, kindBefore(event), event);
      }
    }
  }
}

const same = (path: string): string => path;

const moved = (path: string, from: string, to: string): string =>
  isUnder(path, from) ? to + path.slice(from.length) : path;

const kindBefore = (known: PathEvent): EntryKind => known.fromKind ?? known.kind;

type Now = Seen & { readonly kind: EntryKind };

const created = (path: string, { kind, atMs, batch }: Now): PathEvent => ({
  _tag: 'Created',
  path,
  kind,
  atMs,
  batch,
});

const modified = (path: string, before: EntryKind, { kind, atMs, batch }: Now): PathEvent => ({
  _tag: 'Modified',
  path,
  kind,
  ...(before === kind ? {} : { fromKind: before }),
  atMs,
  batch,
});

const deleted = (path: string, kind: EntryKind, { atMs, batch }: Seen): PathEvent => ({
  _tag: 'Deleted',
  path,
  kind,
  atMs,
  batch,
});
