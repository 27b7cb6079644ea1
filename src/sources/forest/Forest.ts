import { basename, dirname, sep } from 'node:path';
import { type Directory, newDirectory, type Root, type View } from './Directory.js';

/** The directories that are watched, and which root wants what. Knows nothing of the disk. */
export class Forest {
  readonly #directories = new Map<string, Directory>();
  /** Those whose parent is not known, by its path. */
  readonly #tops = new Map<string, Set<Directory>>();

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
    for (const top of this.#tops.get(path) ?? []) hang(made, top);
    this.#tops.delete(path);
    const parent = this.#directories.get(dirname(path));
    if (parent === undefined) this.#orphan(made);
    else if (parent !== made) hang(parent, made);
    return made;
  }

  drop(directory: Directory): void {
    const above = dirname(directory.path);
    this.#directories.delete(directory.path);
    const siblings = this.#tops.get(above);
    siblings?.delete(directory);
    if (siblings?.size === 0) this.#tops.delete(above);
    this.#directories.get(above)?.children?.delete(basename(directory.path));
    for (const child of directory.children?.values() ?? []) this.#orphan(child);
  }

  #orphan(directory: Directory): void {
    const above = dirname(directory.path);
    this.#tops.set(above, (this.#tops.get(above) ?? new Set()).add(directory));
  }
}

function hang(parent: Directory, child: Directory): void {
  parent.children ??= new Map();
  parent.children.set(basename(child.path), child);
}

/** Whether the filters of the given views let a file of that name through. */
export function isCovered(name: string, views: readonly View[]): boolean {
  for (const { root, prefix } of views) if (root.filter.isWanted(prefix, name)) return true;
  return false;
}

/** Whether somebody wants to hear of a file of that name. */
export function isWanted(directory: Directory, name: string): boolean {
  if (isCovered(name, directory.views)) return true;
  const awaiting = directory.awaited?.get(name);
  if (awaiting === undefined) return false;
  const path = pathIn(directory, name);
  return [...awaiting].some((root) => root.path === path);
}

/** Whether somebody named this very directory, or a path to which it leads. */
export function isNamed({ views, awaited, aliases }: Directory): boolean {
  return awaited !== undefined || aliases !== undefined || views.some(({ level }) => level === 0);
}

/** The views that reach into the directory `name`. */
export function viewsBelow(views: readonly View[], name: string): readonly View[] {
  return views
    .filter(
      ({ root, level, prefix }) => level < root.depth && !root.filter.isExcluded(prefix, name),
    )
    .map(({ root, level, prefix }) => ({ root, level: level + 1, prefix: `${prefix}${name}/` }));
}

/** Takes the views that reach into a directory from it and from all below it, except where a root begins. */
export function withdraw(
  directory: Directory,
  roots: ReadonlySet<Root> = new Set(directory.views.map(({ root }) => root)),
): void {
  directory.views = directory.views.filter(({ root, level }) => level === 0 || !roots.has(root));
  for (const child of directory.children?.values() ?? []) withdraw(child, roots);
}

export function pathIn({ path }: Directory, name: string): string {
  return path.endsWith(sep) ? path + name : path + sep + name;
}
