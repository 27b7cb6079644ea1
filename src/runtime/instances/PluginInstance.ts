import type { Crashed } from '../../model/reload/ReloadError.js';
import type { CallTarget, PluginFunction } from '../calls/CallGate.js';

/** One running copy of a plugin, wherever it runs: its modules, and what it owns. */
export interface PluginInstance extends CallTarget {
  /** Whether `init` was called: then `stop` is owed. */
  wasStarted: boolean;
  readonly exportNames: readonly string[];
  /** The plugin's function of that name; `init`, `start` and `stop` are given the context by the instance. */
  lifecycle(name: LifecycleName): PluginFunction | undefined;
  /** Why it is dead, when it died of itself. */
  readonly crash?: Crashed | undefined;
  /** From COMMIT on: tells when the instance died of itself, as a worker can and what runs in this process cannot. */
  supervise?(onCrash: (error: Crashed) => void): void;
  /**
   * Ends all that the instance owns, and the place that it ran in; never throws, and waits for nothing long after `overdue`. Gives what
   * went wrong.
   */
  dispose(overdue: AbortSignal): Promise<readonly unknown[]>;
}

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
