import { basename, dirname, sep } from 'node:path';
import { type Directory, newDirectory, type Root, View } from './Directory.js';

/**
 * The directories that are watched, as a tree in memory, and which root covers which of them. This room knows nothing
 * of the disk: `LiveTree` keeps it in step with the disk.
 */
export class Forest {
  readonly #directories = new Map<string, Directory>();
  /** Path of a parent that is not in the forest → its child directories that are. */
  readonly #tops = new Map<string, Set<Directory>>();

  get(path: string): Directory | undefined {
    return this.#directories.get(path);
  }

  all(): IterableIterator<Directory> {
    return this.#directories.values();
  }

  /** The directory of that path; created, and linked with its parent and children, if it is not there yet. */
  ensure(path: string): Directory {
    const existing = this.#directories.get(path);
    if (existing !== undefined) return existing;
    const created = newDirectory(path);
    this.#directories.set(path, created);
    for (const top of this.#tops.get(path) ?? []) addChild(created, top);
    this.#tops.delete(path);
    const parent = this.#directories.get(dirname(path));
    if (parent === undefined) this.#addTop(created);
    else if (parent !== created) addChild(parent, created);
    return created;
  }

  drop(directory: Directory): void {
    const above = dirname(directory.path);
    this.#directories.delete(directory.path);
    const siblings = this.#tops.get(above);
    siblings?.delete(directory);
    if (siblings?.size === 0) this.#tops.delete(above);
    this.#directories.get(above)?.children?.delete(basename(directory.path));
    for (const child of directory.children?.values() ?? []) this.#addTop(child);
  }

  #addTop(directory: Directory): void {
    const above = dirname(directory.path);
    this.#tops.set(above, (this.#tops.get(above) ?? new Set()).add(directory));
  }
}

/**
 * The root that a path belongs to: the nearest, where one root is inside another. A path that belongs to none is
 * returned as it is.
 */
export function rootAbove(roots: readonly Root[], path: string): string {
  let nearest: string | undefined;
  for (const { path: root } of roots) {
    if (nearest !== undefined && root.length < nearest.length) continue;
    if (path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)) nearest = root;
  }
  return nearest ?? path;
}

/** Whether the filter of one of the views wants a file of that name. */
export function isCovered(name: string, views: readonly View[]): boolean {
  for (const { root, prefix } of views) {
    if (root.filter.isWanted(prefix, name)) return true;
  }
  return false;
}

/** As `isCovered`, for many names of one directory. */
export function coveredBy(views: readonly View[]): (name: string) => boolean {
  const each = views.map(({ root, prefix }) => ({ filter: root.filter, prefix }));
  return (name) => each.some(({ filter, prefix }) => filter.isWanted(prefix, name));
}

/** Whether a file of that name is reported: a view covers it, or it is a root itself. */
export function isWanted(directory: Directory, name: string): boolean {
  return isCovered(name, directory.views) || isRootIn(directory, name);
}

/** Whether the entry is a root itself, and not only on the way to one. */
export function isRootIn(directory: Directory, name: string): boolean {
  const awaiting = directory.awaited?.get(name);
  if (awaiting === undefined) return false;
  const path = pathIn(directory, name);
  return [...awaiting].some((root) => root.path === path);
}

/** Whether the directory is a root, or is on the way to a root or to the target of a followed link. */
export function isNamed({ views, awaited, aliases }: Directory): boolean {
  return awaited !== undefined || aliases !== undefined || views.some(({ level }) => level === 0);
}

/** The views that reach into the directory `name`. `path`: that of the directory. */
export function viewsBelow(views: readonly View[], name: string, path: string): readonly View[] {
  return views
    .filter(
      ({ root, level, prefix }) => level < root.depth && !root.filter.isExcluded(prefix, name),
    )
    .map(({ root, level }) => new View(root, level + 1, path));
}

/**
 * Removes the views of roots above a directory, from that directory and from everything below it. A root keeps its own
 * view.
 */
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

function addChild(parent: Directory, child: Directory): void {
  parent.children ??= new Map();
  parent.children.set(basename(child.path), child);
}
