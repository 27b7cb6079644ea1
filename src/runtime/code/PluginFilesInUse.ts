import { isRight } from 'fp-ts/lib/Either.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import { allLookUnchanged, hasSameText, looksUnchanged } from '../../modules/files/unchanged.js';
import { importChain } from '../../modules/importChain.js';
import type { ModuleGraph } from '../../modules/ModuleGraph.js';
import type { Manifest } from '../manifest/manifestKeys.js';
import type { CodeBuild } from './buildCode.js';
import type { PluginCode } from './PluginCode.js';

/**
 * The files whose change concerns a plugin: those of the serving version, those that its last build read or looked for, and those that
 * the last tried version imported by computed names as it ran. No build can know of the latter, and a mend may be in one of them.
 */
export class PluginFilesInUse {
  #build: CodeBuild | undefined;
  /** How many builds have begun; and which of them, counted from 1, is the newest that has ended. */
  #begunCount = 0;
  #endedNumber = 0;
  #isOfDisk = true;

  /**
   * @param takenBack - The version that was taken back last. It counts while the last build found its code on disk.
   * @param onChange - Called when the files may be others. Default: nobody is told.
   */
  constructor(
    readonly serving: () => ModuleGraph | undefined,
    readonly takenBack: () => Pick<PluginCode, 'graph' | 'codeHash'> | undefined,
    readonly onChange: () => void = () => undefined,
  ) {}

