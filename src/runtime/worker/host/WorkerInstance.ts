import type { Crashed } from '../../../model/reload/ReloadError.js';
import type { PluginFunction } from '../../calls/CallGate.js';
import {
  type LifecycleName,
  lifecycleNames,
  type PluginInstance,
} from '../../instances/PluginInstance.js';
import type { LoadedExports } from '../wire/workerProtocol.js';
import type { WorkerLink } from './WorkerLink.js';

/** A copy of a plugin in a thread of its own, as the host sees it. */
export class WorkerInstance implements PluginInstance {
  wasStarted = false;
  readonly exportNames: readonly string[];
  readonly #functions: ReadonlySet<string>;
  readonly #callable = new Map<string, PluginFunction>();

  constructor(
    readonly link: WorkerLink,
    /** What the manifest offers; undefined: whatever is exported. */
    offered: readonly string[] | undefined,
    loaded: LoadedExports,
    readonly ports: {
      readonly dispose: (overdue: AbortSignal) => Promise<readonly unknown[]>;
      readonly crash: () => Crashed | undefined;
      readonly supervise: (onCrash: (error: Crashed) => void) => void;
    },
  ) {
    this.exportNames = loaded.exportNames;
    this.#functions = new Set(loaded.functionNames);
    const hidden = new Set<string>(lifecycleNames);
    for (const name of offered ?? loaded.functionNames.filter((own) => !hidden.has(own))) {
      if (this.#functions.has(name))
        this.#callable.set(name, (...args) => this.link.call(name, args));
    }
  }

  callable(name: string): PluginFunction | undefined {
    return this.#callable.get(name);
  }

  /** Nothing of a worker that is gone can be asked. */
  lifecycle(name: LifecycleName): PluginFunction | undefined {
    if (!this.#functions.has(name) || this.link.isOver) return undefined;
    return async (...args) => {
      const answer = await this.link.request({ kind: 'lifecycle', name, args });
      // A state travels as its text.
      const result: unknown = typeof answer === 'string' ? JSON.parse(answer) : answer;
      return result;
    };
  }

  get crash(): Crashed | undefined {
    return this.ports.crash();
  }

  supervise(onCrash: (error: Crashed) => void): void {
    this.ports.supervise(onCrash);
  }

  dispose(overdue: AbortSignal): Promise<readonly unknown[]> {
    return this.ports.dispose(overdue);
  }
}
