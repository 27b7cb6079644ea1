import type { CallTarget, PluginFunction } from './CallGate.js';
import type { LifecycleName } from './lifecycleNames.js';

/** One running copy of a plugin, wherever it runs: its modules, and what it owns. */
export interface PluginInstance extends CallTarget {
  /** Whether `init` was called: then `stop` is owed. */
  wasStarted: boolean;
  readonly exportNames: readonly string[];
  /** The plugin's function of that name; `init`, `start` and `stop` are given the context by the instance. */
  lifecycle(name: LifecycleName): PluginFunction | undefined;
  /** Ends all that the instance owns, and the place that it ran in; never throws. Gives what went wrong. */
  dispose(): Promise<readonly unknown[]>;
}
