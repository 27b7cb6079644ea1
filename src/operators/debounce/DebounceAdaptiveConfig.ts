import type { Observable, SchedulerLike } from 'rxjs';

/** What is held now, for a `window` function. */
export interface PendingWindow<A> {
  /** Values held, at least 1. */
  readonly count: number;
  /** Since the first held value, in milliseconds. */
  readonly ageMs: number;
  /** How busy the source is: about the number of values in the last `maxMs`, 1 for an isolated one. */
  readonly pressure: number;
  /** The newest value, or what `reduce` made of all. */
  readonly value: A;
}

/** A step of a window, for `observe`. `count` is the number of values held, or flushed. */
export interface DebounceEvent {
  readonly _tag: 'opened' | 'extended' | 'flushed' | 'regretted';
  readonly windowMs: number;
  readonly count: number;
}

/** A live, read-only look at one subscription. Reading costs nothing. */
export interface DebounceView {
  /** The window now, in milliseconds. */
  readonly windowMs: number;
  /** The least window that regret allows now, in milliseconds. */
  readonly floorMs: number;
  /** See {@link PendingWindow}. */
  readonly pressure: number;
  /** Values held now; 0 when nothing is pending. */
  readonly count: number;
}

/** See {@link debounceAdaptive} for the meaning of each option. */
export interface DebounceAdaptiveConfig<T, A = T> {
  readonly minMs: number;
  readonly maxMs?: number;
  readonly maxWaitMs?: number;
  readonly maxCount?: number;
  readonly leading?: boolean;
  readonly window?: (pending: PendingWindow<A>) => number;
  readonly busy$?: Observable<boolean>;
  readonly flush$?: Observable<unknown>;
  readonly observe?: (event: DebounceEvent) => void;
  readonly view?: (view: DebounceView) => void;
  readonly scheduler?: SchedulerLike;
}

/** The form that folds the values of a burst into one. */
export interface DebounceReduceConfig<T, A> extends DebounceAdaptiveConfig<T, A> {
  readonly reduce: (folded: A | undefined, value: T) => A;
}
