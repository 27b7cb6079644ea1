import { dirname } from 'node:path';
import type { FileStart, StateFiles } from '../../../src/state/disk/StateFiles.js';

interface Inode {
  cached: Uint8Array;
  /** What survives a loss of power; `undefined` before the first flush. */
  durable: Uint8Array | undefined;
}

export interface Crash {
  /** Picks one of `count` outcomes for one unflushed file or name. */
  readonly pick: (count: number) => number;
}

/** Thrown where the process is killed, so that it does nothing more. */
export class Killed extends Error {}

/**
 * A disk with a page cache. After a loss of power, each unflushed file and each unflushed name has an outcome of its own: a
 * file is as it was, as written, cut short, or full of zeros. Any call can be made to fail, or to be the last one.
 */
export class ModelDisk implements StateFiles {
  readonly calls: string[] = [];
  /** Called before each call; throws to make it fail. */
  beforeCall: (name: string, index: number) => void = () => {};
  /** Directories that may be entered and not read. */
  denied: ReadonlySet<string> = new Set();
  /** The most bytes that one write takes. */
  maxWriteBytes = Infinity;

  private names = new Map<string, Inode | 'directory'>([['/', 'directory']]);
  private durableNames = new Map(this.names);
  private open = new Map<number, Inode>();
  private nextFile = 3;

  private call(name: string): void {
    this.calls.push(name);
    this.beforeCall(name, this.calls.length - 1);
  }

  home = () => '/home';
  isDirectory = (path: string) => this.names.get(path) === 'directory';

  list(dir: string): string[] {
    this.call('list');
    if (!this.isDirectory(dir)) throw errno('ENOENT');
    return [...this.names.keys()]
      .filter((path) => path !== dir && dirname(path) === dir)
      .map((path) => path.slice(dir.length + 1));
  }

  makeDirectory(dir: string): void {
    this.call('makeDirectory');
    if (!this.isDirectory(dirname(dir))) throw errno('ENOENT');
    this.names.set(dir, 'directory');
  }

  create(path: string): number {
    this.call('create');
    if (this.names.has(path)) throw errno('EEXIST');
    if (!this.isDirectory(dirname(path))) throw errno('ENOENT');
    const inode: Inode = { cached: new Uint8Array(), durable: undefined };
    this.names.set(path, inode);
    this.open.set(this.nextFile, inode);
    return this.nextFile++;
  }

  write(file: number, bytes: Uint8Array, offset: number): number {
    this.call('write');
    const inode = this.inodeOf(file);
    const count = Math.min(bytes.length - offset, this.maxWriteBytes);
    inode.cached = Buffer.concat([inode.cached, bytes.subarray(offset, offset + count)]);
    return count;
  }

  async sync(file: number): Promise<void> {
    this.call('sync');
    const inode = this.inodeOf(file);
    inode.durable = inode.cached;
  }

  close(file: number): void {
    this.call('close');
    this.inodeOf(file);
    this.open.delete(file);
  }

  link(from: string, to: string): void {
    this.call('link');
    const inode = this.names.get(from);
    if (inode === undefined) throw errno('ENOENT');
    if (this.names.has(to)) throw errno('EEXIST');
    this.names.set(to, inode);
  }

  rename(from: string, to: string): void {
    this.call('rename');
    const inode = this.names.get(from);
    if (inode === undefined) throw errno('ENOENT');
    this.names.delete(from);
    this.names.set(to, inode);
  }

  async syncDirectory(dir: string): Promise<void> {
    this.call('syncDirectory');
    if (this.denied.has(dir)) throw errno('EACCES');
    if (!this.isDirectory(dir)) throw errno('ENOENT');
    for (const path of new Set([...this.names.keys(), ...this.durableNames.keys()])) {
      if (path === '/' || dirname(path) !== dir) continue;
      const now = this.names.get(path);
      if (now === undefined) this.durableNames.delete(path);
      else this.durableNames.set(path, now);
    }
  }

  remove(path: string): void {
    this.call('remove');
    if (!this.names.delete(path)) throw errno('ENOENT');
  }

  async read(path: string, maxBytes: number): Promise<FileStart | undefined> {
    this.call('read');
    const inode = this.names.get(path);
    if (inode === undefined) throw errno('ENOENT');
    if (inode === 'directory') return undefined;
    return { bytes: inode.cached.subarray(0, maxBytes), sizeBytes: inode.cached.length };
  }

  /** The files, as a process would see them now. */
  get files(): ReadonlyMap<string, Uint8Array> {
    return new Map(
      [...this.names].flatMap(([path, inode]) =>
        inode === 'directory' ? [] : [[path, inode.cached]],
      ),
    );
  }

  /** The disk that the next process finds when this one was killed: what was not flushed is still not. */
  afterKill(): ModelDisk {
    return this.copy(this.names, this.durableNames, (inode) => inode);
  }

  /** The disk that the next start finds after a loss of power. */
  afterPowerLoss({ pick }: Crash): ModelDisk {
    const names = new Map(this.durableNames);
    for (const [path, inode] of this.names)
      if (!names.has(path) && pick(2) === 1) names.set(path, inode);
    for (const path of [...names.keys()]) {
      if (!this.names.has(path) && pick(2) === 1) names.delete(path);
      // A name whose directory was lost is lost too.
    }
    for (const path of [...names.keys()]) {
      for (let dir = dirname(path); dir !== '/'; dir = dirname(dir))
        if (!names.has(dir)) names.delete(path);
    }
    return this.copy(names, names, ({ cached, durable }) => {
      if (durable === cached) return { cached, durable };
      const cut = pick(cached.length + 1);
      const outcomes = [
        cached,
        durable ?? new Uint8Array(),
        cached.subarray(0, cut),
        Buffer.concat([cached.subarray(0, cut), new Uint8Array(cached.length - cut)]),
      ];
      const left = outcomes[pick(outcomes.length)]!;
      return { cached: left, durable: left };
    });
  }

  private copy(
    names: ReadonlyMap<string, Inode | 'directory'>,
    durableNames: ReadonlyMap<string, Inode | 'directory'>,
    of: (inode: Inode) => Inode,
  ): ModelDisk {
    const disk = new ModelDisk();
    const copies = new Map<Inode, Inode>();
    const copyOf = (inode: Inode) => {
      const copy = copies.get(inode) ?? { ...of(inode) };
      copies.set(inode, copy);
      return copy;
    };
    const copied = (all: typeof names) =>
      new Map(
        [...all].map(([path, inode]) => [path, inode === 'directory' ? inode : copyOf(inode)]),
      );
    disk.names = copied(names);
    disk.durableNames = copied(durableNames);
    return disk;
  }

  private inodeOf(file: number): Inode {
    const inode = this.open.get(file);
    if (inode === undefined) throw errno('EBADF');
    return inode;
  }
}

export function errno(code: string): Error {
  return Object.assign(new Error(`${code}: made to fail`), { code });
}
