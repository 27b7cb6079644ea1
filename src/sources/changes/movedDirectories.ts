import { isSameIdentity } from '../disk/Look.js';
import type { Directory } from '../forest/Directory.js';
import { isUntouched, type PathDiff } from './pairRenames.js';

/** A directory that was reported under one path and is found under another. */
export interface MovedDirectory {
  readonly from: string;
  readonly to: string;
}

/** The moved directories of a batch. Everything that a batch does with them starts here. */
export class MovedDirectories {
  readonly #byFrom: ReadonlyMap<string, MovedDirectory>;

  constructor(moved: readonly MovedDirectory[]) {
    this.#byFrom = new Map(moved.map((each) => [each.from, each]));
  }

  /** Whether a path was inside a directory that moved. */
  has(path: string): boolean {
    return this.#moveOf(path) !== undefined;
  }

  /** The path that a path got when its directory moved; `undefined`: its directory did not move. */
  newPathOf(path: string): string | undefined {
    const move = this.#moveOf(path);
    return move === undefined ? undefined : movedPath(move, path);
  }

  /**
   * Handles the files that moved with their directories: removes them from the maps, and returns for each directory
   * which of its files were also deleted or edited. Deepest first: when one directory moved out of another, and that
   * one moved later, the paths of the inner one still have the old name of the outer one.
   *
   * A directory that held no files is left out: events are about files.
   */
  takeFiles(gone: Map<string, PathDiff>, appeared: Map<string, PathDiff>): readonly MovedFiles[] {
    const taken = new Set<string>();
    return this.#withPaths(gone.keys()).map(({ move, paths }) => {
      const deleted: string[] = [];
      const deletedBefore: string[] = [];
      const edited: string[] = [];
      for (const path of paths) {
        const before = gone.get(path)?.before;
        gone.delete(path);
        const newPath = movedPath(move, path);
        const after = appeared.get(newPath)?.after;
        appeared.delete(newPath);
        if (after === undefined) {
          if (taken.has(newPath)) deletedBefore.push(path);
          else deleted.push(newPath);
          continue;
        }
        taken.add(newPath);
        if (before === undefined) continue;
        // Another file may be there, with the same size and time: files of a package have one time of writing.
        if (!isSameIdentity(before, after) || !isUntouched(before, after)) edited.push(newPath);
      }
      return { move, deleted, deletedBefore, edited };
    });
  }

  #withPaths(
    gonePaths: Iterable<string>,
  ): readonly { readonly move: MovedDirectory; readonly paths: readonly string[] }[] {
    const pathsOf = new Map<MovedDirectory, string[]>();
    for (const path of gonePaths) {
      const move = this.#moveOf(path);
      if (move === undefined) continue;
      const paths = pathsOf.get(move);
      if (paths === undefined) pathsOf.set(move, [path]);
      else paths.push(path);
    }
    return [...pathsOf]
      .map(([move, paths]) => ({ move, paths }))
      .sort((a, b) => b.move.from.length - a.move.from.length);
  }

  /**
   * The move of the nearest moved directory that a path was in. It counts alone: that directory left the outer ones on
   * its own.
   */
  #moveOf(path: string): MovedDirectory | undefined {
    if (this.#byFrom.size === 0) return undefined;
    for (const dir of directoriesAbove(path)) {
      const move = this.#byFrom.get(dir);
      if (move !== undefined) return move;
    }
    return undefined;
  }
}

/** A moved directory, and the new paths of files that were deleted in it or edited. */
export interface MovedFiles {
  readonly move: MovedDirectory;
  readonly deleted: readonly string[];
  /** The old paths of files that were deleted before it moved: at their new paths are files of another directory, which moved into this one. */
  readonly deletedBefore: readonly string[];
  readonly edited: readonly string[];
}

/**
 * Pairs the directories that are gone with those that appeared, by identity. Leaves out those that only moved along
 * with a directory above them, and those with a file that was not looked at yet: nobody knows whether it moved along.
 */
export function findMovedDirectories(changed: Iterable<Directory>): readonly MovedDirectory[] {
  const gone: Directory[] = [];
  const appeared: Directory[] = [];
  for (const directory of changed) {
    const { reported, live } = directory;
    if (reported !== undefined && live === undefined) gone.push(directory);
    if (reported === undefined && live !== undefined) appeared.push(directory);
  }
  const byInode = new Map(gone.map((directory) => [directory.reported?.ino, directory]));
  // An outer directory comes before those inside it.
  appeared.sort((a, b) => a.path.length - b.path.length);

  const toOf = new Map<string, string>();
  for (const { path, live } of appeared) {
    const source = byInode.get(live?.ino);
    if (source?.reported === undefined || live === undefined) continue;
    if (!isSameIdentity(source.reported, live) || hasUnknownFiles(source)) continue;
    if (!isMovedAlong(source.path, path, toOf)) toOf.set(source.path, path);
  }
  return [...toOf].map(([from, to]) => ({ from, to }));
}

function hasUnknownFiles({ namedAs, children }: Directory): boolean {
  return namedAs !== undefined || [...(children?.values() ?? [])].some(hasUnknownFiles);
}

function isMovedAlong(from: string, to: string, toOf: ReadonlyMap<string, string>): boolean {
  for (const dir of directoriesAbove(from)) {
    const moved = toOf.get(dir);
    if (moved !== undefined && to === moved + from.slice(dir.length)) return true;
  }
  return false;
}

/** The directories that a path is in, the nearest first. */
function* directoriesAbove(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    yield path.slice(0, end);
  }
}

function movedPath({ from, to }: MovedDirectory, path: string): string {
  return to + path.slice(from.length);
}
