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
  ) {
    const hidden = new Set<string>(lifecycleNames);
    this.exportNames = Object.keys(namespace);
    this.#callableNames = new Set(exports ?? this.exportNames.filter((name) => !hidden.has(name)));
  }

  callable(name: string): PluginFunction | undefined {
    return this.#callableNames.has(name) ? this.#function(name) : undefined;
  }

  lifecycle(name: LifecycleName): PluginFunction | undefined {
    const run = this.#function(name);
    return run === undefined || !TAKES_CONTEXT.has(name) ? run : () => run(this.owned.context);
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
