import type { FileStamp, PluginFiles } from '../../modules/files/PluginFiles.js';
import { hashOf } from './versionMarks.js';

/** The files of one version, the folder of its plugin, and those that they stand in the place of: by path, what the disk said of each. */
interface Pin {
  readonly folder: string;
  readonly texts: ReadonlyMap<string, string>;
  readonly replaced: ReadonlyMap<string, string | undefined>;
}

/**
 * Files as they were, in the place of what is on disk, for as long as they are pinned and nobody writes to one that they
 * stand for: an edit is to be seen, and what is read after it is read from the disk. A plugin sees those of its own
 * version only: a file that it shares with another is for it what is on disk.
 */
export class PinnedFiles implements PluginFiles {
  #pins: readonly Pin[] = [];

  constructor(readonly disk: PluginFiles) {}

  /** @param replaced - What `identityOf` said of each file that is replaced, before it was compared. */
  pin(folder: string, texts: Pin['texts'], replaced: Pin['replaced']): void {
    this.#pins = [...this.#pins, { folder: this.#realName(folder), texts, replaced }];
  }
  /** The disk is seen again. */
  release(): void {
    this.#pins = [];
  }

  /** Changes when the file on the disk does; undefined when there is none. */
  identityOf(path: string): string | undefined {
    try {
      return this.disk.stat(path)?.identity;
    } catch {
      return undefined;
    }
  }

  seenFrom(folder: string): PluginFiles {
    const reader = this.#realName(folder);
    return {
      stat: (path) => this.stat(path, reader),
      read: (path, maxBytes) => this.read(path, maxBytes, reader),
      realPath: (path) => this.realPath(path, reader),
      list: (dir) => this.list(dir),
    };
  }

  stat(path: string, reader?: string): FileStamp | undefined {
    const text = this.#at(path, reader);
    return text === undefined ? this.disk.stat(path) : stampOf(text);
  }

  read(path: string, maxBytes: number, reader?: string) {
    const text = this.#at(path, reader);
    if (text === undefined) return this.disk.read(path, maxBytes);
    const stamp = stampOf(text);
    return { text, before: stamp, after: stamp, sizeBytes: stamp.sizeBytes };
  }

  realPath(path: string, reader?: string): string {
    return this.#textOf(path, reader) === undefined ? this.disk.realPath(path) : path;
  }

  list(dir: string): readonly string[] {
    return this.disk.list(dir);
  }

  /** By the name that was asked for, or the real one: the files of a version are kept under the latter. */
  #at(path: string, reader: string | undefined): string | undefined {
    if (this.#pins.length === 0) return undefined;
    const text = this.#textOf(path, reader);
    if (text !== undefined) return text;
    return this.#textOf(this.#realName(path), reader);
  }

  #realName(path: string): string {
    try {
      return this.disk.realPath(path);
    } catch {
      return path;
    }
  }

  #textOf(path: string, reader: string | undefined): string | undefined {
    const pin = this.#pins.findLast(
      ({ texts, folder }) => texts.has(path) && (reader ?? folder) === folder,
    );
    if (pin === undefined || !this.#isWritten(pin)) return pin?.texts.get(path);
    this.#pins = this.#pins.filter((other) => other !== pin);
    return this.#textOf(path, reader);
  }

  #isWritten({ replaced }: Pin): boolean {
    return Array.from(replaced).some(([path, identity]) => this.identityOf(path) !== identity);
  }
}

function stampOf(text: string): FileStamp {
  const sizeBytes = Buffer.byteLength(text);
  return { kind: 'file', sizeBytes, identity: `pinned:${hashOf(text)}`, isSettled: true };
}
