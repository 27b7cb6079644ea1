import { basename, dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { tryStat } from '../../modules/files/PluginFiles.js';
import { looksUnchanged } from '../../modules/files/unchanged.js';
import type { RuntimeEnvironment, SharedEnvironment } from '../environment/RuntimeEnvironment.js';
import { findManifest, manifestNames, type PluginLocation } from '../manifest/findManifest.js';
import { type Implied, isSourceName } from '../manifest/impliedManifest.js';
import type { Manifest } from '../manifest/manifestKeys.js';
import { type ReadManifest, readManifest } from '../manifest/readManifest.js';
import { CandidateFolders } from './CandidateFolders.js';

/** The manifests and folders on disk of the plugins of one runtime, loaded or not. */
export class PluginSources {
  readonly folders: CandidateFolders;

  constructor(
    readonly environment: SharedEnvironment,
    /** Paths in errors are relative to it; undefined: each load has a root of its own. */
    readonly root: string | undefined,
  ) {
    this.folders = new CandidateFolders(environment.files, environment.manifests);
  }

  /** The environment of the plugin in a folder. `root`: for paths in errors, if the host gave none. */
  environmentAt(folder: string, root = folder): RuntimeEnvironment {
    const { files, shared } = this.environment;
    const own = this.root ?? root;
    return {
      ...this.environment,
      files: files.seenFrom?.(folder) ?? files,
      root: own,
      ...(shared && { isShared: (path) => shared.includes(path, own) }),
    };
  }

  isDirectory(path: string): boolean {
    return tryStat(this.environment.files, path)?.kind === 'directory';
  }

  /** The location that a manifest's path, or a folder's, stands for. */
  locationOf(path: string): PluginLocation {
    if (this.isDirectory(path))
      return { folder: path, manifestPath: undefined, ...this.folders.impliedAt(path) };
    if (isSourceName(path)) return moduleAt(path, {});
    const isUsual = manifestNames.some((name) => name === basename(path));
    return { folder: dirname(path), manifestPath: isUsual ? undefined : path };
  }

  readManifest(
    location: PluginLocation,
    root?: string,
  ): Promise<E.Either<ReloadError, ReadManifest>> {
    const environment = this.environmentAt(location.folder, root);
    return readManifest(environment, location, findManifest(environment.files, location));
  }

  /**
   * The manifest on disk that names a plugin, if it is valid. `location`: where it is likely to be, which is looked at first. Only a plugin
   * that is not there is looked for in all folders.
   */
  async manifestOf(plugin: string, location?: PluginLocation): Promise<Manifest | undefined> {
    const here = location && (await this.#manifestAt(location));
    if (here?.name === plugin) return here;
    for (const folder of this.folders.all) {
      if (folder === location?.folder || !this.folders.isNamed(folder, plugin)) continue;
      const found = await this.#manifestAt(this.folders.locationOf(folder));
      if (found?.name === plugin) return found;
    }
    return undefined;
  }

  /** What is remembered of the manifest at a location is not needed any more: no plugin is there. */
  forget({ folder, manifestPath }: PluginLocation): void {
    this.folders.noteGone(folder);
    const paths = manifestPath === undefined ? [] : [manifestPath];
    for (const name of manifestNames) paths.push(join(folder, name));
    for (const path of paths) this.environment.manifestsRead.delete(path);
  }

  /** The manifest at a location as it is now. Where its file has not changed, that is the one that was `served`. */
  async manifestNow(
    location: PluginLocation,
    served: ReadManifest | undefined,
  ): Promise<Manifest | undefined> {
    const { files } = this.environmentAt(location.folder);
    if (served && looksUnchanged(files, served.path, served.identity)) return served.manifest;
    return this.#manifestAt(location);
  }

  async #manifestAt(location: PluginLocation): Promise<Manifest | undefined> {
    const read = await this.readManifest(location);
    return E.isRight(read) ? read.right.manifest : undefined;
  }
}

/** The location of a plugin that is one file. */
export function moduleAt(path: string, implied: Omit<Implied, 'isFile'>): PluginLocation {
  return { folder: path, manifestPath: undefined, implied: { ...implied, isFile: true } };
}
