import { basename, dirname } from 'node:path';
import { type Directory, newDirectory, type Root, type View } from './Directory.js';

/** The directories that are watched, and which root wants what. Knows nothing of the disk. */
export class Forest {
  readonly #directories = new Map<string, Directory>();

  get(path: string): Directory | undefined {
    return this.#directories.get(path);
  }

  all(): IterableIterator<Directory> {
    return this.#directories.values();
  }

  /** The directory of that path, hung into its parent where that one is known. */
  ensure(path: string): Directory {
    const known = this.#directories.get(path);
    if (known !== undefined) return known;
    const made = newDirectory(path);
    this.#directories.set(path, made);
    const parent = this.#directories.get(dirname(path));
    if (parent !== undefined) this.#hang(parent, made);
    return made;
  }

  /** Makes `child` known to a parent that came later. */
  adopt(parent: Directory, child: Directory): void {
    if (parent.children?.get(basename(child.path)) !== child) this.#hang(parent, child);
  }

  drop(directory: Directory): void {
    this.#directories.delete(directory.path);
    this.#directories.get(dirname(directory.path))?.children?.delete(basename(directory.path));
  }

  #hang(parent: Directory, child: Directory): void {
    parent.children ??= new Map();
    parent.children.set(basename(child.path), child);
  }
}

/** Whether the filters of the given views let a file of that name through. */
export function isCovered(directory: Directory, name: string, views: readonly View[]): boolean {
  const path = pathIn(directory, name);
  return views.some(({ root }) => root.filter.isWanted(relative(root, path)));
}

/** Whether somebody wants to hear of a file of that name. */
export function isWanted(directory: Directory, name: string): boolean {
  const path = pathIn(directory, name);
  if (isCovered(directory, name, directory.views)) return true;
  const awaiting = directory.awaited?.get(name);
  return awaiting !== undefined && [...awaiting].some((root) => root.path === path);
}

/** The views that reach into the directory `name`. */
export function viewsBelow(directory: Directory, name: string): readonly View[] {
  const path = pathIn(directory, name);
  return directory.views
    .filter(
      ({ root, level }) => level < root.depth && !root.filter.isExcluded(relative(root, path)),
    )
    .map(({ root, level }) => ({ root, level: level + 1 }));
}

export function pathIn(directory: Directory, name: string): string {
  return directory.path === '/' ? `/${name}` : `${directory.path}/${name}`;
}

function relative(root: Root, path: string): string {
  return path.slice(root.path === '/' ? 1 : root.path.length + 1);
}
