import * as E from 'fp-ts/lib/Either.js';
import { type Observable, Subject } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { fingerprintOf, portableName, textHash } from '../../modules/files/fingerprint.js';
import { attemptRead } from '../../modules/files/readStableText.js';
import { changedComputedImports, type StaleFile, unlikeBuilt } from '../code/staleFiles.js';
import { findManifest, manifestPaths, maxBytesOf } from '../manifest/findManifest.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import { type PluginSource, slotsIn } from './locatePlugin.js';
import type { PluginSources } from './PluginSources.js';

/**
 * What an attempt to load a plugin has found, as far as its slot does not know it. Files may have been otherwise for a moment just then, and
 * whoever watches them may see no difference before and after.
 */
export type AttemptSight =
  | {
      readonly kind: 'plugin';
      /** The plugin. */
      readonly key: string;
      /** There was no folder to load it from. */
      readonly isGone: boolean;
      /** Of the manifest, where that was refused. */
      readonly fingerprint: string | undefined;
    }
  | {
      readonly kind: 'directory';
      /** The directory whose plugins were loaded. */
      readonly key: string;
      /** The folders in it that had a manifest. */
      readonly folders: readonly string[];
    };

/** What is compared with. */
export interface SightedPlugins {
  readonly slots: ReadonlyMap<string, PluginSlot>;
  readonly sources: PluginSources;
  locate(plugin: string): E.Either<ReloadError, PluginSource>;
}

/** Tells what each attempt to load a plugin has found, and compares it with what a new one would find. */
export class Attempts {
  readonly #ended = new Subject<AttemptSight>();

  constructor(readonly plugins: SightedPlugins) {}

  get sights$(): Observable<AttemptSight> {
    return this.#ended.asObservable();
  }

  close(): void {
    this.#ended.complete();
  }

  /** The plugins of a directory are being loaded, from these folders. */
  listed(dir: string, folders: readonly string[]): void {
    this.#ended.next({ kind: 'directory', key: dir, folders });
  }

  /** There is no folder to load the plugin from. */
  foundNone<A>(plugin: string, result: A): A {
    this.#ended.next({ kind: 'plugin', key: plugin, isGone: true, fingerprint: undefined });
    return result;
  }

  /** No slot could be opened for what is in a folder. */
  refused<A extends E.Left<ReloadError>>(result: A): A {
    const { plugin: key, fingerprint } = result.left;
    this.#ended.next({ kind: 'plugin', key, isGone: false, fingerprint });
    return result;
  }

  /** The slot knows what was found. Files that stand in for those on disk are not compared: whoever put them there decides how long. */
  ended(plugin: string): void {
    if (this.plugins.slots.get(plugin)?.files.isOfDisk === false) return;
    this.#ended.next({ kind: 'plugin', key: plugin, isGone: false, fingerprint: undefined });
  }

  /** The files that a new attempt would find otherwise: what nobody reports needs one. */
  changedSince(sight: AttemptSight): readonly StaleFile[] {
    const { plugins } = this;
    if (sight.kind === 'directory') return unlisted(sight, plugins);
    const slot = plugins.slots.get(sight.key);
    const located = plugins.locate(sight.key);
    if (E.isLeft(located)) {
      // Nothing serves from there, or the attempt has found that already.
      if (slot === undefined || sight.isGone || located.left._tag !== 'PluginGone') return [];
      return manifestsOf(slot).map((path) => ({ path, change: 'Deleted' }));
    }
    const { location } = located.right;
    const path = findManifest(plugins.sources.environmentAt(location.folder).files, location);
    if (sight.isGone) return path === undefined ? [] : [{ path, change: 'Created' }];
    if (slot !== undefined) return unlikeTried(slot);
    return path === undefined ? [] : unlikeRefused(sight, path, located.right, plugins);
  }
}

/** The manifest, if it is not the one that was refused. What else is in the folder is not known. */
function unlikeRefused(
  { fingerprint }: Extract<AttemptSight, { readonly kind: 'plugin' }>,
  path: string,
  { location: { folder } }: PluginSource,
  { sources }: SightedPlugins,
): readonly StaleFile[] {
  const { files } = sources.environmentAt(folder);
  const read = attemptRead(() => files.read(path, maxBytesOf(path)), path);
  if (fingerprint === undefined || E.isLeft(read)) return [];
  const now = fingerprintOf([[portableName(folder, path), textHash(read.right.text)]]);
  return now === fingerprint ? [] : [{ path, change: 'Modified' }];
}

/** The manifests that have appeared in a directory since its plugins were loaded, of folders that nothing was loaded from. */
function unlisted(
  { key, folders: listed }: Extract<AttemptSight, { readonly kind: 'directory' }>,
  { slots, sources }: SightedPlugins,
): readonly StaleFile[] {
  const { folders } = sources;
  const found = attemptRead(() => folders.under(key), key);
  if (E.isLeft(found)) return [];
  const known = new Set(listed);
  return found.right
    .filter((folder) => !known.has(folder) && slotsIn(folder, slots).length === 0)
    .flatMap((folder) => findManifest(folders.files, folders.locationOf(folder)) ?? [])
    .map((path) => ({ path, change: 'Created' }));
}

function unlikeTried(slot: PluginSlot): readonly StaleFile[] {
  const { files: inUse, environment, serving, lastFailure } = slot;
  const build = inUse.lastBuild;
  if (build === undefined) return [];
  const unlike = unlikeBuilt(environment.files, build);
  const { result } = build;
  const version = serving?.version;
  // After a failure the version before serves, whose parts are not those of the last attempt.
  if (unlike.length > 0 || lastFailure !== undefined || E.isLeft(result) || !version) return unlike;
  const { graph } = result.right;
  if (version.codeHash !== result.right.codeHash) return [];
  const parts = changedComputedImports(environment.files, version.graph, graph);
  return parts.map((path) => ({ path, change: 'Modified' }));
}

function manifestsOf({ serving, location }: PluginSlot): readonly string[] {
  return serving === undefined ? manifestPaths(location) : [serving.version.manifest.path];
}
