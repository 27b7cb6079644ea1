import { diskFiles } from '../../../modules/adapters/diskFiles.js';
import { threadTimers } from './adapters/threadTimers.js';
import { createContext, type OwnedContext } from '../../instances/createContext.js';
import { createExternals } from '../../../modules/resolve/externals.js';
import { InProcessInstance } from '../../instances/InProcessInstance.js';
import { linkGraph, type LinkerPorts } from '../../../modules/link/linkGraph.js';
import type { LinkedModule } from '../../../modules/link/ModuleGraph.js';
import { resolveModule, type Resolution } from '../../../modules/resolve/resolveModule.js';
import { askHost } from '../wire/questions.js';
import type { AddedFiles, LoadOrder, PreloadOrder } from '../wire/workerProtocol.js';
import type { WorkerModules } from './WorkerModules.js';

export interface WorkerPluginPorts {
  readonly modules: WorkerModules;
  /** Asks the host for a file that a computed import names; `addFiles` brings it. */
  readonly wantFile: (path: string) => void;
  readonly onError: (error: unknown) => void;
}

/** The plugin of a worker: linked by the same linker as in the host's process. */
export class WorkerPlugin {
  instance: InProcessInstance | undefined;
  #owned: OwnedContext | undefined;
  readonly #externals = createExternals(diskFiles);
  readonly #graph = new Map<string, LinkedModule>();
  readonly #wanted = new Map<string, (added: AddedFiles) => void>();

  constructor(readonly ports: WorkerPluginPorts) {}

  /** What fails here fails again, and is told, when the plugin loads it. */
  async preload({ externals, modules }: PreloadOrder): Promise<void> {
    for (const module of modules) this.ports.modules.add(module);
    for (const [specifier, importer] of externals) {
      await this.#externals.load(specifier, importer).catch(() => undefined);
    }
  }

  async load(order: LoadOrder): Promise<InProcessInstance> {
    const { plugin, version, entry } = order;
    for (const module of order.modules)
      this.#graph.set(module.path, this.ports.modules.add(module));
    const { onError } = this.ports;
    this.#owned = createContext({ plugin, version, scheduler: threadTimers, onError });
    const { namespace } = await linkGraph({ entry, modules: this.#graph }, this.#linkerPorts());
    this.instance = new InProcessInstance(namespace, this.#owned, order.exports);
    return this.instance;
  }

  addFiles(added: AddedFiles): void {
    for (const module of added.modules)
      this.#graph.set(module.path, this.ports.modules.add(module));
    this.#wanted.get(added.path)?.(added);
    this.#wanted.delete(added.path);
  }

  dispose(overdue: AbortSignal): Promise<readonly unknown[]> {
    return this.#owned?.dispose(overdue) ?? Promise.resolve([]);
  }

  #linkerPorts(): LinkerPorts {
    return {
      loadExternal: (specifier, importer) => this.#externals.load(specifier, importer),
      resolveUrl: (specifier, importer) => this.#externals.resolve(specifier, importer),
      resolve: (specifier, importer) => this.#resolve(specifier, importer),
      extend: (path) => this.#extend(path),
    };
  }

  /** As the host sees its files; when it does not answer, as they are on disk. */
  #resolve(specifier: string, importer: string): Resolution {
    const { questions } = this.ports.modules;
    const answer = askHost(questions, { kind: 'resolve', specifier, importer });
    return isResolution(answer) ? answer : resolveModule(diskFiles, specifier, importer);
  }

  async #extend(path: string): Promise<LinkedModule> {
    const { problem } = await new Promise<AddedFiles>((resolve) => {
      const before = this.#wanted.get(path);
      this.#wanted.set(path, (added) => {
        before?.(added);
        resolve(added);
      });
      this.ports.wantFile(path);
    });
    const module = this.#graph.get(path);
    if (module === undefined) throw new Error(problem ?? `${path} was not compiled`);
    return module;
  }
}

function isResolution(value: unknown): value is Resolution {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
