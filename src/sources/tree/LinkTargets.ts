import { dirname, basename } from 'node:path';
import type { Alias, Directory, View } from '../forest/Directory.js';
import type { FileSystem } from '../disk/FileSystem.js';
import { type Forest, pathIn } from '../forest/Forest.js';
import type { Look } from '../disk/Look.js';
import type { Sight } from './Sight.js';

/** What this needs of the tree that it belongs to. */
export interface LinkedTree {
  readonly sight: Sight;
  found(directory: Directory, look: Look, views: readonly View[]): void;
  releaseIfUnused(directory: Directory): void;
}

interface Target {
  readonly directory: Directory;
  readonly name: string;
}

/** Followed links to files: a write of the target is no event in the link's directory, so the target's is watched too. */
export class LinkTargets {
  readonly #forest: Forest;
  readonly #fileSystem: FileSystem;
  /** Path of the link → where it leads. */
  readonly #targets = new Map<string, Target>();

  constructor(forest: Forest, fileSystem: FileSystem) {
    this.#forest = forest;
    this.#fileSystem = fileSystem;
  }

  /** What a look at an entry found. */
  note(tree: LinkedTree, directory: Directory, name: string, file: Look | undefined): void {
    const path = pathIn(directory, name);
    const known = this.#targets.get(path);
    if (file?.isFollowed !== true) {
      // A link whose target is gone keeps waiting for it.
      if (known === undefined || this.#isLink(path)) return;
      this.#forget(tree, path, known);
      return;
    }
    const target = this.#fileSystem.realPath(path);
    if (target === undefined) return;
    if (known !== undefined) {
      if (pathIn(known.directory, known.name) === target) return;
      this.#forget(tree, path, known);
    }
    const look = tree.sight.look(dirname(target));
    if (look?.kind !== 'directory') return;
    const place = this.#forest.ensure(dirname(target));
    const aliases = (place.aliases ??= new Map<string, Alias[]>());
    const targetName = basename(target);
    aliases.set(targetName, [...(aliases.get(targetName) ?? []), { directory, name }]);
    this.#targets.set(path, { directory: place, name: targetName });
    tree.found(place, look, place.views);
  }

  #isLink(path: string): boolean {
    return this.#fileSystem.look(path, false)?.kind === 'link';
  }

  #forget(tree: LinkedTree, path: string, { directory, name }: Target): void {
    this.#targets.delete(path);
    const left = directory.aliases
      ?.get(name)
      ?.filter((alias) => pathIn(alias.directory, alias.name) !== path);
    if (left !== undefined && left.length > 0) directory.aliases?.set(name, left);
    else directory.aliases?.delete(name);
    if (directory.aliases?.size === 0) directory.aliases = undefined;
    tree.releaseIfUnused(directory);
  }
}
