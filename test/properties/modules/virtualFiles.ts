import type { FileStamp, PluginFiles } from '../../../src/modules/files/PluginFiles.js';

/** A disk in memory, without links. Directories are those that files are in. */
export function virtualFiles(texts: Readonly<Record<string, string>>): PluginFiles {
  const directories = new Set(
    Object.keys(texts).flatMap((path) => {
      const parts = path.split('/');
      return parts.map((_part, at) => parts.slice(0, at).join('/') || '/');
    }),
  );
  const stat = (path: string): FileStamp | undefined => {
    const text = texts[path];
    if (text !== undefined) {
      return { kind: 'file', sizeBytes: text.length, identity: text || '-', isSettled: true };
    }
    const isDirectory = directories.has(path);
    return isDirectory
      ? { kind: 'directory', sizeBytes: 0, identity: 'directory', isSettled: true }
      : undefined;
  };
  return {
    stat,
    read(path) {
      const text = texts[path];
      const stamp = stat(path);
      if (text === undefined || stamp === undefined) throw new Error(`no file ${path}`);
      return { text, before: stamp, after: stamp, sizeBytes: text.length };
    },
    realPath: (path) => path,
    list: () => [],
  };
}
