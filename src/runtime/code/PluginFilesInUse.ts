import { isRight } from 'fp-ts/lib/Either.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import { allLookUnchanged, hasSameText, looksUnchanged } from '../../modules/files/unchanged.js';
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
  #buildsUnderWayCount = 0;

  /**
   * @param takenBack - The version that was taken back last. It counts while the last build found its code on disk.
   * @param onChange - Called when the files may be others. Default: nobody is told.
   */
  constructor(
    readonly serving: () => ModuleGraph | undefined,
    readonly takenBack: () => Pick<PluginCode, 'graph' | 'codeHash'> | undefined,
    readonly onChange: () => void = () => undefined,
  ) {}

  /** Remembers a build, also one that failed: the fix of a failure will change a file that it read or looked for. */
  async remember(building: Promise<CodeBuild>): Promise<CodeBuild> {
    this.#buildsUnderWayCount += 1;
    try {
      this.#build = await building;
      return this.#build;
    } finally {
      this.#buildsUnderWayCount -= 1;
      this.onChange();
    }
  }

  /** Whether the last build would find the same files, as far as they look. False when nothing was built yet. */
  looksAsBuilt(files: PluginFiles): boolean {
    const build = this.#build;
    if (build === undefined || build.read.size === 0) return false;
    const isMissing = (path: string) => tryStat(files, path) === undefined;
    return allLookUnchanged(files, build.read) && [...build.missing].every(isMissing);
  }

  /**
   * Whether the files that a version would use are known: one serves, and the last build found all of its files. While a build is under way
   * it may have read any file already.
   */
  get isGraphKnown(): boolean {
    const result = this.#build?.result;
    const isBuilt = this.#buildsUnderWayCount === 0 && result !== undefined && isRight(result);
    return isBuilt && this.serving() !== undefined;
  }

  /** Directories of which a file was required by a computed name: each name in them counts. */
  get listed(): readonly string[] {
    return this.#graphs.flatMap(({ listed }) => [...listed.keys()]);
  }

  /** The manifest that the last build read; undefined when it failed. */
  get triedManifest(): Manifest | undefined {
    const result = this.#build?.result;
    return result !== undefined && isRight(result) ? result.right.manifest.manifest : undefined;
  }

  /** Equal while the paths are: graphs grow while plugins run. */
  get mark(): readonly unknown[] {
    const graphs = [0, 1, 2].flatMap((index) => {
      const graph = this.#graphs[index];
      const { modules, missing, decided, listed } = graph ?? {};
      return [graph, modules?.size, missing?.size, decided?.size, listed?.size];
    });
    return [this.#build, ...graphs];
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

  /** What `present` and `missing` list is the same for as long as each item of this is. Cheap, also for a plugin of many files. */
  get stamp(): readonly unknown[] {
    // Graphs grow while their code runs, by imports and requires with computed names.
    const graphs = this.#graphs.flatMap((graph) => [
      graph,
      graph.modules.size,
      graph.missing.size,
      graph.decided.size,
    ]);
    return [this.#build, ...graphs];
  }

  get #graphs(): readonly ModuleGraph[] {
    const built = this.#build?.result;
    const tried = built !== undefined && isRight(built) ? built.right : undefined;
    const back = this.takenBack();
    const isOnDisk = back !== undefined && back.codeHash === tried?.codeHash;
    const graphs = [this.serving(), tried?.graph, isOnDisk ? back.graph : undefined];
    return graphs.filter((graph) => graph !== undefined);
  }
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
