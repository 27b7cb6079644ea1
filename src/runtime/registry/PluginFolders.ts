import { basename, join } from 'node:path';
import { getOrElse } from 'fp-ts/lib/Either.js';
import { isUnder } from '../../model/paths.js';
import { attemptRead } from '../../modules/files/readStableText.js';
import {
  findManifest,
  manifestNames,
  peekName,
  type PluginLocation,
} from '../manifest/findManifest.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';

/** Folders that hold a plugin, or may: those under the directories that were loaded, and those named one by one. */
export class PluginFolders {
  readonly #roots = new Set<string>();
  readonly #single = new Map<string, PluginLocation>();

  constructor(readonly files: PluginFiles) {}

  get roots(): readonly string[] {
    return [...this.#roots];
  }
  get all(): readonly string[] {
    // A directory that is gone for now has no folders.
    const found = this.roots.flatMap((root) =>
      getOrElse((): readonly string[] => [])(attemptRead(() => this.under(root), root)),
    );
    return [...new Set([...found, ...this.#single.keys()])];
  }

  addRoot(dir: string): void {
    this.#roots.add(dir);
  }

  /** A plugin that was named itself. */
  addSingle(location: PluginLocation): void {
    this.#single.set(location.folder, location);
  }

  /** What is watched also while nothing in it could be loaded. */
  get watched(): readonly string[] {
    return [...this.#roots, ...this.#single.keys()];
  }

  /** Where the manifest of a folder is. */
  locationOf(folder: string): PluginLocation {
    return this.#single.get(folder) ?? { folder, manifestPath: undefined };
  }

  /** The folders of a directory that have a manifest. Throws what the system says of the directory. */
  under(root: string): readonly string[] {
    return this.files
      .list(root)
      .map((name) => join(root, name))
      .filter((folder) => findManifest(this.files, this.locationOf(folder)) !== undefined);
  }

  /** The folder that a path belongs to, if that can be a plugin's. */
  owning(path: string): string | undefined {
    const single = [...this.#single.keys()].find(
      (folder) => path === folder || isUnder(path, folder),
    );
    if (single !== undefined) return single;
    const root = [...this.#roots].find((dir) => path !== dir && isUnder(path, dir));
    if (root === undefined) return undefined;
    const [first = ''] = path.slice(root.length + 1).split(/[\\/]/, 1);
    const folder = join(root, first);
    const isManifest = manifestNames.some((name) => path === join(folder, name));
    const isPlugin = findManifest(this.files, this.locationOf(folder)) !== undefined;
    return isManifest || isPlugin ? folder : undefined;
  }

  /** The name under which a folder without a loaded plugin is spoken of. */
  nameOf(folder: string): string {
    return peekName(this.files, this.locationOf(folder)) ?? basename(folder);
  }
}
