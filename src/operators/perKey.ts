import type { Option } from 'fp-ts/lib/Option.js';
import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { longestDelayMs, requireInRange } from '../policies/ranges.js';
import { RunPerKey } from './keyed/RunPerKey.js';

/**
 * Five minutes: longer than the silence of a chain of retries or of an open breaker, and short compared to a working
 * day.
 */
const defaultIdleMs = 300_000;

/** The options of `perKey`, both optional. */
export interface PerKeyOptions {
  /**
   * How long a key is kept after its last value or result, in ms: 0 to 2^31 - 1, or Infinity to free no key; anything
   * else throws a RangeError. From 256 ms on, a key may be freed 1/256 of the time sooner. Choose more than a tenth of
   * the longest window or run in the sub-pipeline, or that window or run is cut short. Default 300,000.
   */
  readonly idleMs?: number;
  /** The clock and the timer. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Gives each key a sub-pipeline of its own, which is started on the key's first value and freed when the key is idle.
 *
 * For work that must not wait for the work of another key: one debounce, one build, one breaker per plugin. `groupBy`
 * with `mergeMap` keeps every key for ever; with a duration, it may run two pipelines of a key at the same time.
 *
 * ```marble
 * source  -a-bA-----b-----|
 * perKey  ------bA-----b--|
 * ```
 * (The key is the letter, `a` for `A` too; each sub-pipeline is `debounceTime(3)`.)
 *
 * Contract:
 * - Loses: values whose key is `none`, and no others.
 * - Completes: when the source has, every sub-pipeline has, and no value waits.
 * - Errors: with the first error of the source, of `key`, of `pipeline` or of a sub-pipeline, at once; all others are ended.
 * - Cancels: unsubscribing ends every sub-pipeline and drops the values that wait.
 * - Holds: one sub-pipeline per key, and one timer for all keys. A key is idle `idleMs` after its last value or result.
 *   A value without a later result may still be in progress (in a debounce, in a run), so its key is kept for 10 *
 *   `idleMs`. Then `values$` completes, and the key is freed once its sub-pipeline has completed.
 * - Limit: a sub-pipeline that does not complete after `values$`, and is silent for longer than `idleMs`, holds up its key's
 *   values. Let it complete, or give the key more time.
 * - Order: kept per key. A key has one sub-pipeline at a time: a value that comes after `values$` has completed waits until the
 *   sub-pipeline has completed too, and starts the next one. A sub-pipeline that completes by itself is replaced on the next value.
 *
 * @param key - The key of a value, or an `Option` of it.
 * @param pipeline - Builds the sub-pipeline of a key. It must subscribe to `values$` at once to see the first value.
 * @param options - See `PerKeyOptions`.
 *
 * @example
 * ```ts
 * const saves$ = of('core/a.ts', 'core/b.ts', 'ui/c.ts');
 * const plugin = (path: string) => path.slice(0, path.indexOf('/'));
 * const counted = (paths$: Observable<string>) => paths$.pipe(count());
 *
 * await lastValueFrom(saves$.pipe(perKey(plugin, counted), toArray())); // => [2, 1]
 * ```
 *
 * @source groupBy keeps its keys: https://github.com/ReactiveX/rxjs/issues/5309
 */
export function perKey<T, K extends string | number, R>(
  key: (value: T) => K | Option<K>,
  pipeline: (values$: Observable<T>, key: K) => Observable<R>,
  options: PerKeyOptions = {},
): OperatorFunction<T, R> {
  const { idleMs = defaultIdleMs, scheduler = asyncScheduler } = options;
  requireInRange('perKey', { least: 0, most: longestDelayMs, orNone: true }, { idleMs });
  const plan = { keyOf: (value: T) => someKey(key(value)), pipeline, idleMs, scheduler };
  return (source) =>
    new Observable((subscriber) => source.subscribe(new RunPerKey<T, K, R>(subscriber, plan)));
}

/** Reads an Option by its shape, so that fp-ts need not be loaded. */
function someKey<K extends string | number>(key: K | Option<K>): K | undefined {
  if (typeof key !== 'object') return key;
  return key._tag === 'Some' ? key.value : undefined;
}
