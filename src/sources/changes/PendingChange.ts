import { isSameLook, type Look } from '../disk/Look.js';
import type { Entry } from '../disk/Snapshot.js';
import { stableAfterMs, unwrittenForMs, writeAge } from '../disk/writeAge.js';
import type { Directory } from '../forest/Directory.js';

/** A path that may differ from what was last reported of it. */
export interface PendingChange {
  readonly directory: Directory;
  readonly name: string;
  readonly path: string;
  /** The file that was reported; `undefined`: none. */
  readonly before: Entry | undefined;
  /** The file that is there now; `undefined`: none. */
  look: Look | undefined;
  /** When the path was first seen to differ. */
  readonly firstMs: number;
  /** When the path was last hinted at, or seen to become different again. */
  hintMs: number;
  /** Since when `look` has stayed the same, as the looks or the file's own times tell. */
  sinceMs: number;
  /** When the path was last looked at. */
  lookedMs: number;
  /** Whether the last look came within one tick of the disk's clock after the last write. */
  isFresh: boolean;
  /** Until when the change is held back, because it may be half of an atomic save; 0: it is not. */
  heldUntilMs: number;
}

/** What the wall clock tells about a look: see `writeAge` and `unwrittenForMs`. */
export interface LookAge {
  readonly isFresh: boolean;
  /** For how long nobody has written to the file, at least. */
  readonly unwrittenMs: number;
}

/** `areTimesOurs`: whether the file's times are of the clock that `wallMs` is of. */
export function ageOf(look: Look | undefined, wallMs: number, areTimesOurs: boolean): LookAge {
  if (look === undefined) return { isFresh: false, unwrittenMs: 0 };
  const isFresh = writeAge(look, wallMs) === 'this tick';
  return { isFresh, unwrittenMs: areTimesOurs ? unwrittenForMs(look, wallMs) : 0 };
}

/** Records what a look at a pending change's path found. */
export function updateLook(
  change: PendingChange,
  look: Look | undefined,
  nowMs: number,
  { isFresh, unwrittenMs }: LookAge,
): void {
  change.lookedMs = nowMs;
  change.isFresh = isFresh;
  if (!isSameLook(change.look, look)) {
    change.look = look;
    change.sinceMs = nowMs;
  }
  change.sinceMs = Math.min(change.sinceMs, nowMs - unwrittenMs);
}

/** How long from now until a file has looked the same for long enough; 0: it has. */
export function unstableForMs({ before, look, sinceMs }: PendingChange, nowMs: number): number {
  return Math.max(0, sinceMs + stableAfterMs(before, look) - nowMs);
}

/** Whether a path had a file before, and has one now. */
export function isEdit({ before, look }: PendingChange): boolean {
  return before !== undefined && look !== undefined;
}

/** The pending changes by path, and by directory: work on one directory must not cost a walk over all changes. */
export class ChangeIndex {
  readonly #byPath = new Map<string, PendingChange>();
  readonly #byDirectory = new Map<Directory, Set<PendingChange>>();

  get size(): number {
    return this.#byPath.size;
  }

  get(path: string): PendingChange | undefined {
    return this.#byPath.get(path);
  }

  values(): IterableIterator<PendingChange> {
    return this.#byPath.values();
  }

  /** The changes directly in a directory. They may be deleted while this is iterated. */
  in(directory: Directory): Iterable<PendingChange> {
    return this.#byDirectory.get(directory) ?? [];
  }

  add(change: PendingChange): void {
    const { directory, path } = change;
    this.#byPath.set(path, change);
    const inside = this.#byDirectory.get(directory);
    if (inside === undefined) this.#byDirectory.set(directory, new Set([change]));
    else inside.add(change);
  }

  delete(change: PendingChange): void {
    const { directory, path } = change;
    this.#byPath.delete(path);
    const inside = this.#byDirectory.get(directory);
    inside?.delete(change);
    if (inside?.size === 0) this.#byDirectory.delete(directory);
  }
}
