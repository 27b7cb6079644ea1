import { basename, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { ioFailure, nameTaken } from '../model/reload/sourceFailures.js';
import { checkGraph } from '../modules/checkGraph.js';
import { attemptRead } from '../modules/files/readStableText.js';
import { displayPath } from '../modules/places/sourcePlace.js';
import { buildCode } from './code/buildCode.js';
import type { PluginCode } from './code/PluginCode.js';
import { createEnvironment } from './createEnvironment.js';
import type { RuntimeEnvironment } from './environment/RuntimeEnvironment.js';
import type { RuntimeOptions } from './environment/RuntimeOptions.js';
import { checkDependencies } from './manifest/checkDependencies.js';
import { findManifest, type PluginLocation } from './manifest/findManifest.js';
import { manifestRefused } from './manifest/manifestFailures.js';
import { type ReadManifest, readManifest } from './manifest/readManifest.js';
import { CandidateFolders } from './registry/CandidateFolders.js';
import { foldersWithout, missingManifest } from './registry/missingManifests.js';

/** The result of checking one plugin. */
export interface PluginCheck {
  /** The name in its manifest; its folder's name when the manifest cannot be read. */
  readonly plugin: string;
  /** Relative to `root`, which defaults to the directory that was checked. */
  readonly folder: string;
  /** The version in its manifest; null when the manifest cannot be read. */
  readonly version: string | null;
  /** Number of source files that it consists of; 0 when they cannot be compiled. */
  readonly fileCount: number;
  /** Why it could not be loaded. Empty: it can be loaded, as far as this can be known without running it. */
  readonly problems: readonly ReloadError[];
}

/**
 * Reads, compiles and resolves each plugin of a directory, or the one plugin that `dir` is, and runs nothing of them. It checks
 * manifests, syntax, imports, the names that modules import from each other and that manifests promise, and the dependencies between
 * plugins.
 *
 * @param dir - A directory of plugin folders, or one plugin folder.
 * @param options - As for `PluginRuntime`: what the host offers and allows. With `compileCache`, what was compiled is kept there when the
 *   check ends, so that the first start of a host compiles nothing.
 * @returns One check per folder that has a manifest, or looks as if it should have one, in order of name; none when there is no such folder. Left when `dir` cannot be listed.
 */
export async function checkPlugins(
  dir: string,
  options: Pick<
    RuntimeOptions,
    | 'apiVersion'
    | 'capabilities'
    | 'compileCache'
    | 'files'
    | 'manifests'
    | 'onError'
    | 'root'
    | 'shared'
  > = {},
): Promise<E.Either<ReloadError, readonly PluginCheck[]>> {
  const path = resolve(dir);
  // Nothing runs, so nothing is reported.
  const ignore = () => undefined;
  const created = createEnvironment(options, ignore, ignore);
  const { compileCache, files, shared } = created;
  compileCache?.requireOutside(path);
  const root = options.root ?? path;
  const environment = {
    ...{ ...created, root },
    ...(shared && { isShared: (file: string) => shared.includes(file, root) }),
  };
  const candidates = new CandidateFolders(files, environment.manifests);
  const isOne = findManifest(files, candidates.locationOf(path)) !== undefined;
  const folders = attemptRead(() => (isOne ? [path] : candidates.under(path)), path);
  if (E.isLeft(folders)) {
    return E.left(ioFailure('', displayPath(root, folders.left.path), folders.left.code));
  }

  const manifests = new Map<string, ReadManifest>();
  for (const folder of folders.right) {
    const location = candidates.locationOf(folder);
    const read = await readManifest(environment, location, findManifest(files, location));
    if (E.isRight(read)) manifests.set(folder, read.right);
  }
  const checks: PluginCheck[] = [];
  const used = new Set<string>();
  for (const folder of folders.right) {
    const { check, paths } = await checkFolder(
      environment,
      candidates.locationOf(folder),
      manifests,
    );
    checks.push(check);
    for (const file of paths) used.add(file);
  }
  const missing = isOne ? [] : foldersWithout(path, [...used], candidates);
  for (const folder of missing) {
    const plugin = basename(folder);
    const problems = [missingManifest(files, root, folder)];
    const about = { plugin, folder: displayPath(root, folder), version: null, fileCount: 0 };
    checks.push({ ...about, problems });
  }
  await compileCache?.flush();
  compileCache?.close();
  return E.right(checks.sort((a, b) => (a.folder < b.folder ? -1 : 1)));
}

async function checkFolder(
  environment: RuntimeEnvironment,
  location: PluginLocation,
  manifests: ReadonlyMap<string, ReadManifest>,
): Promise<{ readonly check: PluginCheck; readonly paths: Iterable<string> }> {
  const { root } = environment;
  const { folder } = location;
  const read = manifests.get(folder);
  const { name = basename(folder), version = null } = read?.manifest ?? {};
  // What `import()` names may never run; a check looks at all that is there.
  const whole = { ...environment, needsDynamicImports: true };
  const { result, read: paths } = await buildCode(whole, location);
  const conflict = read && (await findConflict(root, folder, read, manifests));
  const check: PluginCheck = {
    plugin: name,
    folder: displayPath(root, folder),
    version,
    fileCount: E.isRight(result) ? result.right.graph.modules.size : 0,
    problems: [
      ...(conflict === undefined ? [] : [conflict]),
      ...(E.isLeft(result) ? [result.left] : problemsOf(root, result.right)),
    ],
  };
  return { check, paths: paths.keys() };
}

/** What would fail at LOAD or VALIDATE: names that modules import or the manifest promises, and that no module exports. */
function problemsOf(root: string, { graph, manifest }: PluginCode): readonly ReloadError[] {
  const { name: plugin, exports: promised = [] } = manifest.manifest;
  return checkGraph({ plugin, root, graph, promised });
}

/** What is wrong with a manifest because of the other plugins. */
async function findConflict(
  root: string,
  folder: string,
  read: ReadManifest,
  manifests: ReadonlyMap<string, ReadManifest>,
): Promise<ReloadError | undefined> {
  const { manifest } = read;
  const { name, dependencies = {} } = manifest;
  const all = [...manifests];
  const [first] = all.find(([, other]) => other.manifest.name === name) ?? [folder];
  if (first !== folder) {
    return nameTaken(name, displayPath(root, read.path), displayPath(root, first));
  }
  const named = (plugin: string) =>
    all.find(([, other]) => other.manifest.name === plugin)?.[1].manifest;
  // Check as if only its dependencies served. A plugin that depends on this one reports a version that does not fit in its own check.
  const serving = (plugin: string) =>
    Object.hasOwn(dependencies, plugin) ? named(plugin) : undefined;
  const { problem } = await checkDependencies(manifest, {
    serving,
    dependants: (plugin) =>
      Object.keys(dependencies).flatMap((other) => {
        const served = serving(other);
        return served !== undefined && Object.hasOwn(served.dependencies ?? {}, plugin)
          ? served
          : [];
      }),
    onDisk: (plugin) => Promise.resolve(named(plugin)),
  });
  return problem && manifestRefused(root, name, read, problem.key, problem.reason);
}
