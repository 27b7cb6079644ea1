import { basename, dirname } from 'node:path';
import type { FileStamp, PluginFiles } from '../../../modules/files/PluginFiles.js';
import type { FileSystem } from '../../../sources/disk/FileSystem.js';
import type { Look } from '../../../sources/disk/Look.js';

interface Node {
  readonly kind: 'file' | 'directory';
  readonly ino: number;
  readonly birthMs: number;
  mtimeMs: number;
  ctimeMs: number;
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

  /** `onTouch` is called with each path that changes. */
  constructor(root: string, nowMs: () => number, onTouch: (path: string) => void) {
    this.#nowMs = nowMs;
    this.#onTouch = onTouch;
    this.#nodes.set(root, this.#newNode('directory', ''));
  }

  /** The port of the watch source. */
  readonly fileSystem: FileSystem = {
    look: (path) => this.#look(path),
    list: (dir) => {
      const node = this.#nodes.get(dir);
      return node?.kind === 'directory' ? [...node.names] : undefined;
    },
    text: (path) => this.#nodes.get(path)?.text,
    digest: (path) => digestOf(this.#nodes.get(path)?.text),
    digestLink: () => undefined,
    linkTarget: () => undefined,
    realPath: (path) => (this.#nodes.has(path) ? path : undefined),
  };

  /** The port of the runtime. */
  readonly pluginFiles: PluginFiles = {
    stat: (path) => {
      const node = this.#nodes.get(path);
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
      return path;
    },
    list: (dir) => [...this.#existing(dir).names].sort(),
  };

  read(path: string): string | undefined {
    return this.#nodes.get(path)?.text;
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

  #attach(path: string, node: Node): void {
    this.#nodes.set(path, node);
    this.#nodes.get(dirname(path))?.names.add(basename(path));
  }

  #detach(path: string): void {
    this.#nodes.delete(path);
    this.#nodes.get(dirname(path))?.names.delete(basename(path));
  }

  #newNode(kind: Node['kind'], text: string): Node {
    const nowMs = this.#tick();
    const ino = this.#freeInodes.pop() ?? this.#nextInode++;
    return { kind, ino, text, names: new Set(), birthMs: nowMs, mtimeMs: nowMs, ctimeMs: nowMs };
  }

  #existing(path: string): Node {
    const node = this.#nodes.get(path);
    if (node !== undefined) return node;
    throw Object.assign(new Error(`ENOENT: no such file, ${path}`), { code: 'ENOENT', path });
  }

  #look(path: string): Look | undefined {
    const node = this.#nodes.get(path);
    if (node === undefined) return undefined;
    const { kind, ino, birthMs, mtimeMs, ctimeMs, text } = node;
    const sizeBytes = text.length;
    return {
      kind,
      isFollowed: false,
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

function stampOf({ kind, ino, text, mtimeMs, ctimeMs }: Node): FileStamp {
  const identity = `${ino}:${text.length}:${mtimeMs}:${ctimeMs}`;
  return { kind, sizeBytes: text.length, identity, isSettled: true };
}

function digestOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  let value = 7;
  for (let at = 0; at < text.length; at += 1) value = (value * 31 + text.charCodeAt(at)) % 2 ** 40;
  return value;
}
