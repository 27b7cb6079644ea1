import { sep } from 'node:path';
import type { FileSystem } from '../disk/FileSystem.js';
import type { Identity, Look } from '../disk/Look.js';
import type { Directory } from '../forest/Directory.js';

/** Where links are followed: each real directory, and the one path under which it is watched. */
export class RealDirectories {
  readonly #fileSystem: FileSystem;
  /** Device and inode → the directory that is watched. */
  readonly #watched = new Map<string, Directory>();

  constructor(fileSystem: FileSystem) {
    this.#fileSystem = fileSystem;
  }

  /** Whether the path is a link to a directory that one of the views reaches without the link. */
  isReachedDirectly(path: string, { isFollowed }: Look, views: Directory['views']): boolean {
    if (!isFollowed) return false;
    const target = this.#fileSystem.realPath(path);
    return views.some(
      ({ root }) => target === root.path || target?.startsWith(root.path + sep) === true,
    );
  }

  /** The directory with that identity that is watched under another path, as far as we know. */
  watchedElsewhere(path: string, identity: Identity): Directory | undefined {
    const directory = this.#watched.get(keyOf(identity));
    return directory?.path === path ? undefined : directory;
  }

  /** The directory is watched from now on. */
  add(directory: Directory, identity: Identity): void {
    this.#watched.set(keyOf(identity), directory);
  }

  /** The directory is no longer watched under its path. */
  delete(directory: Directory, identity: Identity): void {
    const key = keyOf(identity);
    if (this.#watched.get(key) === directory) this.#watched.delete(key);
  }
}

function keyOf({ dev, ino }: Identity): string {
  return `${dev}:${ino}`;
}
