import { createHash } from 'node:crypto';
import type { FileStamp, PluginFiles } from '../runtime/PluginFiles.js';

/** Files as they were, in the place of what is on disk, for as long as they are pinned. */
export class PinnedFiles implements PluginFiles {
  readonly #texts = new Map<string, string>();

  constructor(readonly disk: PluginFiles) {}

  pin(files: ReadonlyMap<string, string>): void {
    for (const [path, text] of files) this.#texts.set(path, text);
  }
  /** The disk is seen again. */
  release(): void {
    this.#texts.clear();
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
    return this.#texts.has(path) ? path : this.disk.realPath(path);
  }

  list(dir: string): readonly string[] {
    return this.disk.list(dir);
  }

  /** By the name that was asked for, or the real one: the files of a version are kept under the latter. */
  #at(path: string): string | undefined {
    if (this.#texts.size === 0) return undefined;
    const text = this.#texts.get(path);
    if (text !== undefined) return text;
    try {
      return this.#texts.get(this.disk.realPath(path));
    } catch {
      return undefined;
    }
  }
}

function stampOf(text: string): FileStamp {
  const sha256 = createHash('sha256').update(text).digest('hex');
  const sizeBytes = Buffer.byteLength(text);
  return { kind: 'file', sizeBytes, identity: `pinned:${sha256}`, isSettled: true };
}
