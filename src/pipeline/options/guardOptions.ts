import { catchError, EMPTY, from, type Observable } from 'rxjs';
import { withFallback } from '../userCode/withFallback.js';
import type { HookName, HotReloadOptions } from './HotReloadOptions.js';

type Debounce = NonNullable<HotReloadOptions['debounce']>;
type Breaker = NonNullable<HotReloadOptions['breaker']>;
type Backoff = NonNullable<HotReloadOptions['backoff']>;
type Delay = NonNullable<Backoff['delay']>;
type OnHookError = (hook: HookName, error: unknown) => void;

/** A window that cannot be reckoned is the shortest. */
export function guardDebounce(debounce: Debounce, onHookError: OnHookError): Debounce {
  const { window, observe, busy$, flush$ } = debounce;
  return {
    ...debounce,
    ...(busy$ && { busy$: untilError(busy$, (error) => onHookError('debounce.busy$', error)) }),
    ...(flush$ && { flush$: untilError(flush$, (error) => onHookError('debounce.flush$', error)) }),
    ...(window && {
      window: withFallback(
        (pending: Parameters<typeof window>[0]) => {
          const ms = window(pending);
          if (Number.isNaN(ms)) throw new RangeError('debounce.window returned NaN');
          return ms;
        },
        () => debounce.minMs,
        (error) => onHookError('debounce.window', error),
      ),
    }),
    ...(observe && {
      observe: withFallback(
        observe,
        () => undefined,
        (error) => onHookError('debounce.observe', error),
      ),
    }),
  };
}

/** A failure that cannot be judged is tried again, as without the function; without a wait of its own, after the default one. */
export function guardBackoff<B extends Backoff>(backoff: B, onHookError: OnHookError): B {
  const { delay, retryIf, retryNow$, onRetry } = backoff;
  return {
    ...backoff,
    ...(delay && { delay: guardDelay(delay, (error) => onHookError('backoff.delay', error)) }),
    ...(retryNow$ && {
      retryNow$: untilError(retryNow$, (error) => onHookError('backoff.retryNow$', error)),
    }),
    ...(retryIf && {
      retryIf: withFallback(
        retryIf,
        () => true,
        (error) => onHookError('backoff.retryIf', error),
      ),
    }),
    ...(onRetry && {
      onRetry: withFallback(
        onRetry,
        () => undefined,
        (error) => onHookError('backoff.onRetry', error),
      ),
    }),
  };
}

function guardDelay(delay: Delay, onThrow: (error: unknown) => void): Delay {
  const safe = withFallback(
    (attempt: number, error: unknown, previousMs: number) => {
      const wait = delay(attempt, error, previousMs);
      if (Number.isNaN(wait)) throw new RangeError('backoff.delay returned NaN');
      return typeof wait === 'object' ? untilError(from(wait), onThrow) : wait;
    },
    () => undefined,
    onThrow,
  );
  return Object.assign(safe, delay); // a curve's bounds
}

/** Ends where the stream ends in an error. */
function untilError<T>(stream$: Observable<T>, onError: (error: unknown) => void): Observable<T> {
  return stream$.pipe(
    catchError((error: unknown) => {
      onError(error);
      return EMPTY;
    }),
  );
}

/** An outcome that cannot be judged counts as what it is: an error as a failure. */
export function guardBreaker(breaker: Breaker, onHookError: OnHookError): Breaker {
  const { classify } = breaker;
  if (!classify) return breaker;
  return {
    ...breaker,
    classify: withFallback(
      classify,
      (outcome) => ('error' in outcome ? 'failure' : 'success'),
      (error) => onHookError('breaker.classify', error),
    ),
  };
}