  /**
   * Remembers a build, also one that failed: the fix of a failure will change a file that it read or looked for. One that ends after a build
   * that began later is not remembered: that has read the disk as it is since. So one that never ends matters only until the next one.
   *
   * @param files - Those that it reads.
   */
  async remember(
    building: Promise<CodeBuild>,
    files: Pick<PluginFiles, 'isOnDisk'>,
  ): Promise<CodeBuild> {
    this.#begunCount += 1;
    const number = this.#begunCount;
    try {
      const build = await building;
      if (number < this.#endedNumber) return build;
      this.#build = build;
      this.#isOfDisk = [...build.read.keys()].every((path) => files.isOnDisk?.(path) !== false);
      return build;
    } finally {
      this.#endedNumber = Math.max(this.#endedNumber, number);
      this.onChange();
    }
  }

  /** The last build; undefined when nothing was built yet. */
  get lastBuild(): CodeBuild | undefined {
    return this.#build;
  }

  /** Whether the last build read what is on disk. Else nobody knows which files the version on disk uses: its build was refused. */
  get isOfDisk(): boolean {
    return this.#isOfDisk;
  }

  /** Whether the last build would find the same files, as far as they look. False when nothing was built yet. */
  looksAsBuilt(files: PluginFiles): boolean {
    const build = this.#build;
    if (build === undefined || build.read.size === 0) return false;
    const isMissing = (path: string) => tryStat(files, path) === undefined;
    return allLookUnchanged(files, build.read) && [...build.missing].every(isMissing);
  }

  /**
   * Whether the files that a version would use are known: one serves, and the last build found all of its files. While the newest
   * build is under way it may have read any file already. Where files stand in for those on disk, those on disk are not known.
   */
  get isGraphKnown(): boolean {
    const result = this.#build?.result;
    const hasEnded = this.#endedNumber === this.#begunCount;
    const isBuilt = hasEnded && result !== undefined && isRight(result);
    return isBuilt && this.#isOfDisk && this.serving() !== undefined;
  }

  /** Directories of which a file was loaded by a computed name, and how many levels of directories in each count with it. */
  get listed(): ReadonlyMap<string, number> {
    const all = this.#graphs.flatMap(({ listed }) => listed.depths);
    const deepest = new Map<string, number>();
    for (const [directory, depth] of all) {
      deepest.set(directory, Math.max(depth, deepest.get(directory) ?? 0));
    }
    return deepest;
  }

  /** The manifest that the last build read; undefined when it failed. */
  get triedManifest(): Manifest | undefined {
    const result = this.#build?.result;
    return result !== undefined && isRight(result) ? result.right.manifest.manifest : undefined;
  }

  /** Whether a file is unchanged since the serving version or the last build read it, whichever was later. */
  isAsRead(files: PluginFiles, path: string): boolean {
    const module = firstOf(this.#graphs, ({ modules }) => modules.get(path));
    const decided = firstOf(this.#graphs, (graph) => graph.decided.get(path));
    const identity = this.#build?.read.get(path) ?? module?.identity ?? decided;
    if (module !== undefined && module.identity === identity) {
      return hasSameText(files, path, module);
    }
    // The last build read the file but did not keep its text, so only the identity can be compared.
    return identity !== undefined && looksUnchanged(files, path, identity);
  }

  /** Files that the plugin read. Some may be gone by now. */
  present(): readonly string[] {
    const ofGraphs = this.#graphs.flatMap(({ modules, decided }) => [
      ...modules.keys(),
      ...decided.keys(),
    ]);
    return [...ofGraphs, ...(this.#build?.read.keys() ?? [])];
  }

  /** `importChain`, in the version that has the file: the one that serves before the one that was built last. */
  importChain(path: string): readonly string[] | undefined {
    return firstOf(this.#graphs, (graph) => importChain(graph, path));
  }

  /** Paths that were tried for an import and had no file. */
  missing(): readonly string[] {
    return [
      ...this.#graphs.flatMap(({ missing }) => [...missing]),
      ...(this.#build?.missing ?? []),
    ];
  }

  /** The files that appeared in directories from which files are loaded by computed names, since these were noted last. */
  appeared(files: PluginFiles, isAsked: (path: string) => boolean): readonly string[] {
    const graphs = this.#graphs;
    const present = new Set(this.present());
    return [...this.listed.keys()].filter(isAsked).flatMap((directory) => {
      const listing = graphs.filter(({ listed }) => listed.has(directory));
      return (listing.at(-1)?.listed.appearedIn(files, directory) ?? []).filter(
        (path) => !present.has(path),
      );
    });
  }

  /** For `isAsAt`, later. */
  get stamp(): readonly unknown[] {
    return [this.#build, ...this.#graphsByRole.flatMap((graph) => [graph, ...sizesOf(graph)])];
  }

  /**
   * Whether `present`, `missing` and `listed` list what they listed when the stamp was taken. Asked of every plugin after each reload of any, so
   * it looks at no file and copies nothing.
   */
  isAsAt(stamp: readonly unknown[]): boolean {
    if (stamp[0] !== this.#build) return false;
    let at = 1;
    for (const graph of this.#graphsByRole) {
      if (stamp[at] !== graph) return false;
      // Graphs grow while their code runs, by imports and requires with computed names.
      if (stamp[at + 1] !== graph?.modules.size || stamp[at + 2] !== graph?.missing.size)
        return false;
      if (stamp[at + 3] !== graph?.decided.size || stamp[at + 4] !== graph?.listed.changeCount)
        return false;
      at += 5;
    }
    return true;
  }

  get #graphs(): readonly ModuleGraph[] {
    return this.#graphsByRole.filter((graph) => graph !== undefined);
  }

  /** Always three: of the serving version, of the last build, and of what was taken back. */
  get #graphsByRole(): readonly (ModuleGraph | undefined)[] {
    const built = this.#build?.result;
    const tried = built !== undefined && isRight(built) ? built.right : undefined;
    const back = this.takenBack();
    const isOnDisk = back !== undefined && back.codeHash === tried?.codeHash;
    return [this.serving(), tried?.graph, isOnDisk ? back.graph : undefined];
  }
}

function sizesOf(graph: ModuleGraph | undefined): readonly (number | undefined)[] {
  return [graph?.modules.size, graph?.missing.size, graph?.decided.size, graph?.listed.changeCount];
}

function firstOf<A>(
  graphs: readonly ModuleGraph[],
  find: (graph: ModuleGraph) => A | undefined,
): A | undefined {
  for (const graph of graphs) {
    const found = find(graph);
    if (found !== undefined) return found;
  }
  return undefined;
}
