import { Observable, type MonoTypeOperatorFunction, type OperatorFunction } from 'rxjs';
import { settleDebounce } from '../policies/settleDebounce.js';
import type {
  DebounceAdaptiveConfig,
  DebounceReduceConfig,
  PendingWindow,
} from './debounce/DebounceAdaptiveConfig.js';
import { holdUntilQuiet } from './debounce/holdUntilQuiet.js';

export type {
  DebounceAdaptiveConfig,
  DebounceEvent,
  DebounceReduceConfig,
  DebounceView,
  PendingWindow,
} from './debounce/DebounceAdaptiveConfig.js';

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
    ? foldUntilQuiet(config)
    : foldUntilQuiet<T, T>({ ...config, reduce: newest });
}

function foldUntilQuiet<T, A>(config: DebounceReduceConfig<T, A>): OperatorFunction<T, A> {
  const bounds = settleDebounce(config);
  return (source) =>
    new Observable((subscriber) => holdUntilQuiet(source, subscriber, config, bounds));
}

function isReduce<T, A>(
  config: DebounceAdaptiveConfig<T> | DebounceReduceConfig<T, A>,
): config is DebounceReduceConfig<T, A> {
  return 'reduce' in config && typeof config.reduce === 'function';
}

function newest<T>(_: T | undefined, value: T): T {
  return value;
}
