import {
  catchError,
  concat,
  defer,
  EMPTY,
  filter,
  map,
  merge,
  of,
  Subject,
  takeUntil,
  tap,
  throwError,
  timeout,
  type Observable,
} from 'rxjs';
import type { Change } from '../../model/reload/Change.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { backoffRetry } from '../../operators/backoffRetry.js';
import { mergeWhile } from '../../operators/chain/mergeWhile.js';
import { circuitBreak } from '../../operators/circuitBreak.js';
import { CircuitOpenError } from '../../policies/breaker/CircuitOpenError.js';
import type { CircuitBreaker } from '../../operators/createCircuitBreaker.js';
import { restartPlugin } from '../../sinks/restartPlugin.js';
import { attemptReload } from './attemptReload.js';
import { failureOf, isContentFailure } from './failureOf.js';
import type { ReloadLine } from '../options/ReloadLine.js';
import { runHook } from '../userCode/runHook.js';

/**
 * Tries a change until it serves, its retries are used up, or a newer change makes it pointless: that one cuts a wait
 * for a retry short (`Superseded`), and stops an attempt under way from being repeated.
 */
export function reloadUntilServed(
  change: Change,
  newer$: Observable<unknown>,
  breaker: CircuitBreaker,
  line: ReloadLine,
): Observable<UnstampedEvent> {
  const { plugin } = change;
  return defer(() => {
    const between$ = new Subject<UnstampedEvent>();
    let attempt = 0;
    let isWaiting = false;
    let hasNewer = false;
    let wasCut = false;
    let previous: ReloadError | undefined;

    const mayTryAgain = (cause: unknown, retry: number): boolean => {
      if (hasNewer) return false;
      if (cause instanceof CircuitOpenError) return true;
      const error = failureOf(plugin, cause);
      const isSame = error._tag === previous?._tag && error.message === previous.message;
      previous = error;
      if (!line.retryUnchanged && (isSame || isContentFailure(error))) return false;
      return line.backoff.retryIf?.(cause, retry) ?? true;
    };
    const announceRetry = (info: RetryInfo): void => {
      isWaiting = true;
      if (!(info.error instanceof CircuitOpenError)) {
        between$.next(failed(plugin, failureOf(plugin, info.error), line, true));
      }
      between$.next({
        _tag: 'RetryScheduled',
        plugin,
        attempt: info.attempt,
        delayMs: info.delayMs,
      });
      line.backoff.onRetry?.(info);
      line.hooks.add(
        runHook(
          () => line.onRetry?.(plugin, info.attempt),
          (error) => line.onHookError('onRetry', error),
          { timeoutMs: line.reloadTimeoutMs, ...timingOf(line) },
        ).subscribe(),
      );
    };

    const attempts$ = defer(() => {
      isWaiting = false;
      return defer(() => {
        attempt += 1;
        return attemptReload(change, attempt, line);
      }).pipe(
        circuitBreak(breaker),
        line.permit(), // around the breaker: the wait for a turn is neither slow nor a probe
      );
    }).pipe(
      backoffRetry({ ...line.backoff, retryIf: mayTryAgain, onRetry: announceRetry }),
      catchError((cause: unknown) => {
        isWaiting = false;
        return giveUp(plugin, failureOf(plugin, cause), line);
      }),
    );
    const cut$ = newer$.pipe(
      tap(() => (hasNewer = true)),
      filter(() => isWaiting),
      tap(() => (wasCut = true)),
    );

    const probed$ = defer(() => {
      if (line.probeOn === 'change') breaker.probeNow();
      return attempts$;
    });
    const end$ = defer(() => {
      if (wasCut) return of<UnstampedEvent>({ _tag: 'Superseded', plugin });
      // What a retry was to wait for ended without asking for one.
      return isWaiting && previous !== undefined ? giveUp(plugin, previous, line) : EMPTY;
    });
    return concat(probed$.pipe(takeUntil(cut$)), end$).pipe(
      mergeWhile(merge(between$, transitionsOf(plugin, breaker))),
    );
  });
}

type RetryInfo = Parameters<NonNullable<ReloadLine['backoff']['onRetry']>>[0];

function failed(
  plugin: string,
  error: ReloadError,
  line: ReloadLine,
  willRetry: boolean,
): UnstampedEvent {
  return {
    _tag: 'ReloadFailed',
    plugin,
    error,
    stillServing: line.serving.of(plugin),
    willRetry,
  };
}

/** The end of a change that never served. What crashed while it served is brought back in its last good version. */
function giveUp(plugin: string, error: ReloadError, line: ReloadLine): Observable<UnstampedEvent> {
  const failure$ = of(failed(plugin, error, line, false));
  const isLeftAlone = 'needsRestart' in error && error.needsRestart === false;
  if (error._tag !== 'Crashed' || isLeftAlone) return failure$;
  const restart$ = defer(() => restartPlugin(line.target, plugin)).pipe(
    timeout({
      first: line.reloadTimeoutMs,
      with: () => throwError(() => new Error(`it did not end within ${line.reloadTimeoutMs} ms`)),
      ...timingOf(line),
    }),
    catchError((cause: unknown) => {
      const reason = `The restart after a crash failed: ${failureOf(plugin, cause).message}`;
      return of<UnstampedEvent>({ _tag: 'ReloadSkipped', plugin, reason });
    }),
  );
  return concat(failure$, restart$);
}

const timingOf = ({ scheduler }: ReloadLine) => scheduler && { scheduler };

function transitionsOf(plugin: string, breaker: CircuitBreaker): Observable<UnstampedEvent> {
  return breaker.transition$.pipe(
    map((transition) => ({ _tag: 'BreakerChanged', plugin, ...transition })),
  );
}
