import { basename, dirname } from 'node:path';
import { type SchedulerLike, Subject } from 'rxjs';
import type { Hint } from '../../../src/sources/backends/WatchBackend.js';
import type { FileSystem } from '../../../src/sources/disk/FileSystem.js';
import type { Look } from '../../../src/sources/disk/Look.js';
import type { SessionPorts } from '../../../src/sources/session/SessionPorts.js';

interface Node {
  readonly kind: 'file' | 'directory';
  readonly ino: number;
  /** Unlike an inode it is never reused. */
  readonly serial: number;
  readonly birthMs: number;
  mtimeMs: number;
  ctimeMs: number;
  content: string;
}

/**
 * A disk in memory. Like ext4, it gives a free inode to the next file at once. Like inotify, it hints at each act in a
 * watched directory under the path that the directory had when it was watched, even if it has been moved since.
 */
export class FakeDisk {
  readonly hints$ = new Subject<Hint>();
  readonly #nodes = new Map<string, Node>();
  /** Directory → names in it: a test with thousands of directories must not iterate all nodes for each. */
  readonly #names = new Map<string, Set<string>>();
  readonly #freeInodes: number[] = [];
  readonly #scheduler: SchedulerLike;
  readonly #lagMs: number;
  #nextInode = 2;
  #nextSerial = 1;
  #ticks = 0;
  #removals = 0;
  /** Serial of a directory → the paths under which it is watched. */
  readonly #watched = new Map<number, Set<string>>();
  /** Path → serial of the directory that is watched under it. */
  readonly #watchedAs = new Map<string, number>();

  /** `lagMs`: how far the disk's clock is behind. A kernel that keeps time in ticks is up to 10 ms behind. */
  constructor(scheduler: SchedulerLike, lagMs = 0) {
    this.#scheduler = scheduler;
    this.#lagMs = lagMs;
    this.#add('/r', 'directory', '');
  }

  watch(dir: string): void {
    const serial = this.serial(dir);
    this.release(dir);
    if (serial === undefined || !this.isDirectory(dir)) return;
    this.#watched.set(serial, (this.#watched.get(serial) ?? new Set()).add(dir));
    this.#watchedAs.set(dir, serial);
  }

  release(dir: string): void {
    const serial = this.#watchedAs.get(dir);
    if (serial === undefined) return;
    this.#watchedAs.delete(dir);
    this.#watched.get(serial)?.delete(dir);
  }

  /** Watches its directories, and hints at once at each act. `pass`: does otherwise, such as later or not at all. */
  watcher(pass: (send: () => void) => void = (send) => send()): SessionPorts['watcher'] {
    return (onHint) => {
      const hints = this.hints$.subscribe((hint) => pass(() => onHint(hint)));
      return {
        watch: (dir) => {
          this.watch(dir);
          onHint({ dir, name: null });
        },
        release: (dir) => this.release(dir),
        close: () => hints.unsubscribe(),
      };
    };
  }

