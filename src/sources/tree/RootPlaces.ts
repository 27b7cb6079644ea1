import { basename, dirname } from 'node:path';
import type { Directory, Root } from '../forest/Directory.js';
import { type Forest, isWanted } from '../forest/Forest.js';
import type { LiveTree } from './LiveTree.js';
import type { OpenChanges } from '../changes/OpenChanges.js';
import type { Troubles } from './Troubles.js';

export interface PlacePorts {
  readonly forest: Forest;
  readonly tree: LiveTree;
  readonly changes: OpenChanges;
  readonly troubles: Troubles;
}

/** The paths that were asked for: what each is now, and where its coming and going shows. */
export class RootPlaces {
  readonly #ports: PlacePorts;
  readonly #roots = new Map<string, Root>();

  constructor(ports: PlacePorts) {
    this.#ports = ports;
  }

  /** Watches these roots from now on, and no others. */
  set(roots: readonly Root[]): void {
    const next = new Map(roots.map((root) => [root.path, root]));
    for (const root of [...this.#roots.values()]) if (!next.has(root.path)) this.#leave(root);
    for (const root of next.values()) {
      if (this.#roots.has(root.path)) continue;
      this.#roots.set(root.path, root);
      this.place(root, true);
    }
  }

  /** Finds out what a root is now, and watches it, or the nearest directory in which it would show. */
  place(root: Root, isSilent: boolean): void {
    if (!this.#roots.has(root.path)) return;
    const { forest, tree, troubles } = this.#ports;
    const look = tree.sight.lookNamed(root.path);
    if (look?.kind === 'directory') {
      const directory = forest.ensure(root.path);
      const others = directory.views.filter((view) => view.root !== root);
      const views = [...others, { root, level: 0, prefix: '' }];
      tree.found(directory, look, views, isSilent ? undefined : views);
      // Only what was wrong with the path: that it cannot be watched may have been found this very moment.
      for (const code of ['ENOENT', 'ENOTFILE']) troubles.clear(root.path, code);
      // That a link leads elsewhere shows where it lies.
      if (tree.sight.look(root.path)?.kind === 'link') this.#await(root, root.path, isSilent);
      return;
    }
    if (look === undefined && isSilent) troubles.report('ENOENT', root.path);
    if (look?.kind === 'other') troubles.report('ENOTFILE', root.path);

    let path = root.path;
    while (path !== dirname(path) && tree.sight.lookNamed(dirname(path))?.kind !== 'directory') {
      path = dirname(path);
    }
    const above = this.#await(root, path, isSilent);
    // Otherwise the first reading of the directory will come to it.
    if (above?.isRead === true) tree.check(above, basename(path), { isSilent, isHinted: false });
  }

  /** A part of a root's path that was awaited is there. */
  arrived(directory: Directory, name: string, isSilent: boolean): void {
    const roots = [...(directory.awaited?.get(name) ?? [])];
    directory.awaited?.delete(name);
    if (directory.awaited?.size === 0) directory.awaited = undefined;
    for (const root of roots) this.place(root, isSilent);
    this.#ports.tree.releaseIfUnused(directory);
  }

  /** Watches the directory that a path lies in for what becomes of that name. */
  #await(root: Root, path: string, isSilent: boolean): Directory | undefined {
    const { forest, tree } = this.#ports;
    const look = tree.sight.lookNamed(dirname(path));
    if (look?.kind !== 'directory') return undefined;
    const above = forest.ensure(dirname(path));
    const awaited = (above.awaited ??= new Map<string, Set<Root>>());
    const name = basename(path);
    awaited.set(name, (awaited.get(name) ?? new Set()).add(root));
    tree.found(above, look, above.views, isSilent ? undefined : above.views);
    return above;
  }

  #leave(root: Root): void {
    const { forest, changes, tree, troubles } = this.#ports;
    this.#roots.delete(root.path);
    troubles.clear(root.path);
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
