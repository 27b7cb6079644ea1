import { readFile, stat } from 'node:fs/promises';

/** Changes with every write to a file, as far as its times can tell. */
export interface WriteStamp {
  readonly ino: number;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** The port through which `readStable` reads. */
export interface FileReader {
  /** The stamp of the last write to the file: equal stamps mean equal content. Rejects with the system's error. */
  stamp(path: string): Promise<WriteStamp>;
  /** The whole content. Rejects with the system's error. */
  read(path: string): Promise<Uint8Array>;
}

/** Reads from the disk. */
export const fileReader: FileReader = {
  async stamp(path) {
    const { ino, size: sizeBytes, mtimeMs, ctimeMs } = await stat(path);
    return { ino, sizeBytes, mtimeMs, ctimeMs };
  },
  read: (path) => readFile(path),
};
