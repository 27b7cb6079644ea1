import type { PluginFunction } from '../calls/CallGate.js';
import type { OwnedContext } from './createContext.js';
import { type LifecycleName, lifecycleNames, type PluginInstance } from './PluginInstance.js';

const TAKES_CONTEXT: ReadonlySet<string> = new Set<LifecycleName>(['init', 'start', 'stop']);

/** A version of a plugin in the thread that calls it. Used in the host's process, and in a worker's thread on the worker's side. */
export class InProcessInstance implements PluginInstance {
  wasStarted = false;
  readonly exportNames: readonly string[];
  readonly #callableNames: ReadonlySet<string>;

  constructor(
    readonly namespace: object,
    readonly owned: OwnedContext,
    /** Names that may be called, from the manifest. Undefined: all exports but the lifecycle functions. */
    exports: readonly string[] | undefined,
    /** Runs `init`, `start` and calls, such as to record what they open. Default: they are called. */
    readonly watched?: (work: () => unknown) => unknown,
  ) {
    const hidden = new Set<string>(lifecycleNames);
    this.exportNames = Object.keys(namespace);
    this.#callableNames = new Set(exports ?? this.exportNames.filter((name) => !hidden.has(name)));
  }

  callable(name: string): PluginFunction | undefined {
    const run = this.#callableNames.has(name) ? this.#function(name) : undefined;
    const { watched } = this;
    if (run === undefined || watched === undefined) return run;
    return (...args) => watched(() => run(...args));
  }

  lifecycle(name: LifecycleName): PluginFunction | undefined {
    const run = this.#function(name);
    if (run === undefined || !TAKES_CONTEXT.has(name)) return run;
    const withContext = () => run(this.owned.context);
    const { watched } = this;
    return watched === undefined || name === 'stop' ? withContext : () => watched(withContext);
  }

  dispose(overdue: AbortSignal): Promise<readonly unknown[]> {
    return this.owned.dispose(overdue);
  }

  /** Read on each use, because a module may assign a new value to its export. */
  #function(name: string): PluginFunction | undefined {
    const value: unknown = Reflect.get(this.namespace, name);
    return isFunction(value) ? value : undefined;
  }
}

function isFunction(value: unknown): value is PluginFunction {
  return typeof value === 'function';
}
