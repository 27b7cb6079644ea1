import { readFile, stat } from 'node:fs/promises';

/** What tells whether a file was written. */
export interface FileStamp {
  readonly ino: number;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
}

/** The port through which `readStable` reads. */
export interface FileReader {
  stamp(path: string): Promise<FileStamp>;
  read(path: string): Promise<Uint8Array>;
}

/** The disk. */
export const fileReader: FileReader = {
  async stamp(path) {
    const { ino, size: sizeBytes, mtimeMs, ctimeMs } = await stat(path);
    return { ino, sizeBytes, mtimeMs, ctimeMs };
  },
  read: (path) => readFile(path),
};
