import {
  catchError,
  defer,
  EMPTY,
  type MonoTypeOperatorFunction,
  type Observer,
  type SchedulerLike,
  tap,
} from 'rxjs';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { messageOf } from '../../model/unknownValue.js';
import { backoffRetry } from '../../operators/backoffRetry.js';

/** Errors in a row after which the source counts as lost. */
const MAX_RESUBSCRIPTIONS = 5;

/** A subscription that lasted this long was healthy: the delays and the count of errors start over. */
const HEALTHY_AFTER_MS = 10_000;

/**
 * Resubscribes to a source that errors, with increasing delays. Each error is a `WatchFailed` in `status$`, and the
 * first event after it a `WatchRecovered`. Completes when the source completes, or after the last resubscription
 * failed: plugins go on serving, although their files are no longer watched.
 */
export function resubscribing({
  status$,
  scheduler,
}: {
  readonly status$: Pick<Observer<UnstampedEvent>, 'next'>;
  readonly scheduler: SchedulerLike | undefined;
}): MonoTypeOperatorFunction<WatchEvent> {
  return (source$) =>
    defer(() => {
      let hasFailed = false;
      const reportFailure = (cause: unknown, next: string): void => {
        hasFailed = true;
        const message = `${messageOf(cause)} (${next})`;
        status$.next({ _tag: 'WatchFailed', plugin: '', code: codeOf(cause), message });
      };
      const reportRecovery = (): void => {
        if (!hasFailed) return;
        hasFailed = false;
        const message = 'The source emits events again.';
        status$.next({ _tag: 'WatchRecovered', plugin: '', code: 'RECOVERED', message });
      };
      return source$.pipe(
        backoffRetry({
          maxRetries: MAX_RESUBSCRIPTIONS,
          resetAfterMs: HEALTHY_AFTER_MS,
          onRetry: ({ error, delayMs }) => reportFailure(error, `watching again in ${delayMs} ms`),
          ...(scheduler && { scheduler }),
        }),
        tap(reportRecovery),
        catchError((cause: unknown) => {
          reportFailure(cause, 'given up: changes are no longer seen');
          return EMPTY;
        }),
      );
    });
}

function codeOf(cause: unknown): string {
  return typeof cause === 'object' &&
    cause !== null &&
    'code' in cause &&
    typeof cause.code === 'string'
    ? cause.code
    : 'SOURCE_FAILED';
}
