import { basename, dirname, resolve } from 'node:path';
import type { FileStamp, PluginFiles } from '../../../modules/files/PluginFiles.js';
import type { FileSystem } from '../../../sources/disk/FileSystem.js';
import type { Look } from '../../../sources/disk/Look.js';

/** As many links as Linux follows in one path. */
const MAX_LINK_COUNT = 40;

interface Node {
  readonly kind: 'file' | 'directory' | 'link';
  readonly ino: number;
  readonly birthMs: number;
  mtimeMs: number;
  ctimeMs: number;
  /** Of a link: what it leads to. */
  text: string;
  /** Of a directory: the names in it. */
  readonly names: Set<string>;
}

/**
 * The disk of the plugins' folders, in memory. The watch source and the runtime read the same disk through their own ports.
 * Like ext4, it gives the inode of a removed file to the next file that is created.
 */
export class PluginDisk {
  /** Files and directories, by path. */
  readonly #nodes = new Map<string, Node>();
  /** Inodes of removed files and directories, to be used again. */
  readonly #freeInodes: number[] = [];
  readonly #nowMs: () => number;
  readonly #onTouch: (path: string) => void;
  /** The first inode that was never used. */
  #nextInode = 2;
  /** Changes so far: makes every timestamp unique. */
  #ticks = 0;
  /** Links that were ever made. Without any, no path has to be looked through for them. */
  #linkCount = 0;

  /** `onTouch` is called with each path that changes. */
  constructor(root: string, nowMs: () => number, onTouch: (path: string) => void) {
    this.#nowMs = nowMs;
    this.#onTouch = onTouch;
    this.#nodes.set(root, this.#newNode('directory', ''));
  }

