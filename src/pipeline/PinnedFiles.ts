import { createHash } from 'node:crypto';
import type { FileStamp, PluginFiles } from '../runtime/PluginFiles.js';

/** The files of one version, and those that they stand in the place of: by path, what the disk said of each. */
interface Pin {
  readonly texts: ReadonlyMap<string, string>;
  readonly replaced: ReadonlyMap<string, string | undefined>;
}

/**
 * Files as they were, in the place of what is on disk, for as long as they are pinned and nobody writes to one that they
 * stand for: an edit is to be seen, and what is read after it is read from the disk.
 */
export class PinnedFiles implements PluginFiles {
  #pins: readonly Pin[] = [];

  constructor(readonly disk: PluginFiles) {}

  /** @param replaced - What `identityOf` said of each file that is replaced, before it was compared. */
  pin(texts: Pin['texts'], replaced: Pin['replaced']): void {
    this.#pins = [...this.#pins, { texts, replaced }];
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

  stat(path: string): FileStamp | undefined {
    const text = this.#at(path);
    return text === undefined ? this.disk.stat(path) : stampOf(text);
  }

  read(path: string, maxBytes: number) {
    const text = this.#at(path);
    if (text === undefined) return this.disk.read(path, maxBytes);
    const stamp = stampOf(text);
    return { text, before: stamp, after: stamp, sizeBytes: stamp.sizeBytes };
  }

  realPath(path: string): string {
    return this.#textOf(path) === undefined ? this.disk.realPath(path) : path;
  }

  list(dir: string): readonly string[] {
    return this.disk.list(dir);
  }

  /** By the name that was asked for, or the real one: the files of a version are kept under the latter. */
  #at(path: string): string | undefined {
    if (this.#pins.length === 0) return undefined;
    const text = this.#textOf(path);
    if (text !== undefined) return text;
    try {
      return this.#textOf(this.disk.realPath(path));
    } catch {
      return undefined;
    }
  }

  #textOf(path: string): string | undefined {
    const pin = this.#pins.findLast(({ texts }) => texts.has(path));
    if (pin === undefined || !this.#isWritten(pin)) return pin?.texts.get(path);
    this.#pins = this.#pins.filter((other) => other !== pin);
    return this.#textOf(path);
  }

  #isWritten({ replaced }: Pin): boolean {
    return Array.from(replaced).some(([path, identity]) => this.identityOf(path) !== identity);
  }
}

function stampOf(text: string): FileStamp {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const sizeBytes = Buffer.byteLength(text);
  return { kind: 'file', sizeBytes, identity: `pinned:${sha256}`, isSettled: true };
}
