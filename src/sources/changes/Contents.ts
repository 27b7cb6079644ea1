import type { FileSystem } from '../disk/FileSystem.js';
import { isSameIdentity, isSameLook, type Look } from '../disk/Look.js';
import type { Entry, Snapshot } from '../disk/Snapshot.js';
import type { Directory } from '../forest/Directory.js';
import { pathIn } from '../forest/Forest.js';

/** Files up to this length are compared by content. For a longer one, another time of writing is a change. */
const maxDigestBytes = 1024 * 1024;
/** So many files are read ahead, 20 microseconds each. For the others, a touch is a change. */
const maxReadCount = 20_000;

/** What a comparison of a file with its snapshot found. */
export interface Comparison {
  readonly isChanged: boolean;
  /** Of the content that was read; NaN: it was not read, or could not be. */
  readonly digest: number;
}

/** Tells an edit from a touch, by content. For that it reads files ahead, while nothing else is to be done. */
export class Contents {
  readonly #fileSystem: FileSystem;
  readonly #snapshot: Snapshot;
  readonly #followSymlinks: boolean;
  /** Directories with files that were not read yet. */
  readonly #unread = new Set<Directory>();
  /** The directory that is being read, with the names that are left. */
  #reading: { readonly directory: Directory; readonly names: Iterator<string> } | undefined;
  /** Files that were read ahead. Reading ends at `maxReadCount`. */
  #readCount = 0;

  constructor(fileSystem: FileSystem, snapshot: Snapshot, followSymlinks: boolean) {
    this.#fileSystem = fileSystem;
    this.#snapshot = snapshot;
    this.#followSymlinks = followSymlinks;
  }

  /** Whether the content differs. Reads the file only where size and times do not tell. */
  compare(path: string, before: Entry, look: Look): Comparison {
    const isKnown = !Number.isNaN(before.digest);
    if (before.sizeBytes !== look.sizeBytes) return { isChanged: true, digest: Number.NaN };
    // Only the time of the last status change differs: mode or owner changed, as far as we can tell.
    if (!isKnown && before.mtimeMs === look.mtimeMs && isSameIdentity(before, look)) {
      return { isChanged: false, digest: Number.NaN };
    }
    const digest = this.digest(path, look);
    return { isChanged: !isKnown || digest !== before.digest, digest };
  }

  /** NaN for a file that cannot be read or is too long. */
  digest(path: string, look: Look): number {
    if (look.kind === 'link') return this.#fileSystem.digestLink(path) ?? Number.NaN;
    if (look.sizeBytes > maxDigestBytes) return Number.NaN;
    return this.#fileSystem.digest(path, maxDigestBytes) ?? Number.NaN;
  }

  /** A file of the directory is to be read ahead. */
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

  /** Reads one file. Returns it when it differs from what was reported. */
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

  /** Returns false when the file differs from what was reported. */
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
    // The digest belongs to the snapshot only if nothing was written before the file was read, or meanwhile.
    const after = this.#fileSystem.look(path, this.#followSymlinks);
    if (after === undefined || after.kind === 'unreadable') return false;
    if (!isSameLook(look, after) || !this.#snapshot.isSame(slot, look)) return false;
    this.#snapshot.write(slot, entry, digest);
    return true;
  }
}
