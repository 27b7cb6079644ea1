import { basename, dirname, join } from 'node:path';

/** What is at a path, and a text that changes when somebody writes to it. */
export interface FileStamp {
  /** `other` is a pipe, a socket or a device: it is never read. */
  readonly kind: 'file' | 'directory' | 'other';
  /** Size in bytes, from 0. */
  readonly sizeBytes: number;
  /**
   * Any text that differs after each write: on disk device, inode, size and times. It is compared, never parsed. Never empty: an empty
   * text stands for a file that could not be read.
   */
  readonly identity: string;
  /**
   * Whether an equal `identity` later proves equal bytes. False shortly after a write, since file times have a limited resolution: a second
   * write within that time does not change the identity. Then the runtime compares the text. An implementation may always say false: that
   * is slower and never wrong.
   */
  readonly isSettled: boolean;
}

/** One read of a file, and what the file was before and after it. The runtime reads again when the two differ. */
export interface FileReading {
  /** The content, decoded as UTF-8, with a byte order mark if there is one. */
  readonly text: string;
  /** The file when it was opened. When its kind is not `file`, nothing was read. */
  readonly before: FileStamp;
  /** The file after the last byte was read. */
  readonly after: FileStamp;
  /** Number of bytes that were read, at most `maxBytes` + 1. More than `maxBytes` means that the file is too large. */
  readonly sizeBytes: number;
  /**
   * Whether the bytes are valid UTF-8. A manifest that is not is refused: bytes that `text` cannot show could hide another name. Left
   * out: they are taken to be.
   */
  readonly isUtf8?: boolean;
}

/**
 * The port through which the runtime sees the files of plugins. Paths are absolute. All methods are synchronous. They throw the
 * system's error, whose `code` (such as `EACCES`) ends up in the failure of the reload.
 */
export interface PluginFiles {
  /** What is at a path. Follows links. Undefined when nothing is there; throws on any other failure. */
  stat(path: string): FileStamp | undefined;
  /** Reads at most `maxBytes` + 1 bytes of a regular file. Must not block on a pipe or a device. Throws when the file is missing. */
  read(path: string, maxBytes: number): FileReading;
  /** The path without links. Throws when nothing is there. */
  realPath(path: string): string;
  /** Names in a directory, sorted. Throws when it is missing or not a directory. */
  list(dir: string): readonly string[];
  /**
   * What the link at a path leads to, as it is written; undefined when no link is there. Left out: links on the way to files that are not
   * there yet are not followed.
   */
  readLink?(path: string): string | undefined;
  /** The files as the plugin in this folder sees them. Left out: all plugins see the same files. */
  seenFrom?(folder: string): PluginFiles;
  /**
   * Whether `stat` of a directory gives another identity after each name that was added to it, removed or replaced, and `list` all its names.
   * Then a reload does not look for unchanged imports again. Left out: it does.
   */
  readonly stampsDirectories?: boolean | undefined;
  /** Whether what is seen at a path is what is on disk, and not something that stands in for it. Left out: it always is. */
  isOnDisk?(path: string): boolean;
}

/** `stat` that never throws: a file that cannot be seen, for lack of permission or because its links form a cycle, counts as missing. */
export function tryStat(files: PluginFiles, path: string): FileStamp | undefined {
  try {
    return files.stat(path);
  } catch {
    return undefined;
  }
}

/** The text without the byte order mark with which some editors begin a file. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** The path without links. A file that was removed since it was seen keeps its path: reading it fails with the right error. */
export function realPathOf(files: PluginFiles, path: string): string {
  try {
    return files.realPath(path);
  } catch {
    return path;
  }
}

/** The path without links, as far as it exists. */
export function realPlace(files: PluginFiles, path: string): string {
  try {
    return files.realPath(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(realPlace(files, parent), basename(path));
  }
}
