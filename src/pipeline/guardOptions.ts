import { guarded } from './guarded.js';
import type { HookName, HotReloadOptions } from './HotReloadOptions.js';

type Debounce = NonNullable<HotReloadOptions['debounce']>;
type Breaker = NonNullable<HotReloadOptions['breaker']>;
type Backoff = NonNullable<HotReloadOptions['backoff']>;
type OnHookError = (hook: HookName, error: unknown) => void;

/** A window that cannot be reckoned is the shortest. */
export function guardDebounce(debounce: Debounce, onHookError: OnHookError): Debounce {
  const { window, observe } = debounce;
  return {
    ...debounce,
    ...(window && {
      window: guarded(
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
      observe: guarded(
        observe,
        () => undefined,
        (error) => onHookError('debounce.observe', error),
      ),
    }),
  };
}

/** A failure that cannot be judged is tried again, as without the function. */
export function guardBackoff<B extends Backoff>(backoff: B, onHookError: OnHookError): B {
  const { retryIf, onRetry } = backoff;
  return {
    ...backoff,
    ...(retryIf && {
      retryIf: guarded(
        retryIf,
        () => true,
        (error) => onHookError('backoff.retryIf', error),
      ),
    }),
    ...(onRetry && {
      onRetry: guarded(
        onRetry,
        () => undefined,
        (error) => onHookError('backoff.onRetry', error),
      ),
    }),
  };
}

/** An outcome that cannot be judged counts as what it is: an error as a failure. */
export function guardBreaker(breaker: Breaker, onHookError: OnHookError): Breaker {
  const { classify } = breaker;
  if (!classify) return breaker;
  return {
    ...breaker,
    classify: guarded(
      classify,
      (outcome) => ('error' in outcome ? 'failure' : 'success'),
      (error) => onHookError('breaker.classify', error),
    ),
  };
}
