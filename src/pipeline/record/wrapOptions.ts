import { from, isObservable, type Observable, type ObservableInput } from 'rxjs';
import { isThenable } from '../../model/unknownValue.js';
import type { RetryBudget } from '../../policies/retry/retryBudget.js';
import { SeededRandom } from '../../policies/SeededRandom.js';
import { warnOfHook } from '../options/completeOptions.js';
import type { HotReloadOptions } from '../options/HotReloadOptions.js';
import type { Boundary } from './Boundary.js';
import {
  anyNumber,
  anything,
  firstLoad,
  firstLoads,
  numberOrNone,
  verdict,
  waitMs,
  watchEvent,
  watchStatus,
  yesOrNo,
} from './crossings.js';
import { wrapStore, wrapTarget } from './wrapTarget.js';

/**
 * Options whose every port goes over the border. `optionClasses` lists them all: an option that is added there as a port is wrapped here.
 *
 * @param seed - Of the draws, where the options have no `random`.
 */
export function wrapOptions(
  options: HotReloadOptions,
  boundary: Boundary,
  seed: number,
): HotReloadOptions {
  const { target, store, debounce, backoff, breaker, load, watchStatus$, random } = options;
  const { beforeReload, afterReload, onRetry } = options;
  const onHookError = options.onHookError ?? warnOfHook;
  return {
    ...options,
    source$: boundary.stream('source', watchEvent, options.source$),
    target: wrapTarget(target, boundary),
    scheduler: boundary.scheduler,
    random: random ? () => boundary.ask('random', anyNumber, random) : new SeededRandom(seed).next,
    onHookError: (hook, error) =>
      boundary.tell('onHookError', () => {
        try {
          onHookError(hook, error);
        } catch {
          warnOfHook(hook, error);
        }
      }),
    ...(store && { store: wrapStore(store, boundary) }),
    ...(debounce && { debounce: wrapDebounce(debounce, boundary) }),
    ...(backoff && { backoff: wrapBackoff(backoff, boundary) }),
    ...(breaker && { breaker: wrapBreaker(breaker, boundary) }),
    ...(watchStatus$ && {
      watchStatus$: boundary.stream('watchStatus', watchStatus, watchStatus$),
    }),
    ...(load && {
      load: isObservable(load)
        ? boundary.stream('load', firstLoad, load)
        : () => boundary.task('load', '', firstLoads, { start: load }),
    }),
    ...(beforeReload && {
      beforeReload: (change) =>
        boundary.hook('beforeReload', change.plugin, () => beforeReload(change)),
    }),
    ...(afterReload && {
      afterReload: (change, result) =>
        boundary.hook('afterReload', change.plugin, () => afterReload(change, result)),
    }),
    ...(onRetry && {
      onRetry: (plugin, attempt) =>
        boundary.hook('onRetry', plugin, () => onRetry(plugin, attempt)),
    }),
  };
}

type Nested<K extends keyof HotReloadOptions> = NonNullable<HotReloadOptions[K]>;

function wrapDebounce(debounce: Nested<'debounce'>, boundary: Boundary): Nested<'debounce'> {
  const { window, busy$, flush$, observe, view } = debounce;
  return {
    ...debounce,
    ...(window && {
      window: (pending) => boundary.ask('debounce.window', anyNumber, () => window(pending)),
    }),
    ...(busy$ && { busy$: boundary.stream('busy', yesOrNo, busy$) }),
    ...(flush$ && { flush$: boundary.stream('flush', anything, flush$) }),
    ...(observe && {
      observe: (event) => boundary.tell('debounce.observe', () => observe(event)),
    }),
    ...(view && { view: (own) => boundary.tell('debounce.view', () => view(own)) }),
  };
}

function wrapBackoff(backoff: Nested<'backoff'>, boundary: Boundary): Nested<'backoff'> {
  const { delay, retryIf, budget, retryNow$, onRetry } = backoff;
  return {
    ...backoff,
    // The bounds of a curve are its properties, which jitter reads.
    ...(delay && { delay: Object.assign(wrapDelay(delay, boundary), delay) }),
    ...(retryIf && {
      retryIf: (error, attempt) =>
        boundary.ask('backoff.retryIf', yesOrNo, () => retryIf(error, attempt)),
    }),
    ...(budget && { budget: wrapBudget(budget, boundary) }),
    ...(retryNow$ && { retryNow$: boundary.stream('retryNow', anything, retryNow$) }),
    ...(onRetry && { onRetry: (info) => boundary.tell('backoff.onRetry', () => onRetry(info)) }),
  };
}

type Delay = NonNullable<Nested<'backoff'>['delay']>;

function wrapDelay(
  delay: Delay,
  boundary: Boundary,
): (
  attempt: number,
  error: unknown,
  previousMs: number,
) => number | undefined | ObservableInput<unknown> {
  return (attempt, error, previousMs) => {
    const call = (): unknown => {
      const wait = delay(attempt, error, previousMs);
      return typeof wait === 'object' && !isThenable(wait) ? from(wait) : wait;
    };
    const wait = boundary.hook('backoff.delay', '', call, waitMs);
    if (typeof wait === 'number' || wait === undefined) return wait;
    return isWait(wait) ? wait : undefined;
  };
}

function isWait(value: unknown): value is Observable<unknown> | PromiseLike<unknown> {
  return isObservable(value) || isThenable(value);
}

function wrapBudget(budget: RetryBudget, boundary: Boundary): RetryBudget {
  return {
    get available() {
      return budget.available;
    },
    deposit: () => boundary.tell('backoff.budget.deposit', () => budget.deposit()),
    withdraw: () => boundary.ask('backoff.budget', yesOrNo, () => budget.withdraw()),
  };
}

function wrapBreaker(breaker: Nested<'breaker'>, boundary: Boundary): Nested<'breaker'> {
  const { openForMs, classify } = breaker;
  return {
    ...breaker,
    ...(typeof openForMs === 'function' && {
      openForMs: (attempt: number, error: unknown, previousMs: number) =>
        boundary.ask('breaker.openForMs', numberOrNone, () =>
          openForMs(attempt, error, previousMs),
        ),
    }),
    ...(classify && {
      classify: (outcome) => boundary.ask('breaker.classify', verdict, () => classify(outcome)),
    }),
  };
}
