import type { FileSystem } from '../disk/FileSystem.js';
import { isSameIdentity, isSameLook, type Look } from '../disk/Look.js';
import { type Entry, type Snapshot, stateOf } from '../disk/Snapshot.js';
import type { Directory } from '../forest/Directory.js';
import { pathIn } from '../forest/Forest.js';

/** Files up to this length are compared by content. A longer file counts as changed when its mtime differs. */
const maxDigestBytes = 1024 * 1024;
/** At most this many files are read ahead, at 20 microseconds each. A touch of any other file counts as a change. */
const maxReadCount = 20_000;

/** What a comparison of a file with its snapshot found. */
export interface Comparison {
  readonly isChanged: boolean;
  /** Digest of the content that was read; NaN: the file was not read, or could not be. */
  readonly digest: number;
}

/**
 * Compares files by content, to tell an edit from a touch (a new mtime, the same content). Reads files ahead while the
 * session has nothing else to do.
 */
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

  /** Whether the content differs. Reads the file only where size and times do not decide it. */
  compare(path: string, before: Entry, look: Look): Comparison {
    const isKnown = !Number.isNaN(before.digest);
    if (before.sizeBytes !== look.sizeBytes) return { isChanged: true, digest: Number.NaN };
    // Only ctime differs: most likely the mode or the owner changed, and not the content.
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

  /** Queues a directory that has a file to read ahead. */
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
      this.#reading = { directory, names: directory.files.names().values() };
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
    // What a file had at the start is not known of one that was not looked at then, or not known for sure yet.
    const state = this.#snapshot.stateOf(slot);
    if (state !== 'settled' && state !== 'fresh') return true;
    if (!Number.isNaN(entry.digest) || entry.sizeBytes > maxDigestBytes) return true;
    const path = pathIn(directory, name);
    let look = this.#fileSystem.look(path, this.#followSymlinks);
    // A root that is a link to a file is followed, also where links are not.
    if (look?.kind === 'link' && !this.#snapshot.isSame(slot, look)) {
      look = this.#fileSystem.look(path, true);
    }
    if (look === undefined || look.kind === 'unreadable') return false;
    if (look.kind !== 'file' && look.kind !== 'link') return false;
    this.#readCount += 1;
    const digest = this.digest(path, look);
    // Keep the digest only if nobody wrote to the file since the snapshot, neither before the read nor during it.
    const after = this.#fileSystem.look(path, look.isFollowed);
    if (after === undefined || after.kind === 'unreadable') return false;
    if (!isSameLook(look, after) || !this.#snapshot.isSame(slot, look)) return false;
    this.#snapshot.write(slot, entry, digest, stateOf(entry));
    return true;
  }
}
