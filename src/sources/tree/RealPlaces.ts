import { sep } from 'node:path';
import type { Directory } from '../forest/Directory.js';
import type { Identity } from '../disk/Look.js';
import type { FileSystem } from '../disk/FileSystem.js';
import { isSameIdentity, type Look } from '../disk/Look.js';

/** With followed links: real directory → where it is watched, so that each is watched once. */
export class RealPlaces {
  readonly #places = new Map<string, Directory>();
  readonly #fileSystem: FileSystem;
  readonly #checkItself: (place: Directory) => void;

  constructor(fileSystem: FileSystem, checkItself: (place: Directory) => void) {
    this.#fileSystem = fileSystem;
    this.#checkItself = checkItself;
  }

  /** Whether what was found in a directory is, or will be, watched under another path. */
  isElsewhere({ views }: Directory, look: Look, path: string): boolean {
    if (look.kind !== 'directory') return false;
    if (look.isFollowed) {
      const target = this.#fileSystem.realPath(path);
      const isCoveredAnyway = views.some(
        ({ root }) => target === root.path || target?.startsWith(root.path + sep),
      );
      if (isCoveredAnyway) return true;
    }
    const place = this.#places.get(key(look));
    if (place === undefined || place.path === path) return false;
    this.#checkItself(place);
    return place.live !== undefined && isSameIdentity(place.live, look);
  }

  take(directory: Directory, identity: Identity): void {
    this.#places.set(key(identity), directory);
  }

  free(directory: Directory, identity: Identity): void {
    if (this.#places.get(key(identity)) === directory) this.#places.delete(key(identity));
  }
}

function key({ dev, ino }: Identity): string {
  return `${dev}:${ino}`;
}
