import type { Option } from 'fp-ts/lib/Option.js';
import { Observable, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { runPerKey } from './keyed/runPerKey.js';

const defaultIdleMs = 300_000;

export interface PerKeyOptions {
  readonly idleMs?: number;
  readonly scheduler?: SchedulerLike;
}

export function perKey<T, K extends string | number, R>(
  key: (value: T) => K | Option<K>,
  pipeline: (values$: Observable<T>, key: K) => Observable<R>,
  options: PerKeyOptions = {},
): OperatorFunction<T, R> {
  const { idleMs = defaultIdleMs, scheduler } = options;
  if (
    typeof idleMs !== 'number' ||
    !(idleMs >= 0 && (idleMs <= longestTimerMs || idleMs === Infinity))
  ) {
    throw new RangeError(
      `perKey: idleMs (${idleMs}) is not a number of milliseconds from 0 to ${longestTimerMs}, or Infinity`,
    );
  }
  const plan = { keyOf: (value: T) => someKey(key(value)), pipeline, idleMs, scheduler };
  return (source) => new Observable((subscriber) => runPerKey(source, subscriber, plan));
}

/** The longest timer of Node and of browsers; a longer one fires at once. */
const longestTimerMs = 2 ** 31 - 1;

/** Reads an Option by its shape, so that fp-ts is not loaded for it. */
function someKey<K extends string | number>(key: K | Option<K>): K | undefined {
  if (typeof key !== 'object') return key;
  return key._tag === 'Some' ? key.value : undefined;
}
