import { scan, startWith, type Observable } from 'rxjs';
import { foldHealth } from '../model/reload/foldHealth.js';
import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadHealth } from '../model/reload/ReloadHealth.js';

/**
 * How a pipeline is doing, from its events: success and failure rates, p50, p95 and p99 of whole reloads and of each
 * stage, and for each plugin what serves, the state of its breaker and its last error. The health so far on
 * subscription, then one after each event.
 *
 * For a dashboard or a readiness check; a log of each event is `auditLog`, a line for each `printEvents`. Put a
 * `sampleTime` behind it where each event is too often.
 *
 * Contract:
 * - Loses: nothing. Completes, Errors: as `events$` does.
 * - Holds: counts, and one entry a living plugin; per stage some 50 numbers.
 * - Limit: a quantile is within 2.2 % of the duration at its rank.
 *
 * @param events$ - `hotReload`'s, shared.
 *
 * @example
 * ```ts
 * const at = { v: 1, atMs: 5, plugin: 'counter' } as const;
 * const error = { _tag: 'EvaluationFailed', plugin: 'counter', message: 'it threw' };
 * const events$ = of(
 *   { ...at, i: 0, _tag: 'ChangeDetected', paths: ['index.ts'], windowMs: 25 } as const,
 *   { ...at, i: 1, _tag: 'ReloadStarted', attempt: 1 } as const,
 *   { ...at, i: 2, _tag: 'ReloadFailed', error, stillServing: 1, willRetry: false } as const,
 * );
 * const health = await lastValueFrom(reloadHealth(events$));
 *
 * health.failureRatio; // => 1
 * health.plugins['counter']?.lastError; // => ({ error, atMs: 5 })
 * health.plugins['counter']?.serving; // => 1
 * ```
 */
export function reloadHealth(events$: Observable<ReloadEvent>): Observable<ReloadHealth> {
  return events$.pipe(scan(foldHealth, foldHealth(undefined)), startWith(foldHealth(undefined)));
}
