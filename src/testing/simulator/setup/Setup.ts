/** How the pipeline of one run is set. Drawn from the seed; times in milliseconds. */
export interface Setup {
  readonly plugins: readonly string[];
  readonly minMs: number;
  readonly maxMs: number;
  readonly maxWaitMs: number;
  readonly isLeading: boolean;
  readonly initialMs: number;
  readonly maxDelayMs: number;
  readonly maxRetries: number;
  readonly jitter: 'none' | 'full' | 'equal';
  readonly failureCount: number;
  readonly openForMs: number;
  readonly reloadTimeoutMs: number;
  readonly concurrency: number;
  readonly retryUnchanged: boolean;
  readonly probeOn: 'timer' | 'change';
  /** The pause between two slow looks at everything. */
  readonly reconcileMs: number;
}

/** Where the simulated plugins live. */
export const ROOT = '/plugins';
export const STATE_DIR = '/state';
export const GENERATIONS_COUNT = 3;

/** Within so long after the last change and fault, the newest content serves or is named in a failure: invariant 8. */
export function quietBoundMs(setup: Setup): number {
  const attempts = setup.maxRetries + 2;
  const perAttemptMs = setup.reloadTimeoutMs + setup.maxDelayMs + setup.openForMs;
  // With `concurrency: 1` every plugin may have to wait for all others.
  const reloadsMs = 2 * attempts * perAttemptMs * setup.plugins.length;
  return 2 * setup.reconcileMs + 2_000 + setup.maxWaitMs + reloadsMs;
}
