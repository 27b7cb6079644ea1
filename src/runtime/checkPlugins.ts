import { basename, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { attemptRead } from '../modules/files/readStableText.js';
import { buildCode } from './code/buildCode.js';
import type { PluginCode } from './code/PluginCode.js';
import { createEnvironment } from './createEnvironment.js';
import { dependencyProblem } from './manifest/dependencyProblem.js';
import { displayPath } from '../modules/places/sourcePlace.js';
import { findManifest } from './manifest/findManifest.js';
import { ioFailure, nameTaken } from '../model/reload/failures.js';
import { manifestRefused } from './manifest/manifestFailures.js';
import { PluginFolders } from './registry/PluginFolders.js';
import { readManifest, type ReadManifest } from './manifest/readManifest.js';
import type { RuntimeEnvironment } from './environment/RuntimeEnvironment.js';
import type { RuntimeOptions } from './environment/RuntimeOptions.js';
import { checkGraph } from '../modules/checkGraph.js';

/** What a look at one plugin found. It can be loaded, as far as can be told without running it, when `problems` is empty. */
export interface PluginCheck {
  readonly plugin: string;
  /** Relative to the root. */
  readonly folder: string;
  /** Of the manifest; null when that cannot be read. */
  readonly version: string | null;
  /** Source files that it consists of; 0 when they cannot be compiled. */
  readonly fileCount: number;
  readonly problems: readonly ReloadError[];
}

/**
 * Reads, compiles and resolves each plugin of a directory, or the one plugin that `dir` is, and runs nothing of them: manifests,
 * syntax, imports, the names that modules import from each other and that manifests promise, and the dependencies between plugins.
 *
 * @returns One check a folder with a manifest, in order of name; none when there is no such folder. Left when `dir` cannot be listed.
 */
export async function checkPlugins(
  dir: string,
  options: Pick<RuntimeOptions, 'apiVersion' | 'capabilities' | 'files' | 'root'> = {},
): Promise<E.Either<ReloadError, readonly PluginCheck[]>> {
  const path = resolve(dir);
  const environment: RuntimeEnvironment = {
    ...createEnvironment(options, nothing, nothing),
    root: options.root ?? path,
    dependencyProblem: () => Promise.resolve(undefined),
  };
  const { files, root } = environment;
  const isOne = findManifest(files, { folder: path, manifestPath: undefined }) !== undefined;
  const folders = attemptRead(() => (isOne ? [path] : new PluginFolders(files).under(path)), path);
  if (E.isLeft(folders))
    return E.left(ioFailure('', displayPath(root, folders.left.path), folders.left.code));

  const manifests = new Map<string, ReadManifest>();
  for (const folder of folders.right) {
    const manifestPath = findManifest(files, { folder, manifestPath: undefined });
    const read = await readManifest(environment, folder, manifestPath);
    if (E.isRight(read)) manifests.set(folder, read.right);
  }
  const checks: PluginCheck[] = [];
  for (const folder of folders.right) {
    checks.push(await checkFolder(environment, folder, manifests));
  }
  return E.right(checks);
}

async function checkFolder(
  environment: RuntimeEnvironment,
  folder: string,
  manifests: ReadonlyMap<string, ReadManifest>,
): Promise<PluginCheck> {
  const { root } = environment;
  const manifest = manifests.get(folder);
  const { name = basename(folder), version = null } = manifest?.manifest ?? {};
  const built = (await buildCode(environment, { folder, manifestPath: undefined })).result;
  return {
    plugin: name,
    folder: displayPath(root, folder),
    version,
    fileCount: E.isRight(built) ? built.right.graph.modules.size : 0,
    problems: [
      ...(manifest === undefined ? [] : besideOthers(root, folder, manifest, manifests)),
      ...(E.isLeft(built) ? [built.left] : problemsOf(root, built.right)),
    ],
  };
}

/** What would fail at LOAD or VALIDATE: names that modules import or the manifest promises, and that no module exports. */
function problemsOf(root: string, { graph, manifest }: PluginCode): readonly ReloadError[] {
  const { name: plugin, exports: promised = [] } = manifest.manifest;
  return checkGraph({ plugin, root, graph, promised });
}

/** What is wrong with a manifest because of what the others say. */
function besideOthers(
  root: string,
  folder: string,
  read: ReadManifest,
  manifests: ReadonlyMap<string, ReadManifest>,
): readonly ReloadError[] {
  const { manifest } = read;
  const all = [...manifests];
  const [first] = all.find(([, other]) => other.manifest.name === manifest.name) ?? [folder];
  if (first !== folder)
    return [nameTaken(manifest.name, displayPath(root, read.path), displayPath(root, first))];
  const onDisk = all.map(([, other]) => other.manifest);
  // What depends on this one says so itself.
  const serving = onDisk.filter(({ name }) => Object.hasOwn(manifest.dependencies ?? {}, name));
  const problem = dependencyProblem(manifest, { serving, onDisk });
  return problem === undefined
    ? []
    : [manifestRefused(root, manifest.name, read, problem.key, problem.reason)];
}

function nothing(): void {
  // Nothing runs here, so that nothing is told.
}
