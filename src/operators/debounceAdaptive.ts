import { Observable, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs';
import { debounceRules } from '../policies/debounce/debounceRules.js';
import type {
  DebounceAdaptiveConfig,
  DebounceReduceConfig,
  PendingWindow,
} from './debounce/DebounceAdaptiveConfig.js';
import { HoldUntilQuiet } from './debounce/HoldUntilQuiet.js';

export type {
  DebounceAdaptiveConfig,
  DebounceEvent,
  DebounceReduceConfig,
  DebounceView,
  PendingWindow,
} from './debounce/DebounceAdaptiveConfig.js';

/**
 * Holds values until the source has been quiet for a while, and emits the newest, or all of them folded into one. How
 * long a while is learned: an isolated value waits `minMs`, a storm is held together.
 *
 * With a number, or without `maxMs`, it is `debounceTime`, but no wall clock that steps back stalls it. `auditTime`
 * would emit in the midst of a storm, `bufferTime` also without one.
 *
 * ```marble
 * source            -a----b----c----d--e-----------|
 * debounceAdaptive  ----a--------------------e-----|
 * ```
 * (`minMs: 3, maxMs: 12`: `b` came so soon after `a` was out that the window became 6.)
 *
 * Contract:
 * - Loses: every value but the newest of a window; with `reduce`, none.
 * - Completes: when the source does, after emitting what is held, busy or not.
 * - Errors: passes on those of the source, `busy$` and `flush$` at once, and drops what is held. A throw in `reduce`,
 *   `window`, `observe` or `view`, or NaN from the first two, is one error on the stream.
 * - Cancels: unsubscribing drops what is held, and its timer.
 * - Holds: one value, or one fold, and one scheduled action for it; each subscription has a window of its own.
 * - Limit: a wall clock that steps forward may end one window early; one that steps back, by less than the time since
 *   the last value, delays it by that much.
 * - Order: before `coalesceMap`, a storm of 500 changes starts one run; after it, each change that finds it idle
 *   starts a run, and only the results are thinned out.
 *
 * @param config - `minMs`, or the options:
 *   - `minMs`: the quiet that an isolated value waits for, 0 to 2^31 - 1 ms.
 *   - `maxMs`: the longest window, from `minMs`, in ms. Default `minMs`: the window is fixed.
 *   - `maxWaitMs`: bound from the first held value to its emission, from `minMs`, in ms. Default 10 * `maxMs` when that
 *     is more than `minMs`, else none.
 *   - `maxCount`: emits at the value that makes it so many, from 1. Default none.
 *   - `leading`: emits the first value of a burst at once, and what follows at its end.
 *   - `window`: says the window in place of the learned one; it is brought within `minMs` and `maxMs`.
 *   - `reduce`: folds a value into what is held (undefined: nothing is).
 *   - `busy$`: while its last value is true, holds and merges; emits on false what is due by then. `maxCount` and
 *     `maxWaitMs` wait too.
 *   - `flush$`: each notification emits what is held, busy or not.
 *   - `observe`: is told of each step. 'regretted' comes before 'opened', 'flushed' before the emission.
 *   - `view`: is given a live, read-only look at the window, once per subscription.
 *   - `scheduler`: the clock and the timers. Default `asyncScheduler`.
 *
 * @example
 * ```ts
 * const join = (all: string | undefined, one: string) => (all ?? '') + one;
 * const storm$ = of('a', 'b', 'c');
 *
 * await lastValueFrom(storm$.pipe(debounceAdaptive({ minMs: 25, maxMs: 500, reduce: join }))); // => 'abc'
 * ```
 *
 * @source The stall of debounceTime: https://github.com/ReactiveX/rxjs/issues/6874
 * @source maxWaitMs was asked of RxJS: https://github.com/ReactiveX/rxjs/issues/1618
 * @source The law of the window, see QuietWindow; measured: bench/debounce-traces
 */
export function debounceAdaptive<T>(config: {
  readonly minMs: number;
  readonly maxMs?: never;
  readonly window: (pending: PendingWindow<T>) => number;
}): 'debounceAdaptive: window needs maxMs, or its result is always minMs';
export function debounceAdaptive<T, A>(config: DebounceReduceConfig<T, A>): OperatorFunction<T, A>;
export function debounceAdaptive<T>(
  config: number | DebounceAdaptiveConfig<T>,
): MonoTypeOperatorFunction<T>;
export function debounceAdaptive<T, A>(
  config: number | DebounceAdaptiveConfig<T> | DebounceReduceConfig<T, A>,
): unknown {
  if (typeof config === 'number') return foldUntilQuiet<T, T>({ minMs: config, reduce: newest });
  return isReduce(config)
    ? foldUntilQuiet(config, true)
    : foldUntilQuiet<T, T>({ ...config, reduce: newest });
}

function foldUntilQuiet<T, A>(
  config: DebounceReduceConfig<T, A>,
  isFolding = false,
): OperatorFunction<T, A> {
  const bounds = debounceRules(config);
  return (source) =>
    new Observable((subscriber) =>
      new HoldUntilQuiet(subscriber, config, bounds, isFolding).subscribeTo(source),
    );
}

function isReduce<T, A>(
  config: DebounceAdaptiveConfig<T> | DebounceReduceConfig<T, A>,
): config is DebounceReduceConfig<T, A> {
  return 'reduce' in config && typeof config.reduce === 'function';
}

function newest<T>(_: T | undefined, value: T): T {
  return value;
}
