import { sep } from 'node:path';
import type { Clock } from '../disk/Clock.js';
import type { FileSystem } from '../disk/FileSystem.js';
import { maxGitignoreBytes } from '../filters/GitignoreRules.js';
import type { Directory, View } from '../forest/Directory.js';
import { type Forest, pathIn } from '../forest/Forest.js';
import type { WatchErrors } from './WatchErrors.js';

const fileName = '.gitignore';
/**
 * A file that changed is read after this quiet time: during a save it may be empty, and then nothing would be ignored.
 */
const quietMs = 25;
/** The stamp of a file that does not exist. */
const absent = '';

export interface GitignorePorts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly forest: Forest;
  readonly errors: WatchErrors;
  /** Requests another listing of a directory in a later turn, because other files in it are wanted now. */
  readonly relist: (dir: string) => void;
}

/** Reads the `.gitignore` of each directory before the directory is listed, and again when the file has changed. */
export class Gitignores {
  readonly #ports: GitignorePorts;
  /** Directories whose file has changed and is not read yet. */
  readonly #changed = new Set<Directory>();
  #cancel: (() => void) | undefined;

  constructor(ports: GitignorePorts) {
    this.#ports = ports;
  }

  /** Call it when the directory is about to be listed, or its file was hinted at. */
  refresh(directory: Directory): void {
    for (const view of directory.views) {
      const { gitignore } = view.root;
      if (gitignore === undefined) continue;
      const stamp = this.#stamp(directory);
      if ((gitignore.stampOf(view.prefix) ?? absent) === stamp) continue;
      const isFirst =
        !directory.isListed || !directory.synced.some(({ root }) => root === view.root);
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
    const { forest, relist } = this.#ports;
    this.#cancel = undefined;
    for (const directory of this.#changed) {
      const stamp = this.#stamp(directory);
      for (const view of directory.views) this.#load(directory, view, stamp);
      const inside = directory.path.endsWith(sep) ? directory.path : directory.path + sep;
      for (const each of forest.all()) {
        if (each === directory || each.path.startsWith(inside)) relist(each.path);
      }
    }
    this.#changed.clear();
  }

  #load(directory: Directory, { root, prefix }: View, stamp: string): void {
    const { fileSystem, errors } = this.#ports;
    const path = pathIn(directory, fileName);
    errors.clear(path, 'ERR_GITIGNORE');
    const text = stamp === absent ? undefined : fileSystem.text(path, maxGitignoreBytes);
    if (text === undefined) {
      root.gitignore?.delete(prefix);
      if (stamp !== absent) {
        errors.report(
          'ERR_GITIGNORE',
          path,
          `it is not a text file of up to ${maxGitignoreBytes} bytes`,
        );
      }
      return;
    }
    const skipped = root.gitignore?.set(prefix, stamp, text) ?? [];
    if (skipped.length > 0) errors.report('ERR_GITIGNORE', path, skippedLines(skipped));
  }

  #stamp(directory: Directory): string {
    const look = this.#ports.fileSystem.look(pathIn(directory, fileName), false);
    if (look?.kind !== 'file') return absent;
    return `${look.ino} ${look.mtimeMs} ${look.ctimeMs} ${look.sizeBytes}`;
  }
}

function skippedLines(lines: readonly number[]): string {
  return lines.length === 1
    ? `line ${lines.join()} is too long or repeats **`
    : `lines ${lines.join(', ')} are too long or repeat **`;
}
