import type { CallTarget } from './CallGate.js';
import type { OwnedContext } from './createContext.js';
import type { Manifest } from './Manifest.js';

/** What the runtime calls by name. Not offered to callers, unless the manifest's `exports` says so. */
export const lifecycleNames = [
  'saveState',
  'restoreState',
  'migrate',
  'init',
  'start',
  'stop',
  'health',
] as const;
export type LifecycleName = (typeof lifecycleNames)[number];

type PluginFunction = (...args: readonly unknown[]) => unknown;

/** One running copy of a plugin: its modules, and what it owns. */
export class PluginInstance implements CallTarget {
  /** Whether `init` was called: then `stop` is owed. */
  wasStarted = false;
  readonly #offered: ReadonlySet<string>;

  constructor(
    readonly namespace: object,
    readonly owned: OwnedContext,
    manifest: Manifest,
  ) {
    // Without a list, whatever is exported may be called, but for what the runtime itself calls.
    const hidden = new Set<string>(lifecycleNames);
    this.#offered = new Set(
      manifest.exports ?? Object.keys(namespace).filter((name) => !hidden.has(name)),
    );
  }

  callable(name: string): PluginFunction | undefined {
    return this.#offered.has(name) ? this.#function(name) : undefined;
  }

  lifecycle(name: LifecycleName): PluginFunction | undefined {
    return this.#function(name);
  }

  /** Read at each use: a module may assign to what it exports. */
  #function(name: string): PluginFunction | undefined {
    const value: unknown = Reflect.get(this.namespace, name);
    return isFunction(value) ? value : undefined;
  }
}

function isFunction(value: unknown): value is PluginFunction {
  return typeof value === 'function';
}
