import type { Look } from '../disk/Look.js';
import type { Entry } from '../disk/Snapshot.js';
import type { Directory } from '../forest/Directory.js';

/** The open changes, by path and by directory: what becomes of one directory must not cost a look at all the others. */
export class ChangeIndex {
  readonly #byPath = new Map<string, Change>();
  readonly #byDirectory = new Map<Directory, Set<Change>>();

  get size(): number {
    return this.#byPath.size;
  }

  get(path: string): Change | undefined {
    return this.#byPath.get(path);
  }

  values(): IterableIterator<Change> {
    return this.#byPath.values();
  }

  /** Those in one directory, in no directory below it; may be deleted meanwhile. */
  in(directory: Directory): Iterable<Change> {
    return this.#byDirectory.get(directory) ?? [];
  }

  add(change: Change): void {
    const { directory, path } = change;
    this.#byPath.set(path, change);
    const inside = this.#byDirectory.get(directory);
    if (inside === undefined) this.#byDirectory.set(directory, new Set([change]));
    else inside.add(change);
  }

  delete(change: Change): void {
    const { directory, path } = change;
    this.#byPath.delete(path);
    const inside = this.#byDirectory.get(directory);
    inside?.delete(change);
    if (inside?.size === 0) this.#byDirectory.delete(directory);
  }
}

/** A path that may differ from what was reported of it. */
export interface Change {
  readonly directory: Directory;
  readonly name: string;
  readonly path: string;
  /** What was reported; `undefined`: no file. */
  readonly before: Entry | undefined;
  /** What is there now; `undefined`: no file. */
  look: Look | undefined;
  /** When it was first seen to differ. */
  readonly firstMs: number;
  /** When it was last hinted at, or seen to become different again. */
  hintMs: number;
  /** Since when it looks as it does. */
  sinceMs: number;
  /** When it was last looked at. */
  lookedMs: number;
  /** Kept back until then. */
  heldUntilMs: number;
}
