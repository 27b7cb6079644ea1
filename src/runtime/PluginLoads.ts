import { basename, dirname, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { defer, merge, type Observable, tap } from 'rxjs';
import { runtimeClosed } from '../model/reload/failures.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { withoutRejection } from '../model/reload/toReloadError.js';
import { attemptRead } from '../modules/files/readStableText.js';
import type { PluginLocation } from './manifest/findManifest.js';
import { impliedName } from './manifest/impliedManifest.js';
import { PluginCalls } from './PluginCalls.js';
import type { RuntimeParts } from './RuntimeParts.js';
import { missingManifests } from './registry/missingManifests.js';
import type { LoadResult } from './registry/PluginListing.js';
import { moduleAt } from './registry/PluginSources.js';

/** The ways to load plugins for the first time. */
export class PluginLoads extends PluginCalls {
  readonly #parts: RuntimeParts;

  constructor(parts: RuntimeParts) {
    super(parts);
    this.#parts = parts;
  }

  /** Loads the plugin whose manifest, or folder, is at `path`. */
  loadManifest(path: string): TaskEither<ReloadError, LoadResult> {
    const { sources } = this.#parts.registry;
    const locate = () => sources.locationOf(resolve(path));
    this.#parts.environment.compileCache?.requireOutside(locate().folder);
    return this.#loadAt(locate);
  }

  /**
   * Loads one module of a program as a plugin without a manifest. Every function that it exports may be called, lifecycle functions aside.
   *
   * @param options.name - Lower-case letters, digits and dashes, at most 64 characters; `TypeError` for anything else. Default: after the file.
   * @param options.exports - The functions that may be called. Default: all.
   */
  loadModule(
    file: string,
    options: { readonly name?: string; readonly exports?: readonly string[] } = {},
  ): TaskEither<ReloadError, LoadResult> {
    if (options.name !== undefined && impliedName(options.name) !== options.name) {
      throw new TypeError(
        `loadModule: name (${options.name}) is no name of lower-case letters, digits and dashes, such as "${impliedName(options.name)}"`,
      );
    }
    return this.#loadAt(() => moduleAt(resolve(file), options));
  }

  /**
   * Loads each folder of `dir` that has a manifest: one result per folder, in order of name. A folder that gets a manifest later is
   * loaded by the reload that its change starts.
   */
  loadDirectory(dir: string): TaskEither<never, readonly E.Either<ReloadError, LoadResult>[]> {
    const start = this.#announced(dir);
    return async () => {
      const results = await Promise.all(start());
      this.#parts.fileChanges.next();
      return E.right(results);
    };
  }

  /**
   * Like `loadDirectory`, with each result as soon as it is known: a plugin that is slow to start does not delay the others. Loads on
   * each subscription.
   */
  loadEach(dir: string): Observable<E.Either<ReloadError, LoadResult>> {
    const start = this.#announced(dir);
    return defer(() => merge(...start())).pipe(
      tap({ complete: () => this.#parts.fileChanges.next() }),
    );
  }

  /**
   * What a person may take for plugins of a directory, and that are none: each folder that looks like one and has no manifest, unless a
   * plugin uses its files; and the directory, where nothing in it is a plugin. Each with the lines that are missing. `watchPlugins` tells
   * them after the first load.
   */
  missingManifests(dir: string): readonly ReloadError[] {
    const { slots, sources } = this.#parts.registry;
    const path = resolve(dir);
    const found = attemptRead(
      () => missingManifests(path, sources.root ?? path, slots, sources.folders),
      path,
    );
    return E.isLeft(found) ? [] : found.right;
  }

  #loadAt(locate: () => PluginLocation): TaskEither<ReloadError, LoadResult> {
    const { sources, firstLoads } = this.#parts.registry;
    const announced = locate();
    const begin = firstLoads.announce(announced);
    const name = basename(announced.folder);
    return () =>
      withoutRejection(name, async () => {
        if (this.#parts.registry.isClosed) return E.left(runtimeClosed(name));
        const location = locate();
        sources.folders.addSingle(location);
        const loaded = this.#parts.registry.load(location, dirname(location.folder));
        begin();
        return loaded;
      });
  }

  /** From now on the plugins of a directory are to be loaded. The result starts that. */
  #announced(dir: string): () => readonly Promise<E.Either<ReloadError, LoadResult>>[] {
    this.#parts.environment.compileCache?.requireOutside(resolve(dir));
    const begin = this.#parts.registry.firstLoads.announceDirectory(resolve(dir));
    return () => {
      if (this.#parts.registry.isClosed)
        return [Promise.resolve(E.left(runtimeClosed(basename(dir))))];
      const loads = this.#parts.registry.loadEach(resolve(dir));
      begin();
      return loads;
    };
  }
}
