import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { compilationFailed, ioFailure } from '../model/reload/sourceFailures.js';
import { type BuildNotes, isAlone, isSameMap, takenOver } from './BuildNotes.js';
import { namedOutline } from './commonjs/importableNames.js';
import { type ModuleKind, PackageTypes } from './commonjs/moduleKind.js';
import { type FoundFiles, type RequireTarget, resolveRequire } from './commonjs/resolveRequire.js';
import { variantOf } from './compile/compileFile.js';
import type { CompiledModule } from './evaluate/CompiledModule.js';
import type { PluginFiles } from './files/PluginFiles.js';
import { identityAt, UNREADABLE } from './files/unchanged.js';
import { countProblem, shortened } from './graphLimits.js';
import { noteAbsent, noteDecided, noteMissing } from './importNotes.js';
import { KnownImports } from './KnownImports.js';
import type { GraphModule, ModuleGraph } from './ModuleGraph.js';
import { displayPath, sourcePlace } from './places/sourcePlace.js';
import { locateImport, type SourceProblem } from './places/textPlace.js';
import type { HostModules } from './resolve/hostModules.js';
import { packageJsonOf } from './resolve/packageImport.js';
import type { Resolution } from './resolve/resolveModule.js';
import {
  MAX_SPECIFIER_LENGTH,
  resolveBounded,
  type SharedFiles,
  withShared,
} from './resolveWithShared.js';
import type { FileSettings } from './tsconfig/TsconfigSettings.js';
import { Tsconfigs } from './tsconfig/Tsconfigs.js';

/** What deciding about a graph needs. */
export interface GrowthPorts extends SharedFiles {
  readonly scheduler: SchedulerLike;
  readonly hostModules: Pick<HostModules, 'has'>;
  /** Paths in failures are relative to it. */
  readonly root: string;
  /** Why a file that is shared cannot be imported here. Left out: it can. */
  readonly sharedRefusal?: string;
  /** Whether what `import()` names must be valid too, as for a check of all that there is. Left out: it fails when it runs. */
  readonly needsDynamicImports?: boolean;
}

/** The steps of adding a module: other work may have its turn between them. */
export type Adding = Generator<undefined, E.Either<ReloadError, void>>;

/** What a `tsconfig.json` says about a file, or what is wrong with it. */
type TsconfigAnswer = Awaited<ReturnType<Tsconfigs['of']>>;

const NO_SETTINGS: TsconfigAnswer = E.right({});

/** A file that the graph lacks. */
export interface WantedFile {
  readonly path: string;
  /** False for what only `require` or `import()` leads to: it may never run, so its failure is told when it does. */
  readonly isNeeded: boolean;
}

/** Why a file cannot be a module. */
type UnusableFile =
  | { readonly kind: 'unreadable'; readonly code: string }
  | {
      readonly kind: 'invalid';
      readonly source: string;
      readonly problems: readonly SourceProblem[];
      /** `FileStamp.identity` when it was read. */
      readonly identity: string;
    };
/** What may be otherwise as soon as one looks again: nothing was there, or it was being written. */
const PASSING: ReadonlySet<string> = new Set(['ENOENT', 'EBUSY']);

/**
 * What the next file of a growing graph is, and what follows from its text. Reading and compiling is left to the caller, who waits for them
 * in a build and cannot wait in a `require`.
 */
export class GraphGrowth {
  readonly #needed: WantedFile[] = [];
  /** Files that the graph can do without. They come last, when it is known which of them are needed. */
  readonly #others: WantedFile[] = [];
  readonly #types: PackageTypes;
  /** Files that the graph does without. Wanted again, by each other or by themselves, they would be tried without end. */
  readonly #givenUp = new Set<string>();
  /** What was found in this growth, by the path that is meant: many files require the same one. */
  readonly #found: FoundFiles = new Map();
  /** Packages that were looked for in this growth, each with the directory: many files require the same ones. */
  readonly #lookedFor = new Set<string>();
  readonly #tsconfigs: Tsconfigs;
  readonly #imports: KnownImports;
  /** Names that are known to be no package of one's own. */
  readonly #foreign = new Set<string>();

