import { basename, dirname } from 'node:path';
import type { OpenChanges } from '../changes/OpenChanges.js';
import { type Directory, type Root, View } from '../forest/Directory.js';
import { type Forest, isWanted } from '../forest/Forest.js';
import type { LiveTree } from './LiveTree.js';
import type { RootArrival } from './TreeWork.js';
import type { WatchErrors } from './WatchErrors.js';

export interface RootsPorts {
  readonly forest: Forest;
  readonly tree: LiveTree;
  readonly changes: OpenChanges;
  readonly errors: WatchErrors;
}

/**
 * The paths that the caller asked for. A root that exists is watched; for one that does not, the nearest existing
 * directory above it is watched for the next part of its path.
 */
export class Roots {
  readonly #ports: RootsPorts;
  readonly #roots = new Map<string, Root>();
  /** Paths of the roots that are directories, or were before they vanished. A vanished file has its event. */
  readonly #directories = new Set<string>();

  constructor(ports: RootsPorts) {
    this.#ports = ports;
  }

  /** Watches these roots from now on, and no others. */
  set(roots: readonly Root[]): void {
    const next = new Map(roots.map((root) => [root.path, root]));
    for (const root of [...this.#roots.values()]) {
      if (!next.has(root.path)) this.#detach(root);
    }
    for (const root of next.values()) {
      if (this.#roots.has(root.path)) continue;
      this.#roots.set(root.path, root);
      this.#attach(root, true);
    }
  }

  /** Attaches the roots that have appeared, and those that have lost their directory. */
  attachAgain(): void {
    const { arrivals, lostRoots } = this.#ports.tree.work;
    for (const arrival of arrivals.splice(0)) this.#attachArrived(arrival);
    for (const root of lostRoots) {
      lostRoots.delete(root);
      this.#attach(root, false);
    }
  }

  #attachArrived({ directory, name, isInitial }: RootArrival): void {
    const roots = directory.awaited?.get(name);
    if (roots === undefined) return;
    directory.awaited?.delete(name);
    if (directory.awaited?.size === 0) directory.awaited = undefined;
    for (const root of roots) this.#attach(root, isInitial);
    this.#ports.tree.releaseIfUnused(directory);
  }

  /** Looks what a root is now, and watches it, or the nearest directory in which it would appear. */
  #attach(root: Root, isInitial: boolean): void {
    if (!this.#roots.has(root.path)) return;
    const { forest, tree, errors } = this.#ports;
    const look = tree.looks.atNamed(root.path);
    if (look?.kind === 'directory') {
      const directory = forest.ensure(root.path);
      const others = directory.views.filter((view) => view.root !== root);
      const views = [...others, new View(root, 0, root.path)];
      tree.found(directory, look, views, isInitial ? undefined : views);
      // Clear only errors of the path itself. That it cannot be watched may have been reported just now, and must stay.
      for (const code of ['ENOENT', 'ENOTFILE', 'ROOT_GONE']) errors.clear(root.path, code);
      this.#directories.add(root.path);
      // If the root is a link, watch the directory that holds the link too: it shows when the link gets another target.
      if (tree.looks.at(root.path)?.kind === 'link') this.#await(root, root.path, isInitial);
      return;
    }
    if (look === undefined && isInitial) errors.report('ENOENT', root.path);
    if (look === undefined && this.#directories.has(root.path)) {
      errors.report('ROOT_GONE', root.path);
    }
    if (look?.kind === 'file') this.#directories.delete(root.path);
    if (look?.kind === 'other') errors.report('ENOTFILE', root.path);

    let path = root.path;
    while (path !== dirname(path) && tree.looks.atNamed(dirname(path))?.kind !== 'directory') {
      path = dirname(path);
    }
    const above = this.#await(root, path, isInitial);
    // If the directory is not listed yet, its listing will check the name.
    if (above?.isListed === true) tree.check(above, basename(path), { isInitial, isHinted: false });
  }

  /** Watches the directory that holds a path, for that one name. */
  #await(root: Root, path: string, isInitial: boolean): Directory | undefined {
    const { forest, tree } = this.#ports;
    const look = tree.looks.atNamed(dirname(path));
    if (look?.kind !== 'directory') return undefined;
    const above = forest.ensure(dirname(path));
    const awaited = (above.awaited ??= new Map<string, Set<Root>>());
    const name = basename(path);
    awaited.set(name, (awaited.get(name) ?? new Set()).add(root));
    tree.found(above, look, above.views, isInitial ? undefined : above.views);
    return above;
  }

  #detach(root: Root): void {
    const { forest, changes, tree, errors } = this.#ports;
    this.#roots.delete(root.path);
    this.#directories.delete(root.path);
    errors.clear(root.path);
    for (const directory of [...forest.all()]) {
      const isCovered = directory.views.some((view) => view.root === root);
      const isAwaited = [...(directory.awaited?.values() ?? [])].some((roots) => roots.has(root));
      if (!isCovered && !isAwaited) continue;
      directory.views = directory.views.filter((view) => view.root !== root);
      for (const [name, roots] of directory.awaited ?? []) {
        roots.delete(root);
        if (roots.size === 0) directory.awaited?.delete(name);
      }
      if (directory.awaited?.size === 0) directory.awaited = undefined;
      changes.forget(directory, (name) => isWanted(directory, name));
      tree.releaseIfUnused(directory);
    }
  }
}
