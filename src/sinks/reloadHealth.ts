import { type Observable, scan, startWith } from 'rxjs';
import { foldHealth } from '../model/reload/foldHealth.js';
import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadHealth } from '../model/reload/ReloadHealth.js';

/**
 * The health of a pipeline, from its events: success and failure ratios; p50, p95 and p99 of whole reloads and of each
 * stage; and per plugin, the version that serves, the state of the breaker and the last error. Emits the health so far on
 * subscription, then again after each event.
 *
 * For a dashboard or a readiness check. `auditLog` writes each event to a file, `printEvents` prints it. Add a `sampleTime`
 * when every event is too often.
 *
 * Contract:
 * - Loses: nothing. Completes, Errors: as `events$` does.
 * - Holds: counts, and one entry per loaded plugin; about 50 numbers per stage.
 * - Limit: a quantile is within 2.2 % of the duration at its rank.
 *
 * @param events$ - The events of `hotReload`, shared, because each subscription of `hotReload` reloads on its own.
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
