import { dirname } from 'node:path';
import type { FileStart } from '../../../state/disk/StateFiles.js';

interface Inode {
  cached: Uint8Array;
  /** What is on the disk whatever happens; undefined before the first flush. */
  durable: Uint8Array | undefined;
}

type Entry = Inode | 'directory';

/**
 * The disk of the states, with a page cache. What was not flushed survives a loss of power or does not, each file and
 * each name on its own: a file as it was, as written, cut short, or full of zeros.
 *
 * @source The four outcomes were all seen on ext4 and xfs: test/faults
 */
export class StateDisk {
  readonly #names = new Map<string, Entry>([['/', 'directory']]);
  readonly #durableNames = new Map(this.#names);
  readonly #open = new Map<number, Inode>();
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
    this.#open.set(this.#nextFile, inode);
    return this.#nextFile++;
  }

  /** Takes at most `maxBytes` of what is left. */
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
    this.#open.delete(file);
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

  /** Whether a file would be there, whole, after a loss of power at this moment. */
  isDurable(path: string): boolean {
    const inode = this.#durableNames.get(path);
    return inode !== undefined && inode !== 'directory' && inode.durable === inode.cached;
  }

  /** Bits of a record rot, in the cache and on the disk alike. */
  corrupt(path: string, bytes: Uint8Array): void {
    const inode = this.#names.get(path);
    if (inode === undefined || inode === 'directory') return;
    inode.cached = bytes;
    inode.durable = bytes;
  }

  /** What the next process finds when this one was killed: all that was written. */
  afterKill(): StateDisk {
    return this.#copy(this.#names, (inode) => ({ ...inode }));
  }

  /** What the next start finds after a loss of power; `below(n)` draws what became of one thing that was not flushed. */
  afterPowerLoss(below: (count: number) => number): StateDisk {
    const names = new Map(this.#durableNames);
    for (const [path, entry] of this.#names) {
      if (!names.has(path) && below(2) === 1) names.set(path, entry);
    }
    for (const path of [...names.keys()]) {
      if (!this.#names.has(path) && below(2) === 1) names.delete(path);
    }
    // A rename that was not flushed leaves the old name or the new one.
    const left = new Set(names.values());
    const living = new Set(this.#names.values());
    for (const [path, entry] of this.#durableNames) {
      if (entry === 'directory' || left.has(entry) || !living.has(entry)) continue;
      if (!names.has(path)) names.set(path, entry);
    }
    for (const path of [...names.keys()]) {
      for (let dir = dirname(path); dir !== '/'; dir = dirname(dir)) {
        if (!names.has(dir)) names.delete(path);
      }
    }
    return this.#copy(names, ({ cached, durable }) => {
      const left = durable === cached ? cached : tornBytes(cached, durable, below);
      return { cached: left, durable: left };
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
    const inode = this.#open.get(file);
    if (inode === undefined) throw errno('EBADF', String(file));
    return inode;
  }
}

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
