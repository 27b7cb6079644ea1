import { basename, join } from 'node:path';
import { getOrElse } from 'fp-ts/lib/Either.js';
import { isUnder } from '../../model/paths.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import { attemptRead } from '../../modules/files/readStableText.js';
import {
  findManifest,
  manifestNames,
  PACKAGE_FILE,
  type PluginLocation,
} from '../manifest/findManifest.js';
import { impliedName, indexFile } from '../manifest/impliedManifest.js';
import { type ManifestName, ManifestNames } from '../manifest/ManifestNames.js';
import {
  impliedAt,
  isCandidateName,
  type ManifestRule,
  PACKAGES,
  pluginFoldersUnder,
} from './pluginFolders.js';

/**
 * The folders that hold a plugin, or may hold one later: those below the directories that were loaded, and those that were given to
 * `loadManifest`.
 */
export class CandidateFolders {
  /** Directories given to `loadDirectory` and `loadEach`. */
  readonly #directories = new Set<string>();
  /** Plugins given to `loadManifest`, by folder. */
  readonly #single = new Map<string, PluginLocation>();
  /** Links in a directory behind which a plugin was, or which lead to nothing: what comes there is seen only by who watches the link. */
  readonly #links = new Set<string>();
  readonly #names = new ManifestNames();

  constructor(
    readonly files: PluginFiles,
    readonly manifests: ManifestRule = 'required',
  ) {}

  get directories(): readonly string[] {
    return [...this.#directories];
  }

  addDirectory(dir: string): void {
    this.#directories.add(dir);
  }

  addSingle(location: PluginLocation): void {
    this.#single.set(location.folder, location);
  }

  /** The folders that have a manifest now, and those that were given to `loadManifest`. A directory that does not exist now adds none. */
  get all(): readonly string[] {
    const found = [...this.#directories].flatMap((dir) =>
      getOrElse((): readonly string[] => [])(attemptRead(() => this.under(dir), dir)),
    );
    return [...new Set([...found, ...this.#single.keys()])];
  }

  /** The paths that must be watched even if no plugin in them could be loaded. */
  get watched(): readonly string[] {
    for (const path of this.#links) if (!this.#isLink(path)) this.#links.delete(path);
    return [...this.#directories, ...this.#single.keys(), ...this.#links];
  }

  /** No plugin is in the folder any more. */
  noteGone(folder: string): void {
    if (this.isInDirectory(folder) && this.#isLink(folder)) this.#links.add(folder);
  }

  /** Notes which names in a directory are links that lead to nothing yet. `found`: the folders in it that have a plugin. Gone by now, it has none. */
  noteDangling(dir: string, found: readonly string[]): void {
    const known = new Set(found);
    const names = attemptRead(() => this.files.list(dir), dir);
    for (const name of getOrElse((): readonly string[] => [])(names)) {
      const path = join(dir, name);
      if (known.has(path) || !isCandidateName(name, this.manifests)) continue;
      if (!this.exists(path) && this.#isLink(path)) this.#links.add(path);
    }
  }

  /** Where the manifest of a folder is. */
  locationOf(folder: string): PluginLocation {
    return (
      this.#single.get(folder) ?? { folder, manifestPath: undefined, ...this.impliedAt(folder) }
    );
  }

  /** What stands in for the manifest of a plugin at a path, where none is needed. */
  impliedAt(path: string): Pick<PluginLocation, 'implied'> {
    return impliedAt(path, this);
  }

  /** The folders of a directory that have a manifest, in order of name. Throws the system's error when the directory cannot be listed. */
  under(dir: string): readonly string[] {
    const { files, manifests } = this;
    return pluginFoldersUnder(dir, {
      files,
      manifests,
      locationOf: (folder) => this.locationOf(folder),
    });
  }

  /** What a directory has that looks like a plugin and is none, since its manifest is missing. Throws as `under`. */
  withoutManifest(dir: string): readonly string[] {
    if (this.manifests === 'optional') return [];
    return this.files
      .list(dir)
      .filter((name) => !name.startsWith('.') && name !== PACKAGES)
      .map((name) => join(dir, name))
      .filter((folder) => this.looksLikePlugin(folder));
  }

  /** Whether a folder has no manifest, and an index file or a package.json as plugins have them. */
  looksLikePlugin(folder: string): boolean {
    if (this.#hasManifest(folder)) return false;
    const isPackage = tryStat(this.files, join(folder, PACKAGE_FILE))?.kind === 'file';
    return isPackage || indexFile(this.files, folder) !== undefined;
  }

  /** Whether a path may belong to a plugin that is not known yet. */
  isInDirectory(path: string): boolean {
    if ([...this.#directories].some((dir) => isUnder(path, dir))) return true;
    return [...this.#single.keys()].some((folder) => path === folder || isUnder(path, folder));
  }

  /** The plugin folder that a path belongs to; undefined when it belongs to none. A manifest's own path counts also when it is deleted. */
  owning(path: string): string | undefined {
    const single = [...this.#single.keys()].find(
      (folder) => path === folder || isUnder(path, folder),
    );
    if (single !== undefined) return single;
    const parent = [...this.#directories].find((dir) => path !== dir && isUnder(path, dir));
    if (parent === undefined) return undefined;
    const [first = ''] = path.slice(parent.length + 1).split(/[\\/]/, 1);
    const folder = join(parent, first);
    if (!isCandidateName(first, this.manifests)) return undefined;
    const isManifest = manifestNames.some((name) => path === join(folder, name));
    return isManifest || this.#hasManifest(folder) ? folder : undefined;
  }

  /**
   * What events call a plugin that is not loaded: the name in its manifest, a guess where it cannot be parsed, or else its folder's
   * name. To decide which plugin a folder holds, ask `isNamed`.
   */
  nameOf(folder: string): string {
    return this.shownNameAt(this.locationOf(folder));
  }

  /** As `nameOf`, for a location that may not be one of the candidates yet. */
  shownNameAt(location: PluginLocation): string {
    const found = this.nameAt(location);
    if (found.kind === 'named') return found.name;
    const guess = found.kind === 'unclear' ? found.guess : undefined;
    return guess ?? (location.implied ? impliedName(location.folder) : basename(location.folder));
  }

  exists(path: string): boolean {
    return tryStat(this.files, path) !== undefined;
  }

  /** What is known of the name of the plugin at a location, now. */
  nameAt(location: PluginLocation, files: PluginFiles = this.files): ManifestName {
    return this.#names.at(files, location);
  }

  /** Whether the manifest of a folder says that its plugin has this name. */
  isNamed(folder: string, plugin: string): boolean {
    const found = this.nameAt(this.locationOf(folder));
    return found.kind === 'named' && found.name === plugin;
  }

  /**
   * Whether the plugin at a location has left its name to others: its manifest is gone, or says another name. One that cannot be parsed
   * now, as in the middle of a save, leaves nothing.
   */
  hasLeft(plugin: string, location: PluginLocation, files: PluginFiles = this.files): boolean {
    const found = this.nameAt(location, files);
    return found.kind === 'absent' || (found.kind === 'named' && found.name !== plugin);
  }

  #isLink(path: string): boolean {
    return this.files.readLink?.(path) !== undefined;
  }

  #hasManifest(folder: string): boolean {
    return findManifest(this.files, this.locationOf(folder)) !== undefined;
  }
}
