import type { Directory } from '../forest/Directory.js';
import type { FileSystem } from '../disk/FileSystem.js';
import { pathIn } from '../forest/Forest.js';
import { isSameIdentity, isSameLook, type Look } from '../disk/Look.js';
import type { Entry, Snapshot } from '../disk/Snapshot.js';

/** Content is compared up to this length; above it, another time of writing is another content. */
const maxDigestBytes = 1024 * 1024;
/** Files whose content is read when there is time, 20 microseconds each. A touch of a file beyond them is a change. */
const maxReadCount = 20_000;

/** What was learned by reading a file: `undefined` where it could not be read, or was written meanwhile. */
export interface Comparison {
  readonly isChanged: boolean;
  /** NaN: not read. */
  readonly digest: number;
}

/** Tells bytes that differ from times that differ. Reads files ahead when there is time, so that it can. */
export class Contents {
  readonly #fileSystem: FileSystem;
  readonly #snapshot: Snapshot;
  readonly #followSymlinks: boolean;
  /** Directories with files that were not read yet. */
  readonly #unread = new Set<Directory>();
  #reading: { readonly directory: Directory; readonly names: Iterator<string> } | undefined;
  #readCount = 0;

  constructor(fileSystem: FileSystem, snapshot: Snapshot, followSymlinks: boolean) {
    this.#fileSystem = fileSystem;
    this.#snapshot = snapshot;
    this.#followSymlinks = followSymlinks;
  }

  /** Whether the bytes differ. Reads the file only where size and times cannot tell. */
  compare(path: string, before: Entry, look: Look): Comparison {
    const isKnown = !Number.isNaN(before.digest);
    if (before.sizeBytes !== look.sizeBytes) return { isChanged: true, digest: Number.NaN };
    // Only the time of change differs: mode or owner, as far as anyone can tell.
    if (!isKnown && before.mtimeMs === look.mtimeMs && isSameIdentity(before, look)) {
      return { isChanged: false, digest: Number.NaN };
    }
    const digest = this.digest(path, look);
    return { isChanged: !isKnown || digest !== before.digest, digest };
  }

  /** NaN for what cannot be read, or is too long to be worth it. */
  digest(path: string, look: Look): number {
    if (look.kind === 'link') return this.#fileSystem.digestLink(path) ?? Number.NaN;
    if (look.sizeBytes > maxDigestBytes) return Number.NaN;
    return this.#fileSystem.digest(path, maxDigestBytes) ?? Number.NaN;
  }

  /** Something in the directory was not read yet. */
  postpone(directory: Directory): void {
    if (this.#readCount < maxReadCount) this.#unread.add(directory);
  }

  forget(directory: Directory): void {
    this.#unread.delete(directory);
    if (this.#reading?.directory === directory) this.#reading = undefined;
  }

  get isReadingDue(): boolean {
    return this.#readCount < maxReadCount && (this.#reading !== undefined || this.#unread.size > 0);
  }

  /** Reads one file. Returns its path when it turns out to differ from what was reported. */
  readNext(): { readonly directory: Directory; readonly name: string } | undefined {
    if (this.#reading === undefined) {
      const [directory] = this.#unread;
      if (directory === undefined) return undefined;
      this.#unread.delete(directory);
      this.#reading = { directory, names: [...directory.files.keys()].values() };
    }
    const { directory, names } = this.#reading;
    const next = names.next();
    if (next.done === true) {
      this.#reading = undefined;
      return undefined;
    }
    return this.#read(directory, next.value) ? undefined : { directory, name: next.value };
  }

  #read(directory: Directory, name: string): boolean {
    const slot = directory.files.get(name);
    if (slot === undefined) return true;
    const entry = this.#snapshot.read(slot);
    if (!Number.isNaN(entry.digest) || entry.sizeBytes > maxDigestBytes) return true;
    const path = pathIn(directory, name);
    const look = this.#fileSystem.look(path, this.#followSymlinks);
    if (look === undefined || look.kind === 'unreadable') return false;
    if (look.kind !== 'file' && look.kind !== 'link') return false;
    this.#readCount += 1;
    const digest = this.digest(path, look);
    // The digest belongs to the snapshot only if nothing was written before or between.
    const after = this.#fileSystem.look(path, this.#followSymlinks);
    if (after === undefined || after.kind === 'unreadable') return false;
    if (!isSameLook(look, after) || !this.#snapshot.isSame(slot, look)) return false;
    this.#snapshot.write(slot, entry, digest);
    return true;
  }
}