  constructor(
    readonly ports: GrowthPorts,
    readonly plugin: string,
    readonly graph: ModuleGraph,
    readonly notes: BuildNotes,
  ) {
    this.#types = new PackageTypes(ports.files, {
      onDecided: (path, identity) => this.#noteRead(path, identity),
      onNearer: (path) => graph.missing.add(path),
    });
    this.#tsconfigs = new Tsconfigs(ports, graph);
    this.#imports = new KnownImports(ports.files, graph, notes.known);
  }

  /** What the `tsconfig.json` of a file says. */
  tsconfigOf(path: string): TsconfigAnswer | Promise<TsconfigAnswer> {
    return path.endsWith('.json') ? NO_SETTINGS : this.#tsconfigs.of(path);
  }

  /** The same at once, with what reads a file whole. */
  tsconfigNow(path: string, read: Parameters<Tsconfigs['ofNow']>[1]): TsconfigAnswer {
    return path.endsWith('.json') ? NO_SETTINGS : this.#tsconfigs.ofNow(path, read);
  }

  /** What holds for a file. A wrong `tsconfig.json` fails what it would change: not JavaScript, which runs without it. */
  settings(path: string, answer: TsconfigAnswer): E.Either<ReloadError, FileSettings> {
    if (E.isRight(answer)) return answer;
    if (/\.[cm]?js$/.test(path)) return E.right({});
    const { path: wrong, text, ...problem } = answer.left;
    const at = sourcePlace(this.ports.root, wrong, text, problem);
    return E.left(compilationFailed(this.plugin, at, problem.reason));
  }

  want(file: WantedFile): void {
    (file.isNeeded ? this.#needed : this.#others).push(file);
  }

  /** The next file that the graph lacks and that is not `underWay`. All that is needed comes first; while some is under way, nothing else. */
  take(underWay?: ReadonlySet<string>, isNeeded = false): WantedFile | undefined {
    const pop = () => this.#needed.pop() ?? (isNeeded ? undefined : this.#others.pop());
    for (let file = pop(); file !== undefined; file = pop()) {
      const isDone = this.graph.modules.has(file.path) || underWay?.has(file.path) === true;
      if (!isDone && (file.isNeeded || !this.#givenUp.has(file.path))) return file;
    }
    return undefined;
  }

  /** The kind that is written for a file; undefined: its syntax decides. */
  kindOf(path: string): ModuleKind | undefined {
    return this.#types.kindOf(path);
  }

  /** The module of the version before, when its file is certainly unchanged, or is to be looked at later. */
  reusable(path: string, { compile }: FileSettings): GraphModule | undefined {
    const before = takenOver(this.ports.files, path, this.notes);
    if (before === undefined) return undefined;
    if ((before.compiled.variant ?? '') !== variantOf(compile)) return undefined;
    return before.kind === this.kindOf(path) ? before : undefined;
  }

  /**
   * Adds a module that was made of a text, and wants what it imports. A step per import: there may be many. Left: an import cannot work.
   */
  *add(
    { path, isNeeded }: WantedFile,
    compiled: CompiledModule,
    stamp: Pick<GraphModule, 'identity' | 'isSettled'>,
    { mapping }: FileSettings,
  ): Adding {
    const { graph, notes, ports } = this;
    const { identity, isSettled } = stamp;
    const known = notes.known?.modules.get(path);
    /** The module of the version before, when it is taken over and says the same of itself. */
    const before = known === stamp && known.mapping === mapping ? known : undefined;
    notes.read.set(path, identity);
    notes.sources.set(path, compiled.hash);
    graph.decided.delete(path);
    graph.refused.delete(path);
    const tooMany = countProblem(graph, compiled);
    if (tooMany !== undefined) {
      const at = sourcePlace(ports.root, path, compiled.source, { line: 1, column: 1 });
      return E.left(compilationFailed(this.plugin, at, tooMany));
    }
    if (before !== undefined && isAlone(compiled)) {
      graph.modules.set(path, before);
      return E.right(undefined);
    }
    const resolutions = new Map<string, Resolution>();
    const requires = new Map<string, RequireTarget>();
    const names = namedOutline(compiled, graph, ports.files);
    const kind = this.kindOf(path);
    const own = { compiled, identity, isSettled, kind, mapping, namedOutline: names };
    const module = { ...own, resolutions, requires };
    graph.modules.set(path, module);
    yield* this.#foresee(compiled, requires);
    const statics = new Set(compiled.imports);
    for (const specifier of new Set([...compiled.imports, ...compiled.dynamicImports])) {
      yield;
      const own = resolveBounded(specifier, () =>
        this.#imports.resolve({ mapping, foreign: this.#foreign }, specifier, path),
      );
      const resolution = withShared(ports, own);
      resolutions.set(specifier, resolution);
      if (resolution.kind === 'external') this.#noteAbsent(resolution.specifier, path);
      const problem = statics.has(specifier)
        ? this.#importProblem(compiled, specifier, { resolution, own })
        : undefined;
      if (problem !== undefined && !isNeeded) {
        // Tried again when it is imported: then it says what it lacks.
        graph.modules.delete(path);
        this.#givenUp.add(path);
        graph.decided.set(path, identity);
        return E.right(undefined);
      }
      if (problem !== undefined) {
        const place = locateImport(compiled.source, specifier);
        const at = sourcePlace(ports.root, path, compiled.source, place);
        const failed = compilationFailed(this.plugin, at, problem);
        return E.left({ ...failed, code: 'ERR_MODULE_NOT_FOUND' });
      }
      if (resolution.kind === 'module' || resolution.kind === 'json') {
        const isReached = statics.has(specifier) || ports.needsDynamicImports === true;
        this.want({ path: resolution.path, isNeeded: isNeeded && isReached });
      }
    }
    // The very map: what is known of it stays known, such as its part of the hash of the code.
    if (known !== undefined && isSameMap(known.resolutions, resolutions)) {
      graph.modules.set(path, { ...module, resolutions: known.resolutions });
    }
    return E.right(undefined);
  }

  /** A file that cannot be a module. Its edit may mend it, so it is noted. Left: the graph cannot do without it. */
  refuse({ path, isNeeded }: WantedFile, problem: UnusableFile): E.Either<ReloadError, undefined> {
    this.#noteRead(path, identityOf(this.ports.files, path, problem));
    this.graph.refused.set(path, this.kindOf(path));
    if (!isNeeded) this.#givenUp.add(path);
    if (!isNeeded) return E.right(undefined);
    const { root } = this.ports;
    if (problem.kind === 'unreadable') {
      return E.left(ioFailure(this.plugin, displayPath(root, path), problem.code));
    }
    const [first = { reason: 'not valid', line: 1, column: 1 }] = problem.problems;
    const at = sourcePlace(root, path, problem.source, first);
    return E.left(
      compilationFailed(this.plugin, at, shortened(first.reason), problem.problems.length - 1),
    );
  }

  /**
   * Call it when nothing is wanted any more: reads the names of each CommonJS module that a text imports, so that they are of the same moment
   * as the rest.
   */
  nameImported(): void {
    const modules = [...this.graph.modules.values()];
    if (modules.every(({ namedOutline }) => namedOutline === undefined)) return;
    for (const { resolutions } of modules) {
      for (const to of resolutions.values()) {
        if (to.kind === 'module') this.graph.modules.get(to.path)?.namedOutline?.();
      }
    }
  }

  /** Where a `require` leads, which a text shows or which runs now. What it depends on is noted. */
  require(specifier: string, importer: string): RequireTarget {
    const { graph, ports } = this;
    const { mapping } = graph.modules.get(importer) ?? {};
    const found = this.#found;
    const target = resolveRequire(ports.files, specifier, importer, { found, mapping });
    for (const path of target.tried ?? []) noteMissing(ports.files, graph.missing, path);
    if (target.kind === 'host') {
      this.#noteAbsent(target.specifier, importer);
      return target;
    }
    // A file that is reached through links.
    for (const path of target.consulted) noteDecided(ports.files, graph.decided, path);
    for (const path of target.consulted) this.#noteRead(path, identityAt(ports.files, path));
    return target;
  }

  #noteAbsent(specifier: string, importer: string): void {
    noteAbsent(this.ports.files, this.graph.missing, this.#lookedFor, specifier, importer);
  }

  #noteRead(path: string, identity: string): void {
    this.notes.read.set(path, identity);
    // As long as the version serves, and not only until the next build.
    this.graph.decided.set(path, identity);
  }

  /** Where the requires that the text shows lead. They are read now, so that a version is of one moment. */
  *#foresee(
    { path, form }: CompiledModule,
    targets: Map<string, RequireTarget>,
  ): Generator<undefined, void> {
    if (form.kind !== 'commonjs') return;
    for (const specifier of form.requires) {
      yield;
      const target = this.require(specifier, path);
      // What is missing now may be there when the `require` runs.
      if (target.kind === 'missing') continue;
      if (target.kind === 'host') {
        // A name that the host is asked for as it is written leads there whatever files there are.
        if (target.specifier !== specifier) targets.set(specifier, target);
        continue;
      }
      if (this.ports.isShared?.(target.path) === true) continue;
      targets.set(specifier, target);
      this.want({ path: target.path, isNeeded: false });
    }
  }

  /** Why a static import cannot work. A dynamic import is left to fail when it runs: the plugin may handle that. */
  #importProblem(
    { path }: CompiledModule,
    specifier: string,
    { resolution, own }: { readonly resolution: Resolution; readonly own: Resolution },
  ): string | undefined {
    const { files, root, hostModules, isShared, sharedRefusal } = this.ports;
    if (specifier.length > MAX_SPECIFIER_LENGTH) {
      return `an import of ${specifier.length.toLocaleString('en')} characters leads nowhere: correct it`;
    }
    if (resolution.kind === 'missing' && resolution.candidates.length === 0) {
      const packageJson = packageJsonOf(files, path);
      const file = packageJson === undefined ? 'package.json' : displayPath(root, packageJson);
      return `${file} has no import "${specifier}" that leads to a file or package: add it to "imports" or correct the import`;
    }
    const looked = (candidates: readonly string[]) => {
      const shown = candidates.slice(0, 3).map((candidate) => displayPath(root, candidate));
      return `looked for ${shown.join(', ')}, …`;
    };
    if (resolution.kind === 'missing') {
      return `cannot find "${specifier}": create the file or correct the import (${looked(resolution.candidates)})`;
    }
    if (sharedRefusal !== undefined && resolution.kind === 'external') {
      const isRefused = own.kind !== 'external' && own.kind !== 'missing' && isShared?.(own.path);
      if (isRefused === true) return `"${specifier}" ${sharedRefusal}`;
    }
    if (resolution.kind === 'external' && !hostModules.has(resolution.specifier, path)) {
      if (resolution.candidates !== undefined) {
        return `cannot find "${specifier}", neither as a package nor where tsconfig.json maps it (${looked(resolution.candidates)})`;
      }
      return `cannot find the package "${specifier}": install it beside the plugin or in the host (npm install ${specifier})`;
    }
    return undefined;
  }
}

/** Of a file as it was found. Another one in its place, which may be valid or may be read, has another identity. */
function identityOf(files: PluginFiles, path: string, problem: UnusableFile): string {
  if (problem.kind === 'invalid') return problem.identity;
  return PASSING.has(problem.code) ? UNREADABLE : identityAt(files, path);
}
