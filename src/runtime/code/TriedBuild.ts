import { hash } from 'node:crypto';
import { extname, join, relative } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { OnWait } from '../../model/concurrency.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { TriedVersion, VersionTrials } from '../../model/reload/VersionTrials.js';
import {
  type PluginFiles,
  realPathOf,
  tryStat,
  withoutMark,
} from '../../modules/files/PluginFiles.js';
import { isUnchanged } from '../../modules/files/unchanged.js';
import type { GraphModule } from '../../modules/ModuleGraph.js';
import type { ReadManifest } from '../manifest/readManifest.js';

const SOURCES = new Set(['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']);
/** More sources than any plugin has; those beyond are noted one by one, when they are about to be compiled. */
const MAX_FILES_COUNT = 1_000;
const MAX_ENTRIES_COUNT = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

/** What a build needs to be on trial. */
export interface TriedBuildOptions {
  readonly trials: VersionTrials | undefined;
  readonly files: PluginFiles;
  readonly folder: string;
  /** `TriedVersion.folder`. */
  readonly linkedFolder?: string | undefined;
  readonly manifest: ReadManifest;
  /** The modules of the version that serves, by path. They may lie outside of the folder. One that is unchanged is not read again. */
  readonly known: ReadonlyMap<string, GraphModule>;
  /** Gives the event loop's other work its turn. */
  readonly nextTurn: () => Promise<void>;
  /** Told when the build waits for the trials of others, and when it goes on. */
  readonly onWait?: OnWait | undefined;
}

/**
 * The trial of a build: it is noted, durably, before anything is compiled, because a text may end the process that compiles it. The graph is
 * not known then. So a build is identified by the manifest and all sources in the plugin's folder, and by each source outside of it from when
 * that is reached.
 */
export class TriedBuild {
  readonly #sources = new Map<string, Source>();
  /** Fingerprints that were noted. */
  readonly #builds: string[] = [];
  #noted: TriedVersion | undefined;

  constructor(readonly options: TriedBuildOptions) {}

  get builds(): readonly string[] {
    return this.#builds;
  }

  async begin(): Promise<E.Either<ReloadError, void>> {
    const { trials, files, folder, manifest, known, nextTurn } = this.options;
    if (trials?.beginBuild === undefined) return E.right(undefined);
    this.#sources.set(manifest.path, sourceOf(manifest.text));
    for (const path of new Set([...sourcesIn(files, folder), ...known.keys()])) {
      const [real, source] = this.#sourceAt(path);
      if (source !== undefined) this.#sources.set(real, source);
      if (this.#sources.size % 20 === 0) await nextTurn();
    }
    return this.#note(trials);
  }

  /** A file is about to be compiled: it is noted first, unless it was. */
  async beforeCompile(path: string, text: string): Promise<E.Either<ReloadError, void>> {
    const { trials } = this.options;
    const isNoted = this.#sources.get(path)?.text === text || !SOURCES.has(extname(path));
    if (isNoted || trials?.beginBuild === undefined) return E.right(undefined);
    this.#sources.set(path, sourceOf(text));
    return this.#note(trials);
  }

  end(): void {
    if (this.#noted === undefined) return;
    this.options.trials?.endBuild?.({ ...this.#noted, builds: this.#builds });
  }

  /** A source, by its real path. The path of a module whose file is as it was read is still its real one. */
  #sourceAt(path: string): readonly [path: string, source: Source | undefined] {
    const { files, known } = this.options;
    const unchanged = unchangedSource(files, path, known.get(path));
    if (unchanged !== undefined) return [path, unchanged];
    const real = realPathOf(files, path);
    return [real, sourceAt(files, real)];
  }

  #textsByPath(): ReadonlyMap<string, string> {
    return new Map(Array.from(this.#sources, ([path, { text }]) => [path, text]));
  }

  async #note(trials: VersionTrials): Promise<E.Either<ReloadError, void>> {
    const { folder, linkedFolder, manifest } = this.options;
    const parts = [...this.#sources]
      .map(([path, { sha256 }]) => `${relative(folder, path)}\0${sha256}`)
      .sort();
    const fingerprint = `build-${hash('sha256', parts.join('\0'))}`;
    const plugin = manifest.manifest.name;
    this.#builds.push(fingerprint);
    const place = linkedFolder !== undefined && { folder: linkedFolder };
    this.#noted = { plugin, fingerprint, files: this.#textsByPath(), ...place };
    return (await trials.beginBuild?.(this.#noted, this.options.onWait)) ?? E.right(undefined);
  }
}

/** A file's text, and its SHA-256 in hex. */
interface Source {
  readonly text: string;
  readonly sha256: string;
}

function sourceOf(text: string): Source {
  return { text, sha256: hash('sha256', text) };
}

/** The source of a module whose file is certainly as it was read. */
function unchangedSource(
  files: PluginFiles,
  path: string,
  module: GraphModule | undefined,
): Source | undefined {
  if (module === undefined || !isUnchanged(files, path, module)) return undefined;
  return { text: module.compiled.source, sha256: module.compiled.hash };
}

/** The sources in a folder and below it, without packages and hidden folders. A path may be a link. */
function sourcesIn(files: PluginFiles, folder: string): readonly string[] {
  const sources: string[] = [];
  const waiting = [folder];
  let entriesCount = 0;
  for (let dir = waiting.pop(); dir !== undefined; dir = waiting.pop()) {
    for (const name of namesIn(files, dir)) {
      entriesCount += 1;
      if (entriesCount > MAX_ENTRIES_COUNT || sources.length >= MAX_FILES_COUNT) return sources;
      if (name === 'node_modules' || name.startsWith('.')) continue;
      const path = join(dir, name);
      if (SOURCES.has(extname(name))) sources.push(path);
      else if (tryStat(files, path)?.kind === 'directory') waiting.push(path);
    }
  }
  return sources;
}

function namesIn(files: PluginFiles, dir: string): readonly string[] {
  try {
    return files.list(dir);
  } catch {
    return [];
  }
}

/** Undefined for a file that cannot be read; the build reports that. */
function sourceAt(files: PluginFiles, path: string): Source | undefined {
  try {
    const { text, before } = files.read(path, MAX_BYTES);
    return before.kind === 'file' ? sourceOf(withoutMark(text)) : undefined;
  } catch {
    return undefined;
  }
}
