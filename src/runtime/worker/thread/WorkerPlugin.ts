import {
  createHostModules,
  type EvaluationPorts,
  evaluateGraph,
  type HostModules,
  importFailure,
  isHostSpecifier,
  type RequireTarget,
  type Resolution,
  requireError,
  resolveModule,
} from '../../../modules/evaluateGraph.js';
import type { LinkedModule } from '../../../modules/ModuleGraph.js';
import { createContext, type OwnedContext } from '../../instances/createContext.js';
import { InProcessInstance } from '../../instances/InProcessInstance.js';
import type { PluginTalk } from '../../instances/PluginTalk.js';
import type { ThreadPorts } from '../wire/ThreadPorts.js';
import type {
  AddedFiles,
  FoundRequire,
  LoadOrder,
  PreloadOrder,
  Question,
} from '../wire/workerProtocol.js';
import type { WorkerModules } from './WorkerModules.js';

export interface WorkerPluginPorts extends Pick<ThreadPorts, 'files' | 'timers'> {
  readonly modules: WorkerModules;
  /** Asks the host for a file that a computed import names. The host answers with `addFiles`. */
  readonly wantFile: (path: string) => void;
  /** How the plugin reaches others. */
  readonly talk: PluginTalk;
  /** Called with what the plugin's timers and listeners throw. */
  readonly onError: (error: unknown) => void;
}

/** The plugin of a worker. It is evaluated by the same code as in the host's process. */
export class WorkerPlugin {
  /** Undefined until the plugin is loaded. */
  instance: InProcessInstance | undefined;
  /** What the plugin owns. Set before its code runs, so that a plugin whose load hangs can be disposed of. */
  #owned: OwnedContext | undefined;
  readonly #hostModules: HostModules;
  /** By path. */
  readonly #graph = new Map<string, LinkedModule>();
  /** By path of a file that the host was asked for: what to call when the file comes. */
  readonly #wanted = new Map<string, (added: AddedFiles) => void>();

  constructor(readonly ports: WorkerPluginPorts) {
    this.#hostModules = createHostModules(ports.files);
  }

  /** Makes modules and loads packages ahead. Failures are ignored: the plugin meets them again when it loads the same module. */
  async preload({ externals, modules }: PreloadOrder): Promise<void> {
    for (const module of modules) this.ports.modules.add(module);
    for (const [specifier, importer] of externals) {
      await this.#hostModules.load(specifier, importer).catch(() => undefined);
    }
  }

  async load(order: LoadOrder): Promise<InProcessInstance> {
    const { plugin, version, entry } = order;
    for (const module of order.modules)
      this.#graph.set(module.path, this.ports.modules.add(module));
    const { onError, talk, timers: scheduler } = this.ports;
    const host = noHost(plugin);
    this.#owned = createContext({ plugin, version, scheduler, onError, host, talk });
    const { namespace } = await evaluateGraph({ entry, modules: this.#graph }, this.#ports());
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

  #ports(): EvaluationPorts {
    return {
      hostModules: this.#hostModules,
      resolve: (specifier, importer) => this.#resolve(specifier, importer),
      extend: (path) => this.#extend(path),
      requires: {
        resolveRequire: (specifier, importer) => this.#resolveRequire(specifier, importer),
        moduleAt: (path) => this.#moduleAt(path),
      },
    };
  }

  /** The host resolves the import with the files that it sees. If its answer is late, the worker resolves the import on the disk. */
  #resolve(specifier: string, importer: string): Resolution {
    const { files, modules } = this.ports;
    const answer = modules.ask({ kind: 'resolve', specifier, importer });
    if (isResolution(answer)) return answer;
    return resolveModule(files, specifier, importer, {
      mapping: this.#graph.get(importer)?.mapping,
    });
  }

  #resolveRequire(specifier: string, importer: string): RequireTarget {
    const { requires, mapping } = this.#graph.get(importer) ?? {};
    const foreseen = requires?.get(specifier);
    if (foreseen !== undefined) return foreseen;
    if (mapping === undefined && isHostSpecifier(specifier)) return { kind: 'host', specifier };
    // A file that is there and not valid is told when it is loaded.
    return this.#askForModules({ kind: 'require', specifier, importer }).target;
  }

  #moduleAt(path: string): LinkedModule {
    const known = this.#graph.get(path);
    if (known !== undefined) return known;
    const { problem } = this.#askForModules({ kind: 'moduleAt', path });
    if (problem !== undefined) throw requireError(problem);
    const module = this.#graph.get(path);
    if (module === undefined) throw new Error(`the host sent no module for ${path}`);
    return module;
  }

  /** Blocks until the host has answered. The host never waits for this thread, so it can answer unless something else blocks it. */
  #askForModules(question: Question): FoundRequire {
    const answer = this.ports.modules.ask(question);
    if (!isFoundRequire(answer)) {
      const what = question.kind === 'require' ? question.specifier : JSON.stringify(question);
      throw new Error(
        `require of ${what}: the host did not answer in time, because something blocks its event loop; the next require asks again`,
      );
    }
    for (const module of answer.modules)
      this.#graph.set(module.path, this.ports.modules.add(module));
    return answer;
  }

  /** Resolves when the host has sent the file. Imports of the same file wait for the same answer. */
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
    if (problem !== undefined) throw importFailure(problem);
    if (module === undefined) throw new Error(`${path} was not compiled`);
    return module;
  }
}

function isResolution(value: unknown): value is Resolution {
  return typeof value === 'object' && value !== null && 'kind' in value;
}

/** Only its shape is checked: it comes from our own host. */
function isFoundRequire(value: unknown): value is FoundRequire {
  return typeof value === 'object' && value !== null && 'target' in value && 'modules' in value;
}

/**
 * `ctx.host` in a worker. Each read of a name throws: an empty object would give `undefined`, and the plugin would fail later with an error
 * that says nothing of the thread.
 */
function noHost(plugin: string): Readonly<Record<string, unknown>> {
  return new Proxy<Record<string, unknown>>(Object.freeze({}), {
    get(target, name) {
      // What prints or compares a value looks for symbols, and for `then` and `toJSON`.
      if (typeof name === 'symbol' || name in Object.prototype || name === 'then') {
        const own: unknown = Reflect.get(target, name);
        return own;
      }
      throw new Error(
        `ctx.host.${name}: ${plugin} runs in a worker, and what the host provides cannot be shared with a thread. Run the plugin with mode = "in-process", open a ${name} of its own in start(ctx), or pass what it needs as arguments of its functions.`,
      );
    },
  });
}
