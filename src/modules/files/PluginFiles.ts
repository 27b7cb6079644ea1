/** What a path is on disk, and a text that changes with its content. */
export interface FileStamp {
  readonly kind: 'file' | 'directory' | 'other';
  readonly sizeBytes: number;
  /** Equal on two looks: the file was not written in between. */
  readonly identity: string;
  /** Written long enough ago that a later write cannot have left the identity as it is: file times come in steps of milliseconds. */
  readonly isSettled: boolean;
}

/** One read between two looks at the file. */
export interface FileReading {
  readonly text: string;
  readonly before: FileStamp;
  readonly after: FileStamp;
  /** Bytes that were there, at most one more than asked for. */
  readonly sizeBytes: number;
}

/** The port through which the runtime sees files. Methods throw the system's errors (`code`). */
export interface PluginFiles {
  /** Follows links; undefined when nothing is there. */
  stat(path: string): FileStamp | undefined;
  /** Reads at most `maxBytes` + 1 bytes of a regular file, and never waits for a pipe or device. */
  read(path: string, maxBytes: number): FileReading;
  realPath(path: string): string;
  /** Names in a directory, sorted. */
  list(dir: string): readonly string[];
  /** Files as the plugin in a folder is to see them, where they are not the same for all. */
  seenFrom?(folder: string): PluginFiles;
}

/** What is at a path, as far as this process may see: undefined also where it has no permission, or links lead in a circle. */
export function lookAt(files: PluginFiles, path: string): FileStamp | undefined {
  try {
    return files.stat(path);
  } catch {
    return undefined;
  }
}
