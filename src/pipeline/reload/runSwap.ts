import * as E from 'fp-ts/lib/Either.js';
import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  from,
  type MonoTypeOperatorFunction,
  mergeMap,
  type Observable,
  of,
  Subject,
  startWith,
} from 'rxjs';
import { reloadTimedOut } from '../../model/reload/failures.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { mergeWhile } from '../../operators/chain/mergeWhile.js';
import { fromTask } from '../../sinks/effects/fromTask.js';
import { reportSaves } from '../../sinks/effects/reportSaves.js';
import { WorkDeadline } from '../../sinks/effects/WorkDeadline.js';
import type { PipelineContext } from '../options/PipelineContext.js';
import { failedAttempt } from './giveUp.js';
import { hooksOf } from './hooksOf.js';
import { noChange, type SwapRequest } from './ReloadRequest.js';
import { failureOf } from './retryRules.js';

/**
 * Swaps in a version that is known already: an order to replace, roll back or restart a plugin, or a restart after a crash. It has the
 * hooks, the store and the deadline of a reload. It is tried once, and no breaker counts it, because it says nothing about the files on disk.
 *
 * @param exclusive - Runs it when no reload of the plugin is under way.
 */
export function runSwap(
  request: SwapRequest,
  exclusive: <T>() => MonoTypeOperatorFunction<T>,
  context: PipelineContext,
): Observable<UnstampedEvent> {
  const { plugin, cause, options } = request;
  const { store, scheduler, reloadTimeoutMs: timeoutMs } = context;
  return defer(() => {
    context.open.delete(request);
    if (!request.isNeeded()) {
      request.settle();
      return EMPTY;
    }
    const change = noChange(plugin, (scheduler ?? asyncScheduler).now());
    const hooks = hooksOf(change, context);
    const abort = new AbortController();
    const saved$ = new Subject<UnstampedEvent>();
    const deadline = new WorkDeadline(timeoutMs, scheduler);
    const signals = options.signal === undefined ? [] : [options.signal];
    const saveState = options.saveState ?? (store && reportSaves(store.save.bind(store), saved$));
    let hasAnswered = false;

    const swap$ = fromTask(
      request.swap({
        signal: AbortSignal.any([abort.signal, ...signals]),
        ...(saveState && { saveState }),
        onCommit: deadline.onCommit,
      }),
    ).pipe(
      deadline.limit(() => reloadTimedOut(plugin, timeoutMs)),
      mergeMap(({ to, events }) => {
        hasAnswered = true;
        hooks.after(E.right({ to }));
        return from(events);
      }),
      catchError((thrown: unknown) => {
        const error = failureOf(plugin, thrown);
        request.settle(E.left(error));
        hooks.after(E.left(error));
        // What restarts a crashed plugin goes on trying, until the target is closed.
        const willRetry = cause === 'restart' && error._tag !== 'Aborted';
        return of(failedAttempt({ change, changes: [] }, error, context, { willRetry }));
      }),
      mergeWhile(saved$),
      startWith<UnstampedEvent>({
        _tag: 'ReloadStarted',
        plugin,
        attempt: 1,
        changes: [],
        cause,
      }),
      finalize(() => {
        if (!hasAnswered) abort.abort();
      }),
    );
    return concat(hooks.before(), swap$);
  }).pipe(context.withPermit(), exclusive());
}
