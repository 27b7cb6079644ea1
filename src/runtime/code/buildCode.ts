import { hash } from 'node:crypto';
import { dirname, isAbsolute, join, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { OnWait } from '../../model/concurrency.js';
import type { ReloadError, ReloadFailure } from '../../model/reload/ReloadError.js';
import { ioFailure } from '../../model/reload/sourceFailures.js';
import type { VersionTrials } from '../../model/reload/VersionTrials.js';
import { buildGraph, type GraphBuild, type GraphBuilder } from '../../modules/buildGraph.js';
import { nameFrom, recordReads, textHash } from '../../modules/files/fingerprint.js';
import { tryStat } from '../../modules/files/PluginFiles.js';
import { destinationOf } from '../../modules/ledAtRunTime.js';
import type { GraphModule, ModuleGraph } from '../../modules/ModuleGraph.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import {
  directoryOf,
  findManifest,
  manifestPaths,
  type PluginLocation,
} from '../manifest/findManifest.js';
import { manifestRefused } from '../manifest/manifestFailures.js';
import type { Manifest } from '../manifest/manifestKeys.js';
import { type ManifestReader, type ReadManifest, readManifest } from '../manifest/readManifest.js';
import { dataFiles } from './dataFiles.js';
import type { PluginCode } from './PluginCode.js';
import { NOT_IN_A_WORKER } from './SharedModules.js';
import { TriedBuild } from './TriedBuild.js';
import { versionFiles } from './versionFiles.js';

/** The ports and settings of a build of a plugin. */
export interface CodeBuilder extends GraphBuilder, ManifestReader {
  /** Capabilities that a manifest may ask for. Undefined: any. */
  readonly capabilities: readonly string[] | undefined;
  /** Told of each build before anything is compiled. Left out: nobody is. */
  readonly trials?: VersionTrials | undefined;
  /** Whether a plugin with this manifest runs in a worker, which shares nothing with the host. Left out: none does. */
  readonly isInWorker?: (manifest: Manifest) => boolean;
}

/** The outcome of a build of a plugin, and the files that it read or missed, its manifest among them. */
export interface CodeBuild extends Pick<GraphBuild, 'read' | 'missing'> {
  readonly result: E.Either<ReloadError, PluginCode>;
  /** Of the files that were read, also when the build failed; undefined when none could be read. */
  readonly fingerprint: string | undefined;
  /** SHA-256 of the text of each file that was read, by path, the manifest among them, also one that is not valid. */
  readonly contents: ReadonlyMap<string, string>;
}

/**
 * Reads a plugin's manifest and sources as they are now, and compiles them, without running any of it. Files of `known` that are
 * unchanged are not read again.
 *
 * @param suspects - The modules of `known` that may have changed. The others are taken over without a look: look at all that was `read` before
 *   any of it runs. Left out: each is looked at.
 * @param onWait - Told when the build waits for the trials of other plugins, and when it goes on.
 */
export async function buildCode(
  environment: CodeBuilder,
  location: PluginLocation,
  known?: PluginCode,
  suspects?: ReadonlySet<string>,
  onWait?: OnWait,
): Promise<CodeBuild> {
  const folder = directoryOf(location);
  const { files, texts } = recordReads(environment.files);
  const builder = { ...environment, files };
  const path = findManifest(files, location);
  const manifest = await readManifest(builder, location, path, known?.manifest);
  if (E.isLeft(manifest)) {
    const { fingerprint } = manifest.left;
    const missing = new Set(path === undefined ? manifestPaths(location) : []);
    const contents = contentsOf(new Map(), texts);
    return { result: manifest, read: new Map(), missing, fingerprint, contents };
  }
  const read = new Map([[manifest.right.path, manifest.right.identity]]);
  // A manifest that is known was not read again.
  const ofManifest = textHash(manifest.right.text);
  const manifestAnd = (sources: ReadonlyMap<string, string>) =>
    contentsOf(sources, texts).set(manifest.right.path, ofManifest);
  const failedEarly = (
    error: E.Left<ReloadError>,
    missing: ReadonlySet<string> = new Set(),
  ): CodeBuild => {
    const { fingerprint } = versionFiles(
      environment.files,
      folder,
      manifest.right,
      new Map(),
      texts,
    );
    return { result: error, read, missing, fingerprint, contents: manifestAnd(new Map()) };
  };
  const refusal = hostRefusal(builder, manifest.right);
  if (refusal !== undefined) return failedEarly({ _tag: 'Left', left: refusal });
  const entry = findEntry(builder, folder, manifest.right);
  if (E.isLeft(entry)) {
    const wanted = join(folder, manifest.right.manifest.source);
    const stamp = tryStat(files, wanted);
    if (stamp?.kind !== 'file') return failedEarly(entry, new Set([wanted]));
    // There is one, which may not be used: only another one in its place can mend it.
    read.set(wanted, stamp.identity);
    return failedEarly(entry);
  }
  const { name } = manifest.right.manifest;
  const { linkedFolder } = entry.right;
  const tried = new TriedBuild({
    ...{ trials: environment.trials, files: environment.files, nextTurn: environment.nextTurn },
    ...{ folder: location.folder, linkedFolder, manifest: manifest.right, onWait },
    known: known?.graph.modules ?? new Map(),
  });
  const begun = await tried.begin();
  if (E.isLeft(begun)) return failedEarly(begun);
  const guarded: GraphBuilder = {
    ...builder,
    ...(environment.isInWorker?.(manifest.right.manifest) && { sharedRefusal: NOT_IN_A_WORKER }),
    beforeCompile: (file, text) => tried.beforeCompile(file, text),
  };
  const build = await buildGraph(guarded, name, entry.right.path, known?.graph, suspects).finally(
    () => tried.end(),
  );
  const patterns = manifest.right.manifest['reload-on'] ?? [];
  const data = dataFiles(environment.files, folder, patterns);
  const of = versionFiles(environment.files, folder, manifest.right, build.sources, texts);
  const result = E.isLeft(build.result)
    ? build.result
    : E.right({
        manifest: manifest.right,
        graph: build.result.right,
        codeHash: codeHashOf(folder, build.result.right),
        builds: tried.builds,
        dataStamp: data.stamp,
        ...of,
        ...(linkedFolder !== undefined && { linkedFolder }),
      });
  const { fingerprint } = of;
  return {
    result,
    read: new Map([...data.read, ...read, ...build.read]),
    missing: new Set([...build.missing, ...data.missing]),
    fingerprint,
    contents: manifestAnd(build.sources),
  };
}

