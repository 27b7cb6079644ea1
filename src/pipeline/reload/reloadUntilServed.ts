import * as E from 'fp-ts/lib/Either.js';
import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  EMPTY,
  filter,
  type MonoTypeOperatorFunction,
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
import { dependenciesFirst } from './dependenciesFirst.js';
import { failedAttempt, giveUp } from './giveUp.js';
import { isPressing, type LaneQueue } from './LaneQueue.js';
import { hasOrder, isOrderAlone, type ReloadRequest } from './ReloadRequest.js';
import { failureOf, hasFailedAgain, isFinal } from './retryRules.js';

/**
 * `attempting`: an attempt runs, or waits for a permit. `waiting`: for a retry. `superseded`: a newer change ended that wait. `resumed`:
 * the target asked for a reload, which ended that wait; the changes end with that reload.
 */
type Phase = 'attempting' | 'waiting' | 'superseded' | 'resumed';

/** The progress of one change. */
interface Progress {
  phase: Phase;
  /** Attempts that have started. */
  attemptCount: number;
  /**
   * The newer change that arrived last. An attempt under way runs to its end, because its version may serve, but it is not
   * repeated.
   */
  newer: ReloadRequest | undefined;
  /** The failure of the last attempt; refusals by the breaker do not count. Undefined before the first failure. */
  lastFailure: ReloadError | undefined;
}

/** What the reloads of one plugin share. */
export interface Lane {
  readonly queue: LaneQueue;
  /** Runs attempts and swaps one at a time. */
  readonly exclusive: <T>() => MonoTypeOperatorFunction<T>;
}

type RetryInfo = Parameters<NonNullable<PipelineContext['backoff']['onRetry']>>[0];

/**
 * Attempts a change until it serves, its retries are used up, or a newer change makes it pointless. The newer change
 * ends a wait for a retry at once (`Superseded`); an attempt under way runs to its end and is not repeated.
 */
export function reloadUntilServed(
  request: ReloadRequest,
  newer$: Observable<ReloadRequest>,
  { breaker, lane }: { readonly breaker: CircuitBreaker; readonly lane: Lane },
  context: PipelineContext,
): Observable<UnstampedEvent> {
  const { change, changes, asked } = request;
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

    /** An order that the breaker would refuse: somebody wants it now, whatever failed before. */
    let isForced = false;
    const attempt$ = defer(() => {
      const queuedAtMs = clock.now();
      return defer(() => {
        progress.attemptCount += 1;
        const { attemptCount: attempt } = progress;
        const cause = causeOf(request, attempt, breaker);
        // The wall clock may have been set back meanwhile.
        const queuedMs = Math.max(0, clock.now() - queuedAtMs);
        const started = { attempt, changes, cause, queuedMs, asked: attempt === 1 ? asked : [] };
        return attemptReload(change, started, context);
      }).pipe(
        isForced ? tap({ complete: () => breaker.reset() }) : circuitBreak(breaker),
        // Outside of the breaker, so that the wait for a permit counts neither as slow nor as a probe.
        context.withPermit(),
        lane.exclusive(),
        tap({
          error: (cause: unknown) => {
            isForced = false;
            for (const each of asked) each.settle(E.left(failureOf(plugin, cause)));
          },
        }),
      );
    });
    const attempts$ = defer(() => {
      progress.phase = 'attempting';
      // Before anything is held that the reloads of other plugins need.
      return concat(dependenciesFirst(plugin, context), attempt$);
    }).pipe(
      backoffRetry({
        ...context.backoff,
        retryIf: (cause, retry) => mayRetry(request, cause, retry, { progress, lane }, context),
        onRetry: (info) => {
          progress.phase = 'waiting';
          announceRetry(request, info, betweenAttempts$, context);
          lane.queue.answerWaiting(failureOf(plugin, info.error));
        },
      }),
      catchError((cause: unknown) => {
        progress.phase = 'attempting';
        return giveUp(request, failureOf(plugin, cause), context);
      }),
    );
    const superseded$ = newer$.pipe(filter((newer) => endsWait(newer, { progress, lane })));
    const probe$ = defer(() => {
      const isOrder = hasOrder(asked);
      if (context.probeOn === 'change' || isOrder) isForced = !breaker.probeNow() && isOrder;
      return attempts$;
    });
    const end$ = defer(() => endOf(request, progress, context));

    return concat(probe$.pipe(takeUntil(superseded$)), end$).pipe(
      mergeWhile(merge(betweenAttempts$, breakerEvents(plugin, breaker))),
    );
  });
}

/** Whether a newer request ends the wait for a retry. Notes what it finds. */
function endsWait(
  newer: ReloadRequest,
  { progress, lane }: { readonly progress: Progress; readonly lane: Lane },
): boolean {
  const isChange = newer.changes.length > 0;
  if (isChange) progress.newer = newer;
  if (progress.phase !== 'waiting') return false;
  if (!isChange && !newer.asked.some(isPressing)) {
    const { lastFailure } = progress;
    if (lastFailure !== undefined) lane.queue.answerWaiting(lastFailure);
    return false;
  }
  progress.phase = isChange ? 'superseded' : 'resumed';
  if (!isChange) lane.queue.putBack();
  return true;
}

function mayRetry(
  request: ReloadRequest,
  cause: unknown,
  retry: number,
  { progress, lane }: { readonly progress: Progress; readonly lane: Lane },
  { retryUnchanged, backoff }: PipelineContext,
): boolean {
  const { plugin } = request.change;
  if (progress.newer !== undefined || lane.queue.hasUrgent || isOrderAlone(request)) return false;
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