  /** The port of the watch source. It does not follow links, but those on the way to a path are followed. */
  readonly fileSystem: FileSystem = {
    look: (path, followSymlinks) => this.#look(path, followSymlinks),
    list: (dir) => {
      const node = this.#followed(dir);
      return node?.kind === 'directory' ? [...node.names] : undefined;
    },
    entries: (dir) =>
      [...(this.#followed(dir)?.names ?? [])].map((name) => ({
        name,
        isFile: () => this.#look(`${dir}/${name}`, false)?.kind === 'file',
      })),
    text: (path) => this.#followed(path)?.text,
    digest: (path) => digestOf(this.#followed(path)?.text),
    digestLink: (path) => digestOf(this.#link(path)?.text),
    linkTarget: (path) => this.#link(path)?.text,
    realPath: (path) => this.realPath(path),
  };

  /** The port of the runtime. */
  readonly pluginFiles: PluginFiles = {
    stat: (path) => {
      const node = this.#followed(path);
      return node && stampOf(node);
    },
    read: (path, maxBytes) => {
      const node = this.#existing(path);
      const stamp = stampOf(node);
      return {
        text: node.text.slice(0, maxBytes + 1),
        before: stamp,
        after: stamp,
        sizeBytes: node.text.length,
      };
    },
    realPath: (path) => {
      this.#existing(path);
      return this.realPath(path) ?? path;
    },
    readLink: (path) => this.#link(path)?.text,
    list: (dir) => [...this.#existing(dir).names].sort(),
  };

  /** The text of the file that a path leads to. */
  read(path: string): string | undefined {
    return this.#followed(path)?.text;
  }

  /** The path without links; undefined when it leads nowhere. */
  realPath(path: string): string | undefined {
    return this.#realPath(path, MAX_LINK_COUNT);
  }

  /** Makes a link, or leads the one that is there elsewhere, in one step. */
  link(path: string, target: string): void {
    if (!this.#nodes.has(dirname(path))) return;
    this.#linkCount += 1;
    if (this.#nodes.has(path)) this.#freeInodes.push(this.#detach(path).ino);
    this.#attach(path, this.#newNode('link', target));
    this.#onTouch(path);
  }

  has(path: string): boolean {
    return this.#nodes.has(path);
  }

  write(path: string, text: string): void {
    const node = this.#nodes.get(path);
    if (node === undefined) this.#attach(path, this.#newNode('file', text));
    else {
      node.text = text;
      node.mtimeMs = node.ctimeMs = this.#tick();
    }
    this.#onTouch(path);
  }

  makeDirectory(path: string): void {
    if (this.#nodes.has(path)) return;
    this.#attach(path, this.#newNode('directory', ''));
    this.#onTouch(path);
  }

  remove(path: string): void {
    const node = this.#nodes.get(path);
    if (node === undefined) return;
    for (const name of [...node.names]) this.remove(`${path}/${name}`);
    this.#detach(path);
    this.#freeInodes.push(node.ino);
    this.#onTouch(path);
  }

  /** Renames a file, over another one if there is one, as an editor's safe save does. */
  renameFile(from: string, to: string): void {
    const node = this.#nodes.get(from);
    if (node === undefined || this.#nodes.get(dirname(to)) === undefined) return;
    const target = this.#nodes.get(to);
    if (target !== undefined) this.#freeInodes.push(target.ino);
    this.#detach(from);
    this.#attach(to, node);
    node.ctimeMs = this.#tick();
    this.#onTouch(from);
    this.#onTouch(to);
  }

  /** Moves a directory with all that is in it. Does nothing where there is something at `to`, or no directory to move it into. */
  renameDirectory(from: string, to: string): void {
    const node = this.#nodes.get(from);
    if (node?.kind !== 'directory' || this.#nodes.has(to) || !this.#nodes.has(dirname(to))) return;
    const inside = [...this.#nodes].filter(([path]) => path.startsWith(`${from}/`));
    this.#detach(from);
    this.#attach(to, node);
    for (const [path] of inside) this.#nodes.delete(path);
    for (const [path, child] of inside) this.#nodes.set(to + path.slice(from.length), child);
    node.ctimeMs = this.#tick();
    this.#onTouch(from);
    this.#onTouch(to);
  }

  #attach(path: string, node: Node): void {
    this.#nodes.set(path, node);
    this.#nodes.get(dirname(path))?.names.add(basename(path));
  }

  #detach(path: string): Node {
    const node = this.#existing(path);
    this.#nodes.delete(path);
    this.#nodes.get(dirname(path))?.names.delete(basename(path));
    return node;
  }

  #realPath(path: string, linkCount: number): string | undefined {
    const node = this.#nodes.get(path);
    if (node !== undefined && node.kind !== 'link') return path;
    if (this.#linkCount === 0 || linkCount === 0) return undefined;
    const dir = dirname(path);
    if (node !== undefined) return this.#realPath(resolve(dir, node.text), linkCount - 1);
    if (dir === path) return undefined;
    const realDir = this.#realPath(dir, linkCount);
    // Where no link is on the way, nothing is there.
    if (realDir === undefined || realDir === dir) return undefined;
    return this.#realPath(`${realDir}/${basename(path)}`, linkCount - 1);
  }

  /** What a path leads to. */
  #followed(path: string): Node | undefined {
    const node = this.#nodes.get(path);
    if (this.#linkCount === 0 || (node !== undefined && node.kind !== 'link')) return node;
    const real = this.realPath(path);
    return real === undefined ? undefined : this.#nodes.get(real);
  }

  /** The link at a path, with the links on the way to it followed. */
  #link(path: string): Node | undefined {
    const node = this.#entry(path);
    return node?.kind === 'link' ? node : undefined;
  }

  /** What is at a path itself, with the links on the way to it followed. */
  #entry(path: string): Node | undefined {
    const node = this.#nodes.get(path);
    if (this.#linkCount === 0 || node !== undefined) return node;
    const dir = this.realPath(dirname(path));
    return dir === undefined ? undefined : this.#nodes.get(`${dir}/${basename(path)}`);
  }

  #newNode(kind: Node['kind'], text: string): Node {
    const nowMs = this.#tick();
    const ino = this.#freeInodes.pop() ?? this.#nextInode++;
    return { kind, ino, text, names: new Set(), birthMs: nowMs, mtimeMs: nowMs, ctimeMs: nowMs };
  }

  #existing(path: string): Node {
    const node = this.#followed(path) ?? this.#nodes.get(path);
    if (node !== undefined) return node;
    throw Object.assign(new Error(`ENOENT: no such file, ${path}`), { code: 'ENOENT', path });
  }

  #look(path: string, followSymlinks: boolean): Look | undefined {
    const entry = this.#entry(path);
    const isFollowed = followSymlinks && entry?.kind === 'link';
    const node = isFollowed ? this.#followed(path) : entry;
    if (node === undefined) return undefined;
    const { kind, ino, birthMs, mtimeMs, ctimeMs, text } = node;
    const sizeBytes = text.length;
    return {
      kind,
      isFollowed,
      dev: 1,
      ino,
      birthMs,
      mtimeMs,
      ctimeMs,
      sizeBytes,
      atimeMs: 0,
    };
  }

  /** The time of a change. Two changes never share one, as on a kernel with fine timestamps. */
  #tick(): number {
    this.#ticks += 1;
    return 1 + this.#nowMs() + this.#ticks / 2 ** 20;
  }
}

function stampOf({ kind: found, ino, text, mtimeMs, ctimeMs }: Node): FileStamp {
  // What leads nowhere was not followed.
  const kind = found === 'link' ? 'other' : found;
  const identity = `${ino}:${text.length}:${mtimeMs}:${ctimeMs}`;
  return { kind, sizeBytes: text.length, identity, isSettled: true };
}

function digestOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  let value = 7;
  for (let at = 0; at < text.length; at += 1) value = (value * 31 + text.charCodeAt(at)) % 2 ** 40;
  return value;
}
