import { type FileStamp, type PluginFiles, realPlace } from '../../modules/files/PluginFiles.js';
import { sha256Of } from '../../state/ledger/VersionLedger.js';

/** The files of one version, shown in place of those on disk. */
interface Pin {
  /** The real path of the plugin's folder. */
  readonly folder: string;
  /** The pinned texts, by path. */
  readonly texts: ReadonlyMap<string, string>;
  /** The result of `identityOf` for each hidden file on disk; undefined for a file that did not exist. */
  readonly replaced: ReadonlyMap<string, string | undefined>;
}

/**
 * Shows files of an earlier version in place of those on disk, until they are released or a hidden file changes: then the
 * person has edited it, and the edit must load. A plugin sees only the pinned files of its own version: for a file that it
 * shares with another plugin, it sees the disk.
 */
export class PinnedFiles implements PluginFiles {
  #pins: readonly Pin[] = [];

  constructor(readonly disk: PluginFiles) {}

  /**
   * @param texts - By path, without links on the way to it.
   * @param replaced - The result of `identityOf` for each hidden file, from before its content was compared.
   */
  pin(folder: string, texts: Pin['texts'], replaced: Pin['replaced']): void {
    this.#pins = [...this.#pins, { folder: realPlace(this.disk, folder), texts, replaced }];
  }

  /** Removes all pins: reads return the files on disk again. */
  release(): void {
    this.#pins = [];
  }

  /** Differs after each write of the file on disk; undefined when there is no file. */
  identityOf(path: string): string | undefined {
    try {
      return this.disk.stat(path)?.identity;
    } catch {
      return undefined;
    }
  }

  /** A file that is pinned stands where the directory may have another one. */
  get stampsDirectories(): boolean {
    return this.#pins.length === 0 && this.disk.stampsDirectories === true;
  }

  seenFrom(folder: string): PluginFiles {
    const reader = realPlace(this.disk, folder);
    const isStamped = () => this.stampsDirectories;
    return {
      get stampsDirectories() {
        return isStamped();
      },
      stat: (path) => this.stat(path, reader),
      read: (path, maxBytes) => this.read(path, maxBytes, reader),
      realPath: (path) => this.realPath(path, reader),
      readLink: (path) => this.readLink(path),
      list: (dir) => this.list(dir),
      isOnDisk: (path) => this.#textAt(path, reader) === undefined,
    };
  }

  stat(path: string, reader?: string): FileStamp | undefined {
    const text = this.#textAt(path, reader);
    return text === undefined ? this.disk.stat(path) : stampOf(text);
  }

  read(path: string, maxBytes: number, reader?: string) {
    const text = this.#textAt(path, reader);
    if (text === undefined) return this.disk.read(path, maxBytes);
    const stamp = stampOf(text);
    return { text, before: stamp, after: stamp, sizeBytes: stamp.sizeBytes };
  }

  realPath(path: string, reader?: string): string {
    if (this.#pinnedText(path, reader) !== undefined) return path;
    // Of a file that is pinned and not on disk, the one that it would have.
    const real = this.#pins.length === 0 ? path : realPlace(this.disk, path);
    return this.#pinnedText(real, reader) === undefined ? this.disk.realPath(path) : real;
  }

  readLink(path: string): string | undefined {
    return this.disk.readLink?.(path);
  }

  list(dir: string): readonly string[] {
    return this.disk.list(dir);
  }

  /** Looked up by the path as given, then by its real path: the files of a version are pinned by real path. */
  #textAt(path: string, reader: string | undefined): string | undefined {
    if (this.#pins.length === 0) return undefined;
    const text = this.#pinnedText(path, reader);
    if (text !== undefined) return text;
    return this.#pinnedText(realPlace(this.disk, path), reader);
  }

  /** Drops a pin when one of its hidden files was written, and asks the next pin that has the path. */
  #pinnedText(path: string, reader: string | undefined): string | undefined {
    const pin = this.#pins.findLast(
      ({ texts, folder }) => texts.has(path) && (reader ?? folder) === folder,
    );
    if (pin === undefined || !this.#isWritten(pin)) return pin?.texts.get(path);
    this.#pins = this.#pins.filter((other) => other !== pin);
    return this.#pinnedText(path, reader);
  }

  #isWritten({ replaced }: Pin): boolean {
    return Array.from(replaced).some(([path, identity]) => this.identityOf(path) !== identity);
  }
}

function stampOf(text: string): FileStamp {
  const sizeBytes = Buffer.byteLength(text);
  return { kind: 'file', sizeBytes, identity: `pinned:${sha256Of(text)}`, isSettled: true };
}
