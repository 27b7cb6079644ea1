import { basename, dirname } from 'node:path';
import type { Directory, Root } from './Directory.js';
import { type Forest, isWanted } from './Forest.js';
import type { LiveTree } from './LiveTree.js';
import type { OpenChanges } from './OpenChanges.js';
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
    const look = tree.look(root.path);
    if (look?.kind === 'directory') {
      const directory = forest.ensure(root.path);
      const others = directory.views.filter((view) => view.root !== root);
      const views = [...others, { root, level: 0, prefix: '' }];
      tree.found(directory, look, views, isSilent ? undefined : views);
      // Only what was wrong with the path: that it cannot be watched may have been found this very moment.
      for (const code of ['ENOENT', 'ENOTFILE']) troubles.clear(root.path, code);
      return;
    }
    if (look === undefined && isSilent) troubles.report('ENOENT', root.path);
    if (look?.kind === 'other') troubles.report('ENOTFILE', root.path);

    let path = root.path;
    let aboveLook = tree.look(dirname(path));
    while (aboveLook?.kind !== 'directory' && path !== dirname(path)) {
      path = dirname(path);
      aboveLook = tree.look(dirname(path));
    }
    if (aboveLook === undefined) return;
    const above = forest.ensure(dirname(path));
    const awaited = (above.awaited ??= new Map<string, Set<Root>>());
    const name = basename(path);
    awaited.set(name, (awaited.get(name) ?? new Set()).add(root));
    tree.found(above, aboveLook, above.views, isSilent ? undefined : above.views);
    // Otherwise the first reading of the directory will come to it.
    if (above.isRead) tree.check(above, name, { isSilent, isHinted: false });
  }

  /** A part of a root's path that was awaited is there. */
  arrived(directory: Directory, name: string, isSilent: boolean): void {
    const roots = [...(directory.awaited?.get(name) ?? [])];
    directory.awaited?.delete(name);
    if (directory.awaited?.size === 0) directory.awaited = undefined;
    for (const root of roots) this.place(root, isSilent);
    this.#ports.tree.releaseIfUnused(directory);
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
