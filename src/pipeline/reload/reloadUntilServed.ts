import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  EMPTY,
  filter,
  map,
  merge,
  type Observable,
  of,
  Subject,
  takeUntil,
  tap,
} from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadCause, UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { backoffRetry } from '../../operators/backoffRetry.js';
import { mergeWhile } from '../../operators/chain/mergeWhile.js';
import { circuitBreak } from '../../operators/circuitBreak.js';
import type { CircuitBreaker } from '../../operators/createCircuitBreaker.js';
import { CircuitOpenError } from '../../policies/breaker/CircuitOpenError.js';
import type { PipelineContext } from '../options/PipelineContext.js';
import { runHook } from '../userCode/runHook.js';
import { attemptReload } from './attemptReload.js';
import { failedAttempt, giveUp } from './giveUp.js';
import type { ReloadRequest } from './ReloadRequest.js';
import { failureOf, hasFailedAgain, isFinal } from './retryRules.js';

/** `attempting`: an attempt runs, or waits for a permit. `waiting`: for a retry. `superseded`: a newer change ended that wait. */
type Phase = 'attempting' | 'waiting' | 'superseded';

/** The progress of one change. */
interface Progress {
  phase: Phase;
  /** Attempts that have started. */
  attemptCount: number;
  /**
   * The newer request that arrived last. An attempt under way runs to its end, because its version may serve, but it is not
   * repeated.
   */
  newer: ReloadRequest | undefined;
  /** The failure of the last attempt; refusals by the breaker do not count. Undefined before the first failure. */
  lastFailure: ReloadError | undefined;
}

type RetryInfo = Parameters<NonNullable<PipelineContext['backoff']['onRetry']>>[0];

/**
 * Attempts a change until it serves, its retries are used up, or a newer change makes it pointless. The newer change
 * ends a wait for a retry at once (`Superseded`); an attempt under way runs to its end and is not repeated.
 */
export function reloadUntilServed(
  request: ReloadRequest,
  newer$: Observable<ReloadRequest>,
  breaker: CircuitBreaker,
  context: PipelineContext,
): Observable<UnstampedEvent> {
  const { change, changes } = request;
  const { plugin } = change;
  const clock = context.scheduler ?? asyncScheduler;
  return defer(() => {
    const betweenAttempts$ = new Subject<UnstampedEvent>();
    const progress: Progress = {
      phase: 'attempting',
      attemptCount: 0,
      newer: undefined,
      lastFailure: undefined,
    };

    const attempts$ = defer(() => {
      progress.phase = 'attempting';
      const queuedAtMs = clock.now();
      return defer(() => {
        progress.attemptCount += 1;
        const { attemptCount: attempt } = progress;
        const cause = causeOf(request, attempt, breaker);
        // The wall clock may have been set back meanwhile.
        const queuedMs = Math.max(0, clock.now() - queuedAtMs);
        return attemptReload(change, { attempt, changes, cause, queuedMs }, context);
      }).pipe(
        circuitBreak(breaker),
        context.withPermit(), // outside of the breaker, so that the wait for a permit counts neither as slow nor as a probe
      );
    }).pipe(
      backoffRetry({
        ...context.backoff,
        retryIf: (cause, retry) => mayRetry(plugin, cause, retry, progress, context),
        onRetry: (info) => {
          progress.phase = 'waiting';
          announceRetry(request, info, betweenAttempts$, context);
        },
      }),
      catchError((cause: unknown) => {
        progress.phase = 'attempting';
        return giveUp(request, failureOf(plugin, cause), context);
      }),
    );
    const superseded$ = newer$.pipe(
      tap((newer) => (progress.newer = newer)),
      filter(() => progress.phase === 'waiting'),
      tap(() => (progress.phase = 'superseded')),
    );
    const probe$ = defer(() => {
      if (context.probeOn === 'change') breaker.probeNow();
      return attempts$;
    });
    const end$ = defer(() => endOf(request, progress, context));

    return concat(probe$.pipe(takeUntil(superseded$)), end$).pipe(
      mergeWhile(merge(betweenAttempts$, breakerEvents(plugin, breaker))),
    );
  });
}

function mayRetry(
  plugin: string,
  cause: unknown,
  retry: number,
  progress: Progress,
  { retryUnchanged, backoff }: PipelineContext,
): boolean {
  if (progress.newer !== undefined) return false;
  if (cause instanceof CircuitOpenError) return true;
  const failure = failureOf(plugin, cause);
  const isRepeated = hasFailedAgain(failure, progress.lastFailure);
  progress.lastFailure = failure;
  if (isFinal(failure) || (!retryUnchanged && isRepeated)) return false;
  return backoff.retryIf?.(cause, retry) ?? true;
}

function announceRetry(
  request: ReloadRequest,
  info: RetryInfo,
  events$: Subject<UnstampedEvent>,
  context: PipelineContext,
): void {
  const { plugin } = request.change;
  const { attempt, delayMs, error: cause } = info;
  // A refusal by the breaker is not a failed attempt, and `BreakerChanged` has already reported the reason.
  if (!(cause instanceof CircuitOpenError)) {
    const failure = failureOf(plugin, cause);
    events$.next(failedAttempt(request, failure, context, { willRetry: true }));
  }
  events$.next({ _tag: 'RetryScheduled', plugin, attempt, delayMs, why: whyOf(cause) });
  context.backoff.onRetry?.(info);
  const { scheduler } = context;
  const hook$ = runHook(
    () => context.onRetry?.(plugin, attempt),
    (error) => context.onHookError('onRetry', error),
    { timeoutMs: context.reloadTimeoutMs, ...(scheduler && { scheduler }) },
  );
  context.hooks.add(hook$.subscribe());
}

function whyOf(cause: unknown): 'backoff' | 'circuitOpen' | 'probeGap' {
  if (!(cause instanceof CircuitOpenError)) return 'backoff';
  return cause.until === 'probeGap' ? 'probeGap' : 'circuitOpen';
}

/** The event of a request that a newer one replaced while it waited. */
export function supersededBy(
  { change, changes }: ReloadRequest,
  newer: ReloadRequest | undefined,
): UnstampedEvent {
  const by = newer?.changes.at(-1);
  const { plugin } = change;
  return { _tag: 'Superseded', plugin, changes, ...(by !== undefined && { by }) };
}

/** A half-open breaker lets nothing pass but probes. */
function causeOf({ cause }: ReloadRequest, attempt: number, breaker: CircuitBreaker): ReloadCause {
  if (breaker.state === 'half-open') return 'probe';
  return attempt === 1 ? cause : 'retry';
}

/** What is left to emit when the attempts have ended. */
function endOf(
  request: ReloadRequest,
  { phase, lastFailure, newer }: Progress,
  context: PipelineContext,
): Observable<UnstampedEvent> {
  if (phase === 'superseded') return of(supersededBy(request, newer));
  // The user's `delay` returned a stream, and it completed without asking for a retry.
  const hasNoRetry = phase === 'waiting' && lastFailure !== undefined;
  return hasNoRetry ? giveUp(request, lastFailure, context) : EMPTY;
}

function breakerEvents(plugin: string, breaker: CircuitBreaker): Observable<UnstampedEvent> {
  return breaker.transition$.pipe(
    map((transition) => ({ _tag: 'BreakerChanged', plugin, ...transition })),
  );
}
