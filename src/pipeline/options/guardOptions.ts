import { catchError, EMPTY, from, type Observable } from 'rxjs';
import { withFallback } from '../userCode/withFallback.js';
import type { HookName, HotReloadOptions } from './HotReloadOptions.js';

// Wraps the user's functions and streams among the options, so that they cannot end the pipeline: their errors go to
// `onHookError`, and a fallback value is used instead.

type Debounce = NonNullable<HotReloadOptions['debounce']>;
type Breaker = NonNullable<HotReloadOptions['breaker']>;
type Backoff = NonNullable<HotReloadOptions['backoff']>;
type Delay = NonNullable<Backoff['delay']>;
type OnHookError = (hook: HookName, error: unknown) => void;

/** When `window` throws or returns no number, the window is `minMs`. */
export function guardDebounce(debounce: Debounce, onHookError: OnHookError): Debounce {
  const { window, observe, busy$, flush$ } = debounce;
  return {
    ...debounce,
    ...(busy$ && { busy$: endOnError(busy$, (error) => onHookError('debounce.busy$', error)) }),
    ...(flush$ && { flush$: endOnError(flush$, (error) => onHookError('debounce.flush$', error)) }),
    ...(window && {
      window: withFallback(
        (pending: Parameters<typeof window>[0]) => {
          const ms = window(pending);
          if (!isNumber(ms)) throw new RangeError(`debounce.window returned ${String(ms)}`);
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

/** When `retryIf` throws, the failure is retried. When `delay` throws or returns neither a number nor a stream, the default delay applies. */
export function guardBackoff<B extends Backoff>(backoff: B, onHookError: OnHookError): B {
  const { delay, retryIf, retryNow$, onRetry } = backoff;
  return {
    ...backoff,
    ...(delay && { delay: guardDelay(delay, (error) => onHookError('backoff.delay', error)) }),
    ...(retryNow$ && {
      retryNow$: endOnError(retryNow$, (error) => onHookError('backoff.retryNow$', error)),
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

/** When `classify` throws or returns no verdict, an error counts as a failure and a completion as a success. */
export function guardBreaker(breaker: Breaker, onHookError: OnHookError): Breaker {
  const { classify } = breaker;
  if (!classify) return breaker;
  return {
    ...breaker,
    classify: withFallback(
      (outcome: Parameters<typeof classify>[0]) => requireVerdict(classify(outcome)),
      (outcome) => ('error' in outcome ? 'failure' : 'success'),
      (error) => onHookError('breaker.classify', error),
    ),
  };
}

/** What is no number fails every comparison with a limit. Some of it, such as a bigint, throws there, which would end the stream. */
function isNumber(result: unknown): result is number {
  return typeof result === 'number' && !Number.isNaN(result);
}

/** A breaker that counts nothing would never open, and nobody would know why. */
function requireVerdict<V>(verdict: V): V {
  const words: readonly unknown[] = ['success', 'failure', 'ignore'];
  if (words.includes(verdict)) return verdict;
  throw new RangeError(`breaker.classify returned ${String(verdict)}`);
}

function guardDelay(delay: Delay, onThrow: (error: unknown) => void): Delay {
  const safe = withFallback(
    (attempt: number, error: unknown, previousMs: number) => {
      const wait = delay(attempt, error, previousMs);
      if (wait === undefined) return undefined;
      if (typeof wait === 'object') return endOnError(from(wait), onThrow);
      if (!isNumber(wait)) throw new RangeError(`backoff.delay returned ${String(wait)}`);
      return wait;
    },
    () => undefined,
    onThrow,
  );
  return Object.assign(safe, delay); // a curve has its bounds as properties, which jitter reads
}

/** Completes when the stream errors. */
function endOnError<T>(stream$: Observable<T>, onError: (error: unknown) => void): Observable<T> {
  return stream$.pipe(
    catchError((error: unknown) => {
      onError(error);
      return EMPTY;
    }),
  );
}
