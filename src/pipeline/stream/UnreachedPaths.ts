import { join } from 'node:path';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import { ancestorsOf, isUnder } from '../../model/paths.js';
import { nodeFileSystem } from '../../sources/adapters/nodeFileSystem.js';
import type { FileSystem } from '../../sources/disk/FileSystem.js';

/** What is asked of the disk. */
interface Ways extends Pick<FileSystem, 'realPath'> {
  look(path: string, followSymlinks: boolean): { readonly kind: string } | undefined;
}

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
  /** The directories above them, below the directory itself, each with how many of them it is above. */
  readonly #above = new Map<string, number>();

  constructor(
    readonly root: string,
    readonly fileSystem: Ways = nodeFileSystem,
  ) {}

  of(paths: readonly string[]): readonly string[] {
    const isNew = (path: string) => isUnder(path, this.root) && !this.#isReached.has(path);
    const toLookAt = paths.filter(isNew);
    if (toLookAt.length > 0) this.#lookAt(toLookAt);
    const unreached = paths.filter((path) => this.#isReached.get(path) !== true);
    if (this.#isReached.size > 2 * paths.length) this.#forgetOthers(new Set(paths));
    return unreached;
  }

  /** Whether the event is of a path that was looked at, or of a directory above one: what is there now may be something else. */
  note(event: WatchEvent): boolean {
    if (event._tag === 'Modified') return false;
    const changed = event._tag === 'Renamed' ? [event.from, event.to] : [event.path];
    let isConcerned = false;
    for (const path of changed) {
      if (this.#forget(path)) isConcerned = true;
      if (path !== this.root && !this.#above.has(path)) continue;
      this.#isReached.clear();
      this.#above.clear();
      isConcerned = true;
    }
    return isConcerned;
  }

  #lookAt(paths: readonly string[]): void {
    const realRoot = this.fileSystem.realPath(this.root);
    for (const path of paths) {
      if (this.#isReached.has(path)) continue;
      const isReached =
        realRoot !== undefined &&
        this.fileSystem.look(path, false)?.kind === 'directory' &&
        this.fileSystem.realPath(path) === join(realRoot, path.slice(this.root.length));
      this.#isReached.set(path, isReached);
      for (const dir of this.#aboveOf(path)) this.#above.set(dir, (this.#above.get(dir) ?? 0) + 1);
    }
  }

  /** Whether the path was known. */
  #forget(path: string): boolean {
    if (!this.#isReached.delete(path)) return false;
    for (const dir of this.#aboveOf(path)) {
      const left = (this.#above.get(dir) ?? 1) - 1;
      if (left > 0) this.#above.set(dir, left);
      else this.#above.delete(dir);
    }
    return true;
  }

  #forgetOthers(paths: ReadonlySet<string>): void {
    for (const path of this.#isReached.keys()) if (!paths.has(path)) this.#forget(path);
  }

  #aboveOf(path: string): readonly string[] {
    return ancestorsOf(path).filter((dir) => isUnder(dir, this.root));
  }
}
