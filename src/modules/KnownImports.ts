import { basename, dirname, join } from 'node:path';
import { danglingPaths } from './files/linkedPaths.js';
import { type PluginFiles, realPathOf, tryStat } from './files/PluginFiles.js';
import { isUnchanged } from './files/unchanged.js';
import { noteDecided, noteMissing, resolveNoting } from './importNotes.js';
import type { ModuleGraph } from './ModuleGraph.js';
import type { KnownDirectory, KnownImport } from './resolve/KnownImport.js';
import {
  type ImportSurroundings,
  type Resolution,
  resolveModule,
} from './resolve/resolveModule.js';

/** A relative import that is a path as it stands. */
const RELATIVE = /^\.{1,2}\/(?:[\w.@-]+\/)*[\w.@-]*[\w@-]$/;
const TYPESCRIPT = /\.[cm]?tsx?$/;

/** What of a directory is as it was before: all of it, the names in it, or not even those. */
type Sameness = 'all' | 'names' | 'no';

/**
 * Resolves imports, and takes over what the version before has resolved where nothing can have changed: each directory that decided it still
 * has the same names. That costs one look per directory and growth, instead of several per import. Whatever a link, a mapping or a
 * `package.json` decides is resolved anew.
 */
export class KnownImports {
  /** What was resolved in this growth. */
  readonly #resolved = new Map<string, Resolution>();
  /** Directories at their first look in this growth. */
  readonly #directories = new Map<string, KnownDirectory | undefined>();
  /** Whether a directory of the version before still is what it was. */
  readonly #same = new Map<KnownDirectory, Sameness>();

  constructor(
    readonly files: PluginFiles,
    readonly graph: Pick<ModuleGraph, 'decided' | 'imports' | 'missing'>,
    /** The version before. */
    readonly known: Pick<ModuleGraph, 'imports' | 'modules'> | undefined,
  ) {}

  resolve(
    surroundings: Pick<ImportSurroundings, 'foreign' | 'mapping'>,
    specifier: string,
    importer: string,
  ): Resolution {
    const { files, graph } = this;
    const isKnowable = files.stampsDirectories === true && RELATIVE.test(specifier);
    if (!isKnowable || surroundings.mapping !== undefined) {
      return resolveNoting(files, graph, surroundings, specifier, importer);
    }
    const path = join(dirname(importer), specifier);
    // What is tried before depends on the language of the importer.
    const key = `${TYPESCRIPT.test(importer) ? 't' : 'j'}\0${path}`;
    const resolved =
      this.#resolved.get(key) ??
      this.#takenOver(key, this.known?.imports.get(key)) ??
      this.#anew(key, path, specifier, importer);
    this.#resolved.set(key, resolved);
    return resolved;
  }

  #takenOver(key: string, before: KnownImport | undefined): Resolution | undefined {
    const held = before && this.#holds(before);
    if (before === undefined || held === undefined || held === 'no') return undefined;
    const { graph } = this;
    for (const nearer of before.nearer) graph.missing.add(nearer);
    if (held === 'all') {
      graph.imports.set(key, before);
      return before.resolution;
    }
    const directories = before.directories.map((one) => this.#directories.get(one.path) ?? one);
    graph.imports.set(key, { ...before, directories });
    return before.resolution;
  }

  #anew(key: string, path: string, specifier: string, importer: string): Resolution {
    const { files, graph } = this;
    // Looked at first: what appears after that shows as a change.
    const parent = this.#directory(dirname(path));
    const inside = parent?.names.has(basename(path)) === true ? this.#directory(path) : undefined;
    const holds = (one: string) =>
      (dirname(one) === path ? inside : parent)?.names.has(basename(one)) === true;
    const nearer: string[] = [];
    let isPlain = parent !== undefined;
    const resolution = resolveModule(files, specifier, importer, {
      onNearer: (one) => {
        nearer.push(one);
        // Where a directory has no such name, no link of that name leads to nothing.
        if (parent !== undefined && !holds(one)) graph.missing.add(one);
        else noteMissing(files, graph.missing, one);
      },
      onDecided: (one) => {
        isPlain = false;
        noteDecided(files, graph.decided, one);
      },
    });
    if (resolution.kind === 'missing') {
      for (const candidate of resolution.candidates) noteMissing(files, graph.missing, candidate);
    }
    graph.imports.delete(key);
    if (parent === undefined || !isPlain || !('path' in resolution)) return resolution;
    const isInside = dirname(resolution.path) === path;
    const isAround = isInside ? inside !== undefined : dirname(resolution.path) === parent.path;
    // The path itself is tried too, and is no place where somebody adds a file when it has no extension.
    const named = [...(resolution.path === path ? [] : [path]), ...nearer].filter(holds);
    // What a link leads to may appear, or become a file, anywhere.
    const isNoLink = (one: string) =>
      tryStat(files, one) !== undefined && danglingPaths(files, one).length === 0;
    const isSure = isAround && named.every(isNoLink);
    if (!isSure) return resolution;
    const directories = inside !== undefined && isInside ? [parent, inside] : [parent];
    const isByNames = !isInside && named.length === 0;
    graph.imports.set(key, { resolution, nearer, directories, isByNames });
    return resolution;
  }

  #holds({ resolution, directories, isByNames }: KnownImport): Sameness {
    let least: Sameness = 'all';
    for (const one of directories) {
      const same = this.#sameAsBefore(one);
      if (same === 'no') return 'no';
      if (same === 'names') least = 'names';
    }
    if (least === 'all') return 'all';
    if (!isByNames || !('path' in resolution)) return 'no';
    // The name may have become a link to something else. Then what it leads to has another identity.
    const module = this.known?.modules.get(resolution.path);
    const isSame = module !== undefined && isUnchanged(this.files, resolution.path, module);
    return isSame ? 'names' : 'no';
  }

  #sameAsBefore(directory: KnownDirectory): Sameness {
    const known = this.#same.get(directory) ?? this.#compared(directory);
    this.#same.set(directory, known);
    return known;
  }

  #compared({ path, identity, isSettled, names }: KnownDirectory): Sameness {
    const { files } = this;
    // A link on the way that leads there now would have to be watched.
    if (realPathOf(files, path) !== path) return 'no';
    if (isSettled && tryStat(files, path)?.identity === identity) return 'all';
    const now = this.#directory(path)?.names;
    if (now?.size !== names.size) return 'no';
    for (const name of names) if (!now.has(name)) return 'no';
    return 'names';
  }

  /** Undefined when there is no directory, or when a link leads to it. */
  #directory(path: string): KnownDirectory | undefined {
    if (this.#directories.has(path)) return this.#directories.get(path);
    const directory = this.#lookAt(path);
    this.#directories.set(path, directory);
    return directory;
  }

  #lookAt(path: string): KnownDirectory | undefined {
    const { files } = this;
    const stamp = tryStat(files, path);
    if (stamp?.kind !== 'directory' || realPathOf(files, path) !== path) return undefined;
    try {
      const { identity, isSettled } = stamp;
      return { path, identity, isSettled, names: new Set(files.list(path)) };
    } catch {
      return undefined;
    }
  }
}
