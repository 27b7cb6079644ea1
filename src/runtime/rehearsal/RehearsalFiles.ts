import { basename, dirname, resolve } from 'node:path';
import type { FileReading, FileStamp, PluginFiles } from '../../modules/files/PluginFiles.js';

/** A file as it is now. `savesCount` tells its texts apart. */
interface HeldFile {
  readonly text: string;
  readonly savesCount: number;
}

/**
 * The files of the plugin that is rehearsed, in memory. They answer as the disk does: a file that was saved is not settled, all others are,
 * so a reload takes the ways that it takes after a save on disk.
 */
export class RehearsalFiles implements PluginFiles {
  readonly stampsDirectories = true;
  readonly #files = new Map<string, HeldFile>();
  readonly #folders = new Map<string, string[]>();

  save(path: string, text: string): void {
    const before = this.#files.get(path);
    if (before === undefined) this.#enter(path);
    this.#files.set(path, { text, savesCount: (before?.savesCount ?? 0) + 1 });
  }

  text(path: string): string | undefined {
    return this.#files.get(path)?.text;
  }

  /** Of what is in a folder. */
  names(folder: string): readonly string[] | undefined {
    return this.#folders.get(folder);
  }

  stat(path: string): FileStamp | undefined {
    const file = this.#files.get(path);
    if (file !== undefined) {
      return {
        kind: 'file',
        sizeBytes: Buffer.byteLength(file.text),
        identity: `${path}:${file.savesCount}`,
        isSettled: file.savesCount === 1,
      };
    }
    const names = this.#folders.get(path);
    if (names === undefined) return undefined;
    return {
      kind: 'directory',
      sizeBytes: 0,
      identity: `${path}:${names.length}`,
      isSettled: true,
    };
  }

  read(path: string): FileReading {
    const file = this.#files.get(path);
    const stamp = this.stat(path);
    if (file === undefined || stamp === undefined) throw notFound(path);
    const { text } = file;
    return { text, before: stamp, after: stamp, sizeBytes: stamp.sizeBytes, isUtf8: true };
  }

  realPath(path: string): string {
    if (this.stat(path) === undefined) throw notFound(path);
    return path;
  }

  list(dir: string): readonly string[] {
    const names = this.#folders.get(dir);
    if (names === undefined) throw notFound(dir);
    return names.toSorted();
  }

  readLink(): undefined {
    return undefined;
  }

  /** Adds a name to its folder, and the folders above it. */
  #enter(path: string): void {
    const folder = dirname(path);
    if (folder === path) return;
    const names = this.#folders.get(folder);
    if (names === undefined) this.#enter(folder);
    this.#folders.set(folder, [...(names ?? []), basename(path)]);
  }
}

/** A path that no file of the disk has a reason to have. */
export const REHEARSAL_ROOT = resolve('/hotpipe-rehearsal');

function notFound(path: string): Error {
  return Object.assign(new Error(`ENOENT: no such file or directory, '${path}'`), {
    code: 'ENOENT',
  });
}
