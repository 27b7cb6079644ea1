import type { Crashed } from '../../../model/reload/ReloadError.js';
import type { PluginFunction } from '../../calls/CallGate.js';
import {
  type LifecycleName,
  lifecycleNames,
  type PluginInstance,
} from '../../instances/PluginInstance.js';
import { type LoadedExports, sentStateOf } from '../wire/workerProtocol.js';
import type { WorkerLink } from './WorkerLink.js';

/** A version of a plugin in a worker, as the host sees it. */
export class WorkerInstance implements PluginInstance {
  wasStarted = false;
  leftOut: string | undefined;
  readonly exportNames: readonly string[];
  readonly #functionNames: ReadonlySet<string>;
  /** Made once per version, so that a call makes no function. */
  readonly #callable = new Map<string, PluginFunction>();

  constructor(
    readonly link: WorkerLink,
    /** Names that may be called, from the manifest. Undefined: all exports but the lifecycle functions. */
    exports: readonly string[] | undefined,
    loaded: LoadedExports,
    readonly ports: {
      readonly dispose: (overdue: AbortSignal) => Promise<readonly unknown[]>;
      readonly crash: () => Crashed | undefined;
      readonly supervise: (onCrash: (error: Crashed) => void) => void;
    },
  ) {
    this.exportNames = loaded.exportNames;
    this.#functionNames = new Set(loaded.functionNames);
    const hidden = new Set<string>(lifecycleNames);
    for (const name of exports ?? loaded.functionNames.filter((own) => !hidden.has(own))) {
      if (this.#functionNames.has(name))
        this.#callable.set(name, (...args) => this.link.call(name, args));
    }
  }

  callable(name: string): PluginFunction | undefined {
    return this.#callable.get(name);
  }

  /** Undefined also when the worker is over: nothing can answer. */
  lifecycle(name: LifecycleName): PluginFunction | undefined {
    if (!this.#functionNames.has(name) || this.link.isOver) return undefined;
    return async (...args) => {
      const answer = await this.link.request({ kind: 'lifecycle', name, args });
      // The worker sends a state as JSON text.
      const { text, leftOut } = sentStateOf(answer);
      if (name === 'saveState') this.leftOut = leftOut;
      const result: unknown = text === undefined ? answer : JSON.parse(text);
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
