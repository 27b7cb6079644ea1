import type { Directory, Identity } from './Directory.js';

/** With followed links: real directory → where it is watched, so that each is watched once. */
export class RealPlaces {
  readonly #places = new Map<string, Directory>();

  get(identity: Identity): Directory | undefined {
    return this.#places.get(key(identity));
  }

  take(directory: Directory, identity: Identity): void {
    this.#places.set(key(identity), directory);
  }

  free(directory: Directory, identity: Identity): void {
    if (this.get(identity) === directory) this.#places.delete(key(identity));
  }
}

function key({ dev, ino }: Identity): string {
  return `${dev}:${ino}`;
}
