import { basename, dirname } from 'node:path';
import type { FileSystem } from '../disk/FileSystem.js';
import type { Look } from '../disk/Look.js';
import type { Alias, Directory } from '../forest/Directory.js';
import { type Forest, pathIn } from '../forest/Forest.js';
import type { Looks } from './Looks.js';

/** What the tree must do when a link has changed. */
export interface LinkChange {
  /** The directory of the old target. It is perhaps not needed any more. */
  readonly released: Directory | undefined;
  /** The directory of the new target, which must be watched, and what a look at it found. */
  readonly needed: { readonly directory: Directory; readonly look: Look } | undefined;
}

interface Target {
  readonly directory: Directory;
  readonly name: string;
}

/**
 * The targets of followed links to files. A write to the target sends no event to the link's directory, so the
 * target's directory is watched too, for that one name.
 */
export class LinkTargets {
  readonly #forest: Forest;
  readonly #fileSystem: FileSystem;
  readonly #looks: Looks;
  /** Path of the link → its target. */
  readonly #targets = new Map<string, Target>();

  constructor(forest: Forest, fileSystem: FileSystem, looks: Looks) {
    this.#forest = forest;
    this.#fileSystem = fileSystem;
    this.#looks = looks;
  }

  /** Records what a look at an entry found. Returns what the tree must do about it; `undefined`: nothing. */
  update(directory: Directory, name: string, file: Look | undefined): LinkChange | undefined {
    const path = pathIn(directory, name);
    const before = this.#targets.get(path);
    if (file?.isFollowed !== true) {
      // The target is gone and the link is not: keep watching for the target's return.
      if (before === undefined || this.#isLink(path)) return undefined;
      return { released: this.#forget(path, before), needed: undefined };
    }
    const target = this.#fileSystem.realPath(path);
    if (target === undefined) return undefined;
    if (before !== undefined && pathIn(before.directory, before.name) === target) return undefined;
    const released = before === undefined ? undefined : this.#forget(path, before);
    const look = this.#looks.at(dirname(target));
    if (look?.kind !== 'directory') return { released, needed: undefined };
    const needed = this.#forest.ensure(dirname(target));
    const aliases = (needed.aliases ??= new Map<string, Alias[]>());
    const targetName = basename(target);
    aliases.set(targetName, [...(aliases.get(targetName) ?? []), { directory, name }]);
    this.#targets.set(path, { directory: needed, name: targetName });
    return { released, needed: { directory: needed, look } };
  }

  #isLink(path: string): boolean {
    return this.#fileSystem.look(path, false)?.kind === 'link';
  }

  /** Removes a link from its target's directory, and returns that directory. */
  #forget(path: string, { directory, name }: Target): Directory {
    this.#targets.delete(path);
    const remaining = directory.aliases
      ?.get(name)
      ?.filter((alias) => pathIn(alias.directory, alias.name) !== path);
    if (remaining !== undefined && remaining.length > 0) directory.aliases?.set(name, remaining);
    else directory.aliases?.delete(name);
    if (directory.aliases?.size === 0) directory.aliases = undefined;
    return directory;
  }
}
