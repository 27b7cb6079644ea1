/** What is known of a plugin's attempts to reload. */
export interface Attempts {
  /** When the attempt that is under way began; undefined when none is. */
  startedAtMs: number | undefined;
  /** How long it has waited for other plugins, in milliseconds: its deadline does not count that. The wait that is under way apart. */
  waitedMs: number;
  /** The waits that are under way, and when the first of them began. */
  waitCount: number;
  waitingSinceMs: number;
  /** The version that served when it began. Undefined when a person's rollback may change it meanwhile. */
  servedVersion: number | undefined;
  /** Reloads that run in the target: they end later than the pipeline's attempt when that is aborted. */
  inTargetCount: number;
  /** Whether a newer change came since the attempt began. */
  hasNewerChange: boolean;
  /** The delay before the next attempt; undefined when none is scheduled. */
  delay: { readonly sinceMs: number; readonly delayMs: number } | undefined;
  /** When a newer change came during that delay: at this very moment the pipeline must drop the attempt. */
  mustDropAtMs: number | undefined;
  /** Whether the change that is attempted now, or is next, had an attempt. */
  isTried: boolean;
  /** Whether the last failure said that it will be retried. A retry without one waits for the breaker. */
  willRetry: boolean;
}

export function noAttempts(): Attempts {
  return {
    startedAtMs: undefined,
    waitedMs: 0,
    waitCount: 0,
    waitingSinceMs: 0,
    servedVersion: 0,
    inTargetCount: 0,
    hasNewerChange: false,
    delay: undefined,
    mustDropAtMs: undefined,
    willRetry: false,
    isTried: false,
  };
}

export function beginWait(attempts: Attempts, nowMs: number): void {
  if (attempts.waitCount === 0) attempts.waitingSinceMs = nowMs;
  attempts.waitCount += 1;
}

export function endWait(attempts: Attempts, nowMs: number): void {
  attempts.waitCount -= 1;
  if (attempts.waitCount === 0) attempts.waitedMs += nowMs - attempts.waitingSinceMs;
}

/** How long the attempt that is under way has worked, in milliseconds, without its waits for other plugins. */
export function workedMs(attempts: Attempts, nowMs: number): number {
  const { startedAtMs = nowMs, waitedMs, waitCount, waitingSinceMs } = attempts;
  return nowMs - startedAtMs - waitedMs - (waitCount > 0 ? nowMs - waitingSinceMs : 0);
}
