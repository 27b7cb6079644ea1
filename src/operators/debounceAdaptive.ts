import { type MonoTypeOperatorFunction, Observable, type OperatorFunction } from 'rxjs';
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
 * Holds values until the source has been quiet for a while, and emits the newest, or all of them folded into one. It
 * learns how long that must be: an isolated value waits `minMs`, and a storm of values stays together.
 *
 * With a number, or without `maxMs`, it is `debounceTime`, but a wall clock that steps back does not stall it.
 * `auditTime` would emit in the middle of a storm; `bufferTime` would do so too, and would also emit while nothing
 * arrives.
 *
 * ```marble
 * source            -a----b----c----d--e-----------|
 * debounceAdaptive  ----a--------------------e-----|
 * ```
 * (`minMs: 3, maxMs: 12`: `b` came so soon after the emission of `a` that the window became 6.)
 *
 * Contract:
 * - Loses: every value but the newest of a window; with `reduce`, none.
 * - Completes: when the source does, after emitting what is held, busy or not.
 * - Errors: with the error of the source, `busy$` or `flush$`, at once; what is held is dropped. With what `reduce`, `window`,
 *   `observe` or `view` throws, or when one of the first two returns NaN.
 * - Cancels: unsubscribing drops what is held, and its timer.
 * - Holds: one value, or one fold, and one scheduled action for it. Each subscription has a window of its own.
 * - Limit: a wall clock that steps forward may end one window early. One that steps back by less than the time since the last
 *   value delays it by that much.
 * - Order: before `coalesceMap`, a storm of 500 changes starts one run. After it, each change that comes while no run
 *   is active starts a run, and only the results are debounced.
 *
 * @param config - `minMs`, or options: see `DebounceAdaptiveConfig` and, for `reduce`, `DebounceReduceConfig`.
 *
 * @example
 * ```ts
 * const join = (all: string | undefined, one: string) => (all ?? '') + one;
 * const storm$ = of('a', 'b', 'c');
 *
 * await lastValueFrom(storm$.pipe(debounceAdaptive({ minMs: 25, maxMs: 500, reduce: join }))); // => 'abc'
 * ```
 *
 * @source debounceTime stalls when the clock steps back: https://github.com/ReactiveX/rxjs/issues/6874
 * @source maxWaitMs was requested of RxJS: https://github.com/ReactiveX/rxjs/issues/1618
 * @source How the window learns, see QuietWindow; measured: bench/debounce-traces
 */
export function debounceAdaptive<T>(config: {
  readonly minMs: number;
  readonly maxMs?: never;
  readonly window: (pending: PendingWindow<T>) => number;
}): { readonly 'debounceAdaptive: window needs maxMs, or its result is always minMs': never };
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
  const rules = debounceRules(config);
  return (source) =>
    new Observable((subscriber) =>
      new HoldUntilQuiet(subscriber, config, rules, isFolding).subscribeTo(source),
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
