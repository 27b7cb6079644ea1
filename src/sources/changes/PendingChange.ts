import type { Change } from './Change.js';
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
