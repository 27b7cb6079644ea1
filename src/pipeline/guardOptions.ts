import { guarded } from './guarded.js';
import type { HookName, HotReloadOptions } from './HotReloadOptions.js';

type Debounce = NonNullable<HotReloadOptions['debounce']>;
type Breaker = NonNullable<HotReloadOptions['breaker']>;
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
