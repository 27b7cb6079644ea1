import { isUnder } from '../../model/paths.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import { allLookUnchanged, hasSameText, looksUnchanged } from '../../modules/files/unchanged.js';
import type { ModuleGraph } from '../../modules/ModuleGraph.js';
import type { CodeBuild } from './buildCode.js';

/** The files whose change concerns a plugin: those of the serving version, and those that its last build read or looked for. */
export class PluginFilesInUse {
  #build: CodeBuild | undefined;

  constructor(readonly serving: () => ModuleGraph | undefined) {}

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
    const graph = this.serving();
    return (
      graph?.modules.has(path) === true ||
      graph?.missing.has(path) === true ||
      graph?.decided.has(path) === true ||
      this.#build?.read.has(path) === true ||
      this.#build?.missing.has(path) === true
    );
  }

  /**
   * Whether the path is one of these files, or a directory above one: the rename of a directory is one event, without events for its files.
   */
  concernedBy(path: string, isFile: boolean): boolean {
    if (this.includes(path)) return true;
    if (isFile) return false;
    // Runs for every plugin and every change, so it copies nothing.
    const graph = this.serving();
    const { read, missing } = this.#build ?? {};
    for (const files of [graph?.modules, graph?.missing, graph?.decided, read, missing]) {
      for (const file of files?.keys() ?? []) if (isUnder(file, path)) return true;
    }
    return false;
  }

  /** Whether a file is unchanged since the serving version or the last build read it, whichever was later. */
  isAsRead(files: PluginFiles, path: string): boolean {
    const graph = this.serving();
    const module = graph?.modules.get(path);
    const identity = this.#build?.read.get(path) ?? module?.identity ?? graph?.decided.get(path);
    if (module !== undefined && module.identity === identity) {
      return hasSameText(files, path, module);
    }
    // The last build read the file but did not keep its text, so only the identity can be compared.
    return identity !== undefined && looksUnchanged(files, path, identity);
  }

  /** Files that the plugin read. Some may be gone by now. */
  present(): readonly string[] {
    const graph = this.serving();
    return [
      ...(graph?.modules.keys() ?? []),
      ...(graph?.decided.keys() ?? []),
      ...(this.#build?.read.keys() ?? []),
    ];
  }

  /** Paths that were tried for an import and had no file. */
  missing(): readonly string[] {
    return [...(this.serving()?.missing ?? []), ...(this.#build?.missing ?? [])];
  }
}
