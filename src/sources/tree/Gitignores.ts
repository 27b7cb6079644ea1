import { sep } from 'node:path';
import type { Clock } from '../disk/Clock.js';
import type { Directory, View } from '../forest/Directory.js';
import type { FileSystem } from '../disk/FileSystem.js';
import { type Forest, pathIn } from '../forest/Forest.js';
import type { Troubles } from './Troubles.js';

const fileName = '.gitignore';
const maxBytes = 256 * 1024;
/** A file that is being saved may be empty for a moment, and an empty one would let everything in, in milliseconds. */
const quietMs = 25;
const absent = '';

export interface GitignorePorts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly forest: Forest;
  readonly troubles: Troubles;
  /** Has a directory read again: what is wanted of it is not what it was. */
  readonly lookAt: (dir: string, name: null) => void;
}

/** Reads the `.gitignore` of each directory before the directory itself, and again when it has changed. */
export class Gitignores {
  readonly #ports: GitignorePorts;
  readonly #changed = new Set<Directory>();
  #cancel: (() => void) | undefined;

  constructor(ports: GitignorePorts) {
    this.#ports = ports;
  }

  /** The directory is about to be read, or its file was named. */
  refresh(directory: Directory): void {
    for (const view of directory.views) {
      const { gitignore } = view.root;
      if (gitignore === undefined) continue;
      const stamp = this.#stamp(directory);
      if ((gitignore.stampOf(view.prefix) ?? absent) === stamp) continue;
      const isFirst = !directory.isRead || !directory.known.some(({ root }) => root === view.root);
      if (isFirst) this.#load(directory, view, stamp);
      else this.#reloadLater(directory);
    }
  }

  /** The directory is gone. */
  forget(directory: Directory): void {
    this.#changed.delete(directory);
    for (const { root, prefix } of directory.views) root.gitignore?.delete(prefix);
  }

  close(): void {
    this.#cancel?.();
  }

  #reloadLater(directory: Directory): void {
    this.#changed.add(directory);
    this.#cancel?.();
    this.#cancel = this.#ports.clock.after(quietMs, () => this.#reload());
  }

  #reload(): void {
    const { forest, lookAt } = this.#ports;
    this.#cancel = undefined;
    for (const directory of this.#changed) {
      const stamp = this.#stamp(directory);
      for (const view of directory.views) this.#load(directory, view, stamp);
      const inside = directory.path.endsWith(sep) ? directory.path : directory.path + sep;
      for (const each of forest.all()) {
        if (each === directory || each.path.startsWith(inside)) lookAt(each.path, null);
      }
    }
    this.#changed.clear();
  }

  #load(directory: Directory, { root, prefix }: View, stamp: string): void {
    const { fileSystem, troubles } = this.#ports;
    const path = pathIn(directory, fileName);
    troubles.clear(path, 'ERR_GITIGNORE');
    const text = stamp === absent ? undefined : fileSystem.text(path, maxBytes);
    if (text === undefined) {
      root.gitignore?.delete(prefix);
      if (stamp !== absent)
        troubles.report('ERR_GITIGNORE', path, `it is not a text of up to ${maxBytes} bytes`);
      return;
    }
    const leftOut = root.gitignore?.set(prefix, stamp, text) ?? [];
    if (leftOut.length > 0)
      troubles.report(
        'ERR_GITIGNORE',
        path,
        `line ${leftOut.join(', ')} is too long or repeats **`,
      );
  }

  #stamp(directory: Directory): string {
    const look = this.#ports.fileSystem.look(pathIn(directory, fileName), false);
    if (look?.kind !== 'file') return absent;
    return `${look.ino} ${look.mtimeMs} ${look.ctimeMs} ${look.sizeBytes}`;
  }
}
