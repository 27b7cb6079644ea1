import { isRight } from 'fp-ts/lib/Either.js';
import { isUnder } from '../../model/paths.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import { allLookUnchanged, hasSameText, looksUnchanged } from '../../modules/files/unchanged.js';
import type { ModuleGraph } from '../../modules/ModuleGraph.js';
import type { CodeBuild } from './buildCode.js';
import type { PluginCode } from './PluginCode.js';

/**
 * The files whose change concerns a plugin: those of the serving version, those that its last build read or looked for, and those that
 * the last tried version imported by computed names as it ran. No build can know of the latter, and a mend may be in one of them.
 */
export class PluginFilesInUse {
  #build: CodeBuild | undefined;

  /** @param takenBack - The version that was taken back last. It counts while the last build found its code on disk. */
  constructor(
    readonly serving: () => ModuleGraph | undefined,
    readonly takenBack: () => Pick<PluginCode, 'graph' | 'codeHash'> | undefined,
  ) {}

  /** Remembers a build, also one that failed: the fix of a failure will change a file that it read or looked for. */
  async remember(building: Promise<CodeBuild>): Promise<CodeBuild> {
    this.#build = await building;
    return this.#build;
  }

  /** Whether the last build would find the same files, as far as they look. False when nothing was built yet. */
  looksAsBuilt(files: PluginFiles): boolean {
    const build = this.#build;
    if (build === undefined || build.read.size === 0) return false;
    const isMissing = (path: string) => tryStat(files, path) === undefined;
    return allLookUnchanged(files, build.read) && [...build.missing].every(isMissing);
  }

  includes(path: string): boolean {
    const { read, missing } = this.#build ?? {};
    if (read?.has(path) === true || missing?.has(path) === true) return true;
    return this.#graphs.some(
      ({ modules, missing: sought, decided }) =>
        modules.has(path) || sought.has(path) || decided.has(path),
    );
  }

  /**
   * Whether the path is one of these files, or a directory above one: the rename of a directory is one event, without events for its files.
   */
  concernedBy(path: string, isFile: boolean): boolean {
    if (this.includes(path)) return true;
    if (isFile) return false;
    // Runs for every plugin and every change, so it copies nothing.
    const { read, missing } = this.#build ?? {};
    const ofGraphs = this.#graphs.flatMap((graph) => [graph.modules, graph.missing, graph.decided]);
    for (const files of [...ofGraphs, read, missing]) {
      for (const file of files?.keys() ?? []) if (isUnder(file, path)) return true;
    }
    return false;
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

  /** Paths that were tried for an import and had no file. */
  missing(): readonly string[] {
    return [
      ...this.#graphs.flatMap(({ missing }) => [...missing]),
      ...(this.#build?.missing ?? []),
    ];
  }

  /** For `isAsAt`, later. */
  get stamp(): readonly unknown[] {
    return [this.#build, ...this.#listed.flatMap((graph) => [graph, ...sizesOf(graph)])];
  }

  /**
   * Whether `present` and `missing` list what they listed when the stamp was taken. Asked of every plugin after each reload of any, so it
   * looks at no file and copies nothing.
   */
  isAsAt(stamp: readonly unknown[]): boolean {
    if (stamp[0] !== this.#build) return false;
    let at = 1;
    for (const graph of this.#listed) {
      if (stamp[at] !== graph) return false;
      // Graphs grow while their code runs, by imports and requires with computed names.
      if (stamp[at + 1] !== graph?.modules.size || stamp[at + 2] !== graph?.missing.size)
        return false;
      if (stamp[at + 3] !== graph?.decided.size) return false;
      at += 4;
    }
    return true;
  }

  get #graphs(): readonly ModuleGraph[] {
    return this.#listed.filter((graph) => graph !== undefined);
  }

  /** Always three: of the serving version, of the last build, and of what was taken back. */
  get #listed(): readonly (ModuleGraph | undefined)[] {
    const built = this.#build?.result;
    const tried = built !== undefined && isRight(built) ? built.right : undefined;
    const back = this.takenBack();
    const isOnDisk = back !== undefined && back.codeHash === tried?.codeHash;
    return [this.serving(), tried?.graph, isOnDisk ? back.graph : undefined];
  }
}

function sizesOf(graph: ModuleGraph | undefined): readonly (number | undefined)[] {
  return [graph?.modules.size, graph?.missing.size, graph?.decided.size];
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
