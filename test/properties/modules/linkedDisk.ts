import { dirname, join } from 'node:path';
import type { FileStamp, PluginFiles } from '../../../src/modules/files/PluginFiles.js';

type Node =
  | { readonly kind: 'file'; readonly text: string; id: number }
  | { readonly kind: 'directory'; id: number }
  | { readonly kind: 'link'; readonly target: string; id: number };

/** A disk in memory with links, whose directories are stamped as those of a real disk are. `counts` of what was asked of it. */
export class LinkedDisk {
  readonly counts = { stat: 0, read: 0, realPath: 0, list: 0, readLink: 0 };
  /** By path without links. */
  readonly #nodes = new Map<string, Node>([['/', { kind: 'directory', id: 0 }]]);
  #id = 0;
  isSettled = true;

  readonly files: PluginFiles = {
    stampsDirectories: true,
    stat: (path) => {
      this.counts.stat += 1;
      return this.#stat(path);
    },
    read: (path) => {
      this.counts.read += 1;
      const node = this.#nodes.get(this.#real(path) ?? '');
      const stamp = this.#stat(path);
      if (node?.kind !== 'file' || stamp === undefined) throw new Error('ENOENT');
      return { text: node.text, before: stamp, after: stamp, sizeBytes: node.text.length };
    },
    realPath: (path) => {
      this.counts.realPath += 1;
      const real = this.#real(path);
      if (real === undefined || !this.#nodes.has(real)) throw new Error('ENOENT');
      return real;
    },
    readLink: (path) => {
      this.counts.readLink += 1;
      const node = this.#nodes.get(
        join(this.#real(dirname(path)) ?? '', path.slice(path.lastIndexOf('/') + 1)),
      );
      return node?.kind === 'link' ? node.target : undefined;
    },
    list: (dir) => {
      this.counts.list += 1;
      return this.#namesIn(this.#real(dir) ?? '/none');
    },
  };

  /** Writes in place, or makes the file. Nothing happens where a directory is. */
  write(path: string, text: string): void {
    const real = this.#real(path) ?? path;
    const before = this.#nodes.get(real);
    if (before?.kind === 'directory' || !this.#mayHold(dirname(real))) return;
    if (before === undefined) this.#touch(dirname(real));
    this.#nodes.set(real, { kind: 'file', text, id: this.#next() });
  }

  /** Puts a new file in the place of what is there, as editors save. */
  replace(path: string, text: string): void {
    this.#put(path, { kind: 'file', text, id: this.#next() });
  }

  link(path: string, target: string): void {
    this.#put(path, { kind: 'link', target, id: this.#next() });
  }

  makeDirectory(path: string): void {
    if (this.#real(path) === undefined || !this.#nodes.has(path)) {
      this.#put(path, { kind: 'directory', id: this.#next() });
    }
  }

  /** Removes what is there, with all below it. */
  remove(path: string): void {
    for (const known of [...this.#nodes.keys()]) {
      if (known === path || known.startsWith(`${path}/`)) this.#nodes.delete(known);
    }
    this.#touch(dirname(path));
  }

  /** Moves what is there, with all below it, which keeps its identity. */
  move(from: string, to: string): void {
    if (!this.#nodes.has(from) || this.#nodes.has(to) || !this.#mayHold(dirname(to))) return;
    for (const [path, node] of [...this.#nodes]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#nodes.delete(path);
      this.#nodes.set(to + path.slice(from.length), node);
    }
    const moved = this.#nodes.get(to);
    if (moved !== undefined) moved.id = this.#next();
    this.#touch(dirname(from));
    this.#touch(dirname(to));
  }

  #put(path: string, node: Node): void {
    if (!this.#mayHold(dirname(path))) return;
    if (this.#nodes.get(path)?.kind === 'directory' || node.kind === 'directory') this.remove(path);
    this.#nodes.set(path, node);
    this.#touch(dirname(path));
  }

  #mayHold(dir: string): boolean {
    return this.#nodes.get(dir)?.kind === 'directory';
  }

  #touch(dir: string): void {
    const node = this.#nodes.get(dir);
    if (node !== undefined) node.id = this.#next();
  }

  #next(): number {
    this.#id += 1;
    return this.#id;
  }

  #stat(path: string): FileStamp | undefined {
    const node = this.#nodes.get(this.#real(path) ?? '/none');
    if (node === undefined || node.kind === 'link') return undefined;
    const sizeBytes = node.kind === 'file' ? node.text.length : 0;
    return { kind: node.kind, sizeBytes, identity: `${node.id}`, isSettled: this.isSettled };
  }

  #namesIn(dir: string): readonly string[] {
    const prefix = dir === '/' ? '/' : `${dir}/`;
    const below = [...this.#nodes.keys()].filter((path) => path !== '/' && path.startsWith(prefix));
    return below
      .map((path) => path.slice(prefix.length))
      .filter((name) => !name.includes('/'))
      .sort();
  }

  /** Without links; undefined behind a circle. The last part need not exist. */
  #real(path: string): string | undefined {
    let parts = path.split('/').filter(Boolean);
    let at = '/';
    for (let followed = 0; parts.length > 0; ) {
      const [name = '', ...rest] = parts;
      const next = join(at, name);
      const node = this.#nodes.get(next);
      parts = rest;
      if (node?.kind !== 'link') {
        at = next;
        continue;
      }
      followed += 1;
      if (followed > 8) return undefined;
      parts = [...join(at, node.target).split('/').filter(Boolean), ...rest];
      if (node.target.startsWith('/')) parts = [...node.target.split('/').filter(Boolean), ...rest];
      at = '/';
    }
    return at;
  }
}
