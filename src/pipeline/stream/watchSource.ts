import { catchError, defer, EMPTY, Subject, tap, type Observable } from 'rxjs';
import { messageOf } from '../../model/unknownValue.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import { backoffRetry } from '../../operators/backoffRetry.js';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';

/** A source that ended in an error is subscribed to again this often, with growing delays. */
const MAX_RESUBSCRIPTIONS = 5;

/** A source that has lasted so long was well again: delays and count start over, in milliseconds. */
const STABLE_AFTER_MS = 10_000;

/**
 * The source, kept alive: an error is told in `status$` as `WatchFailed`, and it is subscribed to again; its first
 * event after that is told as `WatchRecovered`. Completes when the source does, or when it keeps failing.
 */
export function watchSource(
  { source$, scheduler }: Pick<HotReloadOptions, 'source$' | 'scheduler'>,
  status$: Subject<UnstampedEvent>,
): Observable<WatchEvent> {
  return defer(() => {
    let hasFailed = false;
    const tell = (cause: unknown, next: string): void => {
      hasFailed = true;
      const message = `${messageOf(cause)} (${next})`;
      status$.next({ _tag: 'WatchFailed', plugin: '', code: codeOf(cause), message });
    };
    return source$.pipe(
      backoffRetry({
        maxRetries: MAX_RESUBSCRIPTIONS,
        resetAfterMs: STABLE_AFTER_MS,
        onRetry: ({ error, delayMs }) => tell(error, `watching again in ${delayMs} ms`),
        ...(scheduler && { scheduler }),
      }),
      tap(() => {
        if (!hasFailed) return;
        hasFailed = false;
        const message = 'The source delivers events again.';
        status$.next({ _tag: 'WatchRecovered', plugin: '', code: 'RECOVERED', message });
      }),
      catchError((cause: unknown) => {
        tell(cause, 'given up: changes are no longer seen');
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
