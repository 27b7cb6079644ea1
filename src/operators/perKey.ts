import type { Option } from 'fp-ts/lib/Option.js';
import { asyncScheduler, Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { longestDelayMs, requireInRange } from '../policies/ranges.js';
import { RunPerKey } from './keyed/RunPerKey.js';

const defaultIdleMs = 300_000;

export interface PerKeyOptions {
  readonly idleMs?: number;
  readonly scheduler?: SchedulerLike;
}

/**
 * Gives each key a sub-pipeline of its own, started on first use and freed when the key is idle.
 *
 * For work that must not wait for another key's: one debounce, one build, one breaker a plugin. `groupBy` with
 * `mergeMap` keeps every key for ever, or, with a duration, may run two pipelines of a key at a time.
 *
 * ```marble
 * source  -a-bA-----b-----|
 * perKey  ------bA-----b--|
 * ```
 * (The key is the letter, `a` for `A` too; each sub-pipeline is `debounceTime(3)`.)
 *
 * Contract:
 * - Loses: values whose key is `none`; nothing else.
 * - Completes: when the source has, every sub-pipeline has, and no value waits.
 * - Errors: passes on the first error of the source, of `key`, of `pipeline` or of a sub-pipeline, at once, and ends all.
 * - Cancels: unsubscribing ends every sub-pipeline and drops what waits.
 * - Holds: a sub-pipeline a key, and one timer for all keys. A key is idle `idleMs` after its last value or result,
 *   whichever is later. A value that no result has followed may still be at work (in a debounce, in a run): its key is
 *   kept for 10 * `idleMs`. Then `values$` completes, and the key is gone once its sub-pipeline has completed.
 * - Order: of a key, kept. A key has one sub-pipeline at a time: a value for one that was told to end, and has not yet,
 *   waits for that, and starts the next. A sub-pipeline that completes by itself is replaced on the next value.
 * - Limit: a sub-pipeline that never completes after `values$`, and is silent for longer than `idleMs`, holds up its
 *   key's values; give it an end, or the key more time.
 *
 * @param key - The key of a value, or an `Option` of it.
 * @param pipeline - Builds the sub-pipeline of a key. It must subscribe to `values$` at once to see the first value.
 * @param options -
 *   - `idleMs`: 0 to 2^31 - 1 ms (from 256 on, a key may be freed 1/256 sooner), or Infinity to free no key. More than a
 *     tenth of what a window or a run in the sub-pipeline can take, or that is cut short. Default 300,000: longer than a
 *     chain of retries or an open breaker is silent, short beside a working day.
 *   - `scheduler`: the clock and the timer. Default `asyncScheduler`.
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
 * @source The keys that groupBy keeps: https://github.com/ReactiveX/rxjs/issues/5309
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

/** Reads an Option by its shape, so that fp-ts is not loaded for it. */
function someKey<K extends string | number>(key: K | Option<K>): K | undefined {
  if (typeof key !== 'object') return key;
  return key._tag === 'Some' ? key.value : undefined;
}
