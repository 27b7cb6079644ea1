import { dirname, join } from 'node:path';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import { isUnder } from '../../model/paths.js';
import { nodeFileSystem } from '../../sources/adapters/nodeFileSystem.js';

/**
 * The paths that a watch of a whole directory does not reach: paths outside of it, paths behind a link in it, and
 * single files, which are listed because plugins use them. Folders inside the directory are left out. The filters are
 * relative to the directory, so a folder that is watched by itself would report files that the filters exclude.
 *
 * A path is looked at once, and again after an event of it or of a directory above it.
 */
export class UnreachedPaths {
  /** Paths inside the directory, and whether the watch of the directory reaches them. */
  readonly #isReached = new Map<string, boolean>();
  /** The directories above them, up to the directory itself. */
  readonly #above = new Set<string>();

  constructor(readonly root: string) {}

  of(paths: readonly string[]): readonly string[] {
    const unreached = paths.filter((path) => !isUnder(path, this.root) || !this.#reaches(path));
    if (this.#isReached.size > 2 * paths.length) this.#forgetOthers(new Set(paths));
    return unreached;
  }

  /** Whether the event is of a path that was looked at, or of a directory above one: what is there now may be something else. */
  note(event: WatchEvent): boolean {
    if (event._tag === 'Modified') return false;
    const changed = event._tag === 'Renamed' ? [event.from, event.to] : [event.path];
    let isConcerned = false;
    for (const path of changed) {
      if (this.#isReached.delete(path)) isConcerned = true;
      if (path !== this.root && !this.#above.has(path)) continue;
      this.#isReached.clear();
      this.#above.clear();
      isConcerned = true;
    }
    return isConcerned;
  }

  #reaches(path: string): boolean {
    const known = this.#isReached.get(path);
    if (known !== undefined) return known;
    const realRoot = nodeFileSystem.realPath(this.root);
    const isReached =
      realRoot !== undefined &&
      nodeFileSystem.look(path, false)?.kind === 'directory' &&
      nodeFileSystem.realPath(path) === join(realRoot, path.slice(this.root.length));
    this.#isReached.set(path, isReached);
    for (let dir = dirname(path); isUnder(dir, this.root); dir = dirname(dir)) this.#above.add(dir);
    return isReached;
  }

  #forgetOthers(paths: ReadonlySet<string>): void {
    for (const path of this.#isReached.keys()) if (!paths.has(path)) this.#isReached.delete(path);
  }
}
