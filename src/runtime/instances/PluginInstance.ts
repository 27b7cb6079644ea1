import type { Crashed } from '../../model/reload/ReloadError.js';
import type { CallTarget, PluginFunction } from '../calls/CallGate.js';

/** One running version of a plugin, in this process or in a worker: its modules, and the resources that it owns. */
export interface PluginInstance extends CallTarget {
  /** Whether `init` was called. Then `stop` must be called before the end. */
  wasStarted: boolean;
  /** Whether its host stopped it before its successor served (`stop-first`). Then it is asked for nothing any more. */
  isStopped?: boolean;
  readonly exportNames: readonly string[];
  /** The plugin's function of that name. The instance passes the context to `init`, `start` and `stop`. */
  lifecycle(name: LifecycleName): PluginFunction | undefined;
  /** Why the instance died on its own. Undefined while it lives, and after its host ended it. */
  readonly crash?: Crashed | undefined;
  /** Which part of its last state the instance could not bring here, because it came as text. Absent for an instance in this thread. */
  readonly leftOut?: string | undefined;
  /** Called at COMMIT. From then on `onCrash` is called when the instance dies of itself. Only a worker can. */
  supervise?(onCrash: (error: Crashed) => void): void;
  /**
   * Ends all resources that the instance owns, and its worker if it has one. Never rejects. After `overdue` is aborted it resolves
   * without waiting for the plugin. Returns what the resources threw as they ended.
   */
  dispose(overdue: AbortSignal): Promise<readonly unknown[]>;
}

/** Functions that the runtime calls by name. Callers may call them only when the manifest's `exports` names them. */
export const lifecycleNames = [
  'saveState',
  'restoreState',
  'migrate',
  'init',
  'start',
  'stop',
  'health',
] as const;
/** The functions of a plugin that the runtime calls itself. */
export type LifecycleName = (typeof lifecycleNames)[number];