  readonly fileSystem: FileSystem = {
    look: (path) => this.#look(path),
    list: (dir) =>
      this.#nodes.get(dir)?.kind === 'directory'
        ? this.#below(dir).map((path) => basename(path))
        : undefined,
    entries: (dir) =>
      this.#below(dir).map((path) => ({
        name: basename(path),
        isFile: () => this.#nodes.get(path)?.kind === 'file',
      })),
    text: (path) => this.#nodes.get(path)?.content,
    digest: (path) => hash(this.#nodes.get(path)?.content),
    digestLink: () => undefined,
    linkTarget: () => undefined,
    realPath: (path) => path,
  };

  files(): Map<string, string> {
    return new Map(
      [...this.#nodes]
        .filter(([, { kind }]) => kind === 'file')
        .map(([path, { content }]) => [path, content]),
    );
  }

  serial(path: string): number | undefined {
    return this.#nodes.get(path)?.serial;
  }

  isDirectory(path: string): boolean {
    return this.#nodes.get(path)?.kind === 'directory';
  }

  write(path: string, content: string): void {
    if (!this.isDirectory(dirname(path)) || this.isDirectory(path)) return;
    const node = this.#nodes.get(path);
    if (node === undefined) this.#add(path, 'file', content);
    else {
      node.content = content;
      node.mtimeMs = node.ctimeMs = this.#now();
    }
    this.#hint(path);
  }

  touch(path: string): void {
    const node = this.#nodes.get(path);
    if (node?.kind !== 'file') return;
    node.mtimeMs = node.ctimeMs = this.#now();
    this.#hint(path);
  }

  makeDirectory(path: string): void {
    if (!this.isDirectory(dirname(path)) || this.#nodes.has(path)) return;
    this.#add(path, 'directory', '');
    this.#hint(path);
  }

  remove(path: string): void {
    const node = this.#nodes.get(path);
    if (node === undefined) return;
    for (const child of this.#below(path)) this.remove(child);
    this.#take(path);
    this.#removals += 1;
    this.#freeInodes.push(node.ino);
    this.#hint(path);
    this.#watched.delete(node.serial);
  }

  rename(from: string, to: string): void {
    const node = this.#nodes.get(from);
    if (node === undefined || from === to || to.startsWith(`${from}/`)) return;
    const target = this.#nodes.get(to);
    if (!this.isDirectory(dirname(to))) return;
    if (target !== undefined && (node.kind === 'directory' || target.kind === 'directory')) return;
    if (target !== undefined) {
      this.#removals += 1;
      this.#freeInodes.push(target.ino);
    }
    this.#move(from, to);
    node.ctimeMs = this.#now();
    this.#hint(from);
    this.#hint(to);
  }

  #move(from: string, to: string): void {
    const inside = this.#below(from);
    const node = this.#take(from);
    if (node === undefined) return;
    this.#put(to, node);
    for (const path of inside) this.#move(path, to + path.slice(from.length));
  }

  #put(path: string, node: Node): void {
    this.#nodes.set(path, node);
    const dir = dirname(path);
    this.#names.set(dir, (this.#names.get(dir) ?? new Set()).add(basename(path)));
  }

  #take(path: string): Node | undefined {
    const node = this.#nodes.get(path);
    this.#nodes.delete(path);
    this.#names.get(dirname(path))?.delete(basename(path));
    return node;
  }

  #hint(path: string): void {
    const serial = this.serial(dirname(path));
    const watched = serial === undefined ? undefined : this.#watched.get(serial);
    for (const dir of watched ?? []) this.hints$.next({ dir, name: basename(path) });
  }

  #add(path: string, kind: Node['kind'], content: string): void {
    const now = this.#now();
    const ino = this.#freeInodes.pop() ?? this.#nextInode++;
    const serial = this.#nextSerial++;
    // Files that are created at one time have one time of birth, but not together with a reused inode.
    const birthMs = 1 + this.#scheduler.now() + this.#removals / 2 ** 20;
    this.#put(path, { kind, ino, serial, birthMs, mtimeMs: now, ctimeMs: now, content });
  }

  #below(dir: string): string[] {
    return [...(this.#names.get(dir) ?? [])].map((name) => `${dir}/${name}`);
  }

  #look(path: string): Look | undefined {
    const node = this.#nodes.get(path);
    if (node === undefined) return undefined;
    const { kind, ino, birthMs, mtimeMs, ctimeMs, content } = node;
    return {
      kind,
      isFollowed: false,
      dev: 1,
      ino,
      birthMs,
      mtimeMs,
      ctimeMs,
      sizeBytes: content.length,
      atimeMs: 0,
    };
  }

  /** Each act gets a time of its own, as on a kernel with fine timestamps. */
  #now(): number {
    this.#ticks += 1;
    return 1 + this.#scheduler.now() - this.#lagMs + this.#ticks / 2 ** 20;
  }
}

function hash(content: string | undefined): number | undefined {
  if (content === undefined) return undefined;
  let value = 7;
  for (const char of content) value = (value * 31 + char.charCodeAt(0)) % 2 ** 40;
  return value;
}
