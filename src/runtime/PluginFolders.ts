import { basename, dirname, join } from 'node:path';
import { getOrElse } from 'fp-ts/lib/Either.js';
import { isUnder } from '../model/isUnder.js';
import { attemptRead } from './attemptRead.js';
import { findManifest, manifestNames } from './findManifest.js';
import { peekName } from './peekName.js';
import type { PluginFiles } from './PluginFiles.js';

/** Folders that hold a plugin, or may: those under the directories that were loaded, and those named one by one. */
export class PluginFolders {
  readonly #roots = new Set<string>();
  readonly #single = new Set<string>();

  constructor(readonly files: PluginFiles) {}

  get roots(): readonly string[] {
    return [...this.#roots];
  }
  get all(): readonly string[] {
    // A directory that is gone for now has no folders.
    const found = this.roots.flatMap((root) =>
      getOrElse((): readonly string[] => [])(attemptRead(() => this.under(root), root)),
    );
    return [...new Set([...found, ...this.#single])];
  }

  addRoot(dir: string): void {
    this.#roots.add(dir);
  }

  /** A folder that was named itself, outside of any directory. */
  addFolder(folder: string): void {
    if (!this.#roots.has(dirname(folder))) this.#single.add(folder);
  }

  /** The folders of a directory that have a manifest. Throws what the system says of the directory. */
  under(root: string): readonly string[] {
    return this.files
      .list(root)
      .map((name) => join(root, name))
      .filter((folder) => findManifest(this.files, folder) !== undefined);
  }

  /** The folder that a path belongs to, if that can be a plugin's. */
  owning(path: string): string | undefined {
    const single = [...this.#single].find((folder) => isUnder(path, folder));
    if (single !== undefined) return single;
    const root = [...this.#roots].find((dir) => path !== dir && isUnder(path, dir));
    if (root === undefined) return undefined;
    const [first = ''] = path.slice(root.length + 1).split(/[\\/]/, 1);
    const folder = join(root, first);
    const isManifest = manifestNames.some((name) => path === join(folder, name));
    return isManifest || findManifest(this.files, folder) !== undefined ? folder : undefined;
  }

  /** The name under which a folder without a loaded plugin is spoken of. */
  nameOf(folder: string): string {
    return peekName(this.files, folder) ?? basename(folder);
  }
}
