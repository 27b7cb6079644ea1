import { isUnder } from '../../model/paths.js';
import type { CodeBuild } from './buildCode.js';
import type { GraphModule, ModuleGraph } from '../../modules/link/ModuleGraph.js';

/** The files whose change concerns a plugin: those that it runs, and those that its last build looked at or for. */
export class PluginFilesInUse {
  #build: CodeBuild | undefined;

  constructor(readonly serving: () => ModuleGraph | undefined) {}

  /** A build that fails is remembered like any other: what it looked at is where a mend will show. */
  async remember(building: Promise<CodeBuild>): Promise<CodeBuild> {
    this.#build = await building;
    return this.#build;
  }

  includes(path: string): boolean {
    const graph = this.serving();
    return (
      graph?.modules.has(path) === true ||
      graph?.missing.has(path) === true ||
      this.#build?.read.has(path) === true ||
      this.#build?.missing.has(path) === true
    );
  }

  /** Whether it is one of them, or lies above one: the rename of a directory is told of it alone. */
  concernedBy(path: string, isFile: boolean): boolean {
    if (this.includes(path)) return true;
    if (isFile) return false;
    // Asked of every plugin for every change: nothing is copied.
    const graph = this.serving();
    for (const files of [graph?.modules, graph?.missing, this.#build?.read, this.#build?.missing]) {
      for (const file of files?.keys() ?? []) if (isUnder(file, path)) return true;
    }
    return false;
  }

  /** What a file was when it was read last: '' where it could not be. The module, when that serves. */
  asRead(path: string): { readonly identity?: string; readonly module?: GraphModule } {
    const module = this.serving()?.modules.get(path);
    const identity = this.#build?.read.get(path) ?? module?.identity;
    return { ...(identity !== undefined && { identity }), ...(module && { module }) };
  }

  /** Files that are there, or were. */
  present(): readonly string[] {
    return [...(this.serving()?.modules.keys() ?? []), ...(this.#build?.read.keys() ?? [])];
  }

  /** Where a file could appear that an import looks for. */
  missing(): readonly string[] {
    return [...(this.serving()?.missing ?? []), ...(this.#build?.missing ?? [])];
  }
}