/** `sources`: SHA-256 of each module. `texts`: what was read. */
function contentsOf(
  sources: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>,
): Map<string, string> {
  const contents = new Map(sources);
  for (const [path, text] of texts) if (!sources.has(path)) contents.set(path, textHash(text));
  return contents;
}

function codeHashOf(folder: string, graph: ModuleGraph): string {
  const files = [...graph.modules]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, module]) => `${nameFrom(folder, path)}\0${meaningOf(folder, module)}\0`);
  return hash('sha256', files.join(''));
}

/** What a module is made of: its text, what it was compiled with, and where its imports and requires lead. */
function meaningOf(folder: string, { compiled, resolutions, requires }: GraphModule): string {
  const known = importsKnown.get(resolutions);
  const imports = known?.folder === folder ? known.imports : targetsOf(folder, resolutions);
  if (known?.folder !== folder) importsKnown.set(resolutions, { folder, imports });
  // The same text is another program when a `package.json` changes its kind.
  const kind = compiled.form.kind === 'commonjs' ? ['commonjs'] : [];
  const required = requires.size === 0 ? [] : ['require', ...targetsOf(folder, requires)];
  return [compiled.hash, compiled.variant ?? '', ...kind, ...imports, ...required].join('\0');
}

/** What `targetsOf` gave, for as long as a version has these resolutions: one whose imports lead where they led has the same ones. */
const importsKnown = new WeakMap<
  GraphModule['resolutions'],
  { readonly folder: string; readonly imports: readonly string[] }
>();

/** Each specifier of a module, and the file of the plugin or the module of the host that it leads to, in order. */
function targetsOf(
  folder: string,
  targets: GraphModule['resolutions'] | GraphModule['requires'],
): readonly string[] {
  return [...targets]
    .map(([specifier, to]) => [specifier, targetOf(folder, specifier, to)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat();
}

function targetOf(folder: string, specifier: string, to: Parameters<typeof destinationOf>[0]) {
  const name = destinationOf(to, specifier);
  // An absolute name would be another one on each machine.
  return name !== undefined && isAbsolute(name) ? nameFrom(folder, name) : (name ?? to.kind);
}

/** The entry's real path, and that of the folder where a link leads to it. The entry must lie in the folder, also behind links: a manifest must not make the host run other files. */
function findEntry(
  { files, root }: CodeBuilder,
  folder: string,
  manifest: ReadManifest,
): E.Either<ReloadError, { readonly path: string; readonly linkedFolder: string | undefined }> {
  const { name, source } = manifest.manifest;
  const wanted = join(folder, source);
  const refuse = (reason: string) => E.left(sourceRefused(root, manifest, reason));
  try {
    const stamp = files.stat(wanted);
    if (stamp === undefined) return E.left(ioFailure(name, displayPath(root, wanted), 'ENOENT'));
    if (stamp.kind !== 'file') return refuse(`${source} is not a regular file`);
    const real = files.realPath(wanted);
    const realFolder = files.realPath(folder);
    if (!real.startsWith(realFolder + sep))
      return refuse(`${source} leads out of the plugin's folder`);
    const isLinked = realFolder !== dirname(manifest.path);
    return E.right({ path: real, linkedFolder: isLinked ? realFolder : undefined });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN';
    return E.left(ioFailure(name, displayPath(root, wanted), code));
  }
}

function sourceRefused(root: string, manifest: ReadManifest, reason: string): ReloadFailure {
  return manifestRefused(
    root,
    manifest.manifest.name,
    manifest,
    'source',
    `${reason}; name a file in the folder`,
  );
}

/**
 * Refuses a plugin that asks for a capability which the host does not give. Without this check the plugin would fail later, with a less
 * clear error.
 */
function hostRefusal(
  { root, capabilities: allowed }: CodeBuilder,
  manifest: ReadManifest,
): ReloadFailure | undefined {
  const { name, capabilities = [] } = manifest.manifest;
  const refuse = (key: string, reason: string) =>
    manifestRefused(root, name, manifest, key, reason);
  const refused = capabilities.find((capability) => allowed?.includes(capability) === false);
  if (refused === undefined) return undefined;
  const list = allowed?.length === 0 ? 'none' : allowed?.join(', ');
  return refuse(
    'capabilities',
    `asks for "${refused}", which this host does not allow (allowed: ${list ?? ''})`,
  );
}
