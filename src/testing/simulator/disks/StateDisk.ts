import { dirname } from 'node:path';
import type { FileStart } from '../../../state/disk/StateFiles.js';

interface Inode {
  /** What a running process reads: all that was written. */
  cached: Uint8Array;
  /** What certainly survives a loss of power; undefined before the first flush. */
  durable: Uint8Array | undefined;
}

type Entry = Inode | 'directory';

/**
 * The disk of the state store, with a page cache. After a loss of power, whatever was not flushed may be there or not,
 * each file and each name independently. A file may be as before, as written, cut short, or partly zeros.
 *
 * @source All four outcomes were seen on ext4 and xfs: test/faults
 */
export class StateDisk {
  /** Names as a running process sees them. */
  readonly #names = new Map<string, Entry>([['/', 'directory']]);
  /** Names that certainly survive a loss of power. */
  readonly #durableNames = new Map(this.#names);
  /** Open files, by file descriptor. */
  readonly #openFiles = new Map<number, Inode>();
  /** The next file descriptor; 0 to 2 are taken in every process. */
  #nextFile = 3;

  isDirectory(path: string): boolean {
    return this.#names.get(path) === 'directory';
  }

  list(dir: string): string[] {
    if (!this.isDirectory(dir)) throw errno('ENOENT', dir);
    const start = dir.length + 1;
    const names: string[] = [];
    for (const path of this.#names.keys()) {
      if (path.length > start && path.startsWith(`${dir}/`)) names.push(path.slice(start));
    }
    return names;
  }

  makeDirectory(dir: string): void {
    if (!this.isDirectory(dirname(dir))) throw errno('ENOENT', dir);
    if (this.#names.has(dir)) throw errno('EEXIST', dir);
    this.#names.set(dir, 'directory');
  }

  create(path: string): number {
    if (this.#names.has(path)) throw errno('EEXIST', path);
    if (!this.isDirectory(dirname(path))) throw errno('ENOENT', path);
    const inode: Inode = { cached: new Uint8Array(), durable: undefined };
    this.#names.set(path, inode);
    this.#openFiles.set(this.#nextFile, inode);
    return this.#nextFile++;
  }

  /** Appends at most `maxBytes` of what is left after `offset`; returns how many. */
  write(file: number, bytes: Uint8Array, offset: number, maxBytes: number): number {
    const inode = this.#opened(file);
    const count = Math.min(bytes.length - offset, maxBytes);
    inode.cached = Buffer.concat([inode.cached, bytes.subarray(offset, offset + count)]);
    return count;
  }

  sync(file: number): void {
    const inode = this.#opened(file);
    inode.durable = inode.cached;
  }

  close(file: number): void {
    this.#opened(file);
    this.#openFiles.delete(file);
  }

  link(from: string, to: string): void {
    const entry = this.#names.get(from);
    if (entry === undefined) throw errno('ENOENT', from);
    if (this.#names.has(to)) throw errno('EEXIST', to);
    this.#names.set(to, entry);
  }

  rename(from: string, to: string): void {
    const entry = this.#names.get(from);
    if (entry === undefined) throw errno('ENOENT', from);
    this.#names.delete(from);
    this.#names.set(to, entry);
  }

  syncDirectory(dir: string): void {
    if (!this.isDirectory(dir)) throw errno('ENOENT', dir);
    for (const path of [...this.#durableNames.keys()]) {
      if (path !== '/' && dirname(path) === dir && !this.#names.has(path)) {
        this.#durableNames.delete(path);
      }
    }
    for (const [path, entry] of this.#names) {
      if (path !== '/' && dirname(path) === dir) this.#durableNames.set(path, entry);
    }
  }

  remove(path: string): void {
    if (!this.#names.delete(path)) throw errno('ENOENT', path);
  }

  read(path: string, maxBytes: number): FileStart | undefined {
    const inode = this.#names.get(path);
    if (inode === undefined) throw errno('ENOENT', path);
    if (inode === 'directory') return undefined;
    return { bytes: inode.cached.subarray(0, maxBytes), sizeBytes: inode.cached.length };
  }

  /** Whether a file would survive a loss of power at this moment, whole. */
  isDurable(path: string): boolean {
    const inode = this.#durableNames.get(path);
    return inode !== undefined && inode !== 'directory' && inode.durable === inode.cached;
  }

  /** Replaces the bytes of a file, in the cache and on the disk: damage by the disk itself. */
  overwrite(path: string, bytes: Uint8Array): void {
    const inode = this.#names.get(path);
    if (inode === undefined || inode === 'directory') return;
    inode.cached = bytes;
    inode.durable = bytes;
  }

  /** The disk that the next process finds after a kill: with all that was written. */
  afterKill(): StateDisk {
    return this.#copy(this.#names, (inode) => ({ ...inode }));
  }

  /**
   * The disk that the next process finds after a loss of power.
   *
   * @param below - Draws, from 0 to below its argument, what became of each thing that was not flushed.
   */
  afterPowerLoss(below: (count: number) => number): StateDisk {
    const names = new Map(this.#durableNames);
    for (const [path, entry] of this.#names) {
      if (!names.has(path) && below(2) === 1) names.set(path, entry);
    }
    for (const path of [...names.keys()]) {
      if (!this.#names.has(path) && below(2) === 1) names.delete(path);
    }
    // A rename that was not flushed leaves the old name or the new one, never neither.
    const found = new Set(names.values());
    const living = new Set(this.#names.values());
    for (const [path, entry] of this.#durableNames) {
      if (entry === 'directory' || found.has(entry) || !living.has(entry)) continue;
      if (!names.has(path)) names.set(path, entry);
    }
    // A name is lost with its directory.
    for (const path of [...names.keys()]) {
      for (let dir = dirname(path); dir !== '/'; dir = dirname(dir)) {
        if (!names.has(dir)) names.delete(path);
      }
    }
    return this.#copy(names, ({ cached, durable }) => {
      const bytes = durable === cached ? cached : tornBytes(cached, durable, below);
      return { cached: bytes, durable: bytes };
    });
  }

  #copy(names: ReadonlyMap<string, Entry>, copyOf: (inode: Inode) => Inode): StateDisk {
    const disk = new StateDisk();
    const copies = new Map<Inode, Inode>();
    for (const [path, entry] of names) {
      const copy = entry === 'directory' ? entry : (copies.get(entry) ?? copyOf(entry));
      if (entry !== 'directory' && copy !== 'directory') copies.set(entry, copy);
      disk.#names.set(path, copy);
    }
    for (const [path, entry] of disk.#names) disk.#durableNames.set(path, entry);
    return disk;
  }

  #opened(file: number): Inode {
    const inode = this.#openFiles.get(file);
    if (inode === undefined) throw errno('EBADF', String(file));
    return inode;
  }
}

/** Draws what is left of a file whose last writes were not flushed. */
function tornBytes(
  cached: Uint8Array,
  durable: Uint8Array | undefined,
  below: (count: number) => number,
): Uint8Array {
  const cut = cached.subarray(0, below(cached.length + 1));
  switch (below(4)) {
    case 0:
      return cached;
    case 1:
      return durable ?? new Uint8Array();
    case 2:
      return cut;
    default:
      return Buffer.concat([cut, new Uint8Array(cached.length - cut.length)]);
  }
}

function errno(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code, path });
}
