import type { Observable, SchedulerLike } from 'rxjs';
import type { WindowEnd } from '../../model/reload/ReloadEvent.js';

/** The held values, as a `window` function gets them. */
export interface PendingWindow<A> {
  /** How many values are held: at least 1. */
  readonly count: number;
  /** The time since the first held value, in ms. */
  readonly ageMs: number;
  /** How busy the source is: about the number of values in the last `maxMs`, 1 for an isolated one. */
  readonly pressure: number;
  /** The newest value, or the result of `reduce` over all held values. */
  readonly value: A;
}

/** A step of a window, for `observe`. */
export interface DebounceEvent {
  /**
   * 'opened' by the first value of a burst, 'extended' by each further one, 'flushed' before what is held is emitted. 'regretted'
   * comes before 'opened' when the last flush came too soon.
   */
  readonly _tag: 'opened' | 'extended' | 'flushed' | 'regretted';
  /** The window now, in ms. */
  readonly windowMs: number;
  /** How many values are held, or will be flushed. */
  readonly count: number;
}

/** A live, read-only view of one subscription. It costs nothing unless it is read. */
export interface DebounceView {
  /** The window now, in ms. */
  readonly windowMs: number;
  /** The shortest window after the regrets so far, in ms. */
  readonly floorMs: number;
  /** How busy the source is: about the number of values in the last `maxMs`. */
  readonly pressure: number;
  /** How many values are held now; 0 when nothing is pending. */
  readonly count: number;
  /**
   * Why the last window closed, from before its value is emitted: `flush` also when the source completed. Undefined before the first.
   */
  readonly closedBy: WindowEnd | undefined;
}

/** The options of `debounceAdaptive`. A number out of range throws a RangeError when the operator is called. */
export interface DebounceAdaptiveConfig<T, A = T> {
  /** How long the source must be quiet before an isolated value is emitted, in ms: 0 to 2^31 - 1. */
  readonly minMs: number;
  /** The longest window, in ms: `minMs` to 2^31 - 1. Default `minMs`: the window is fixed and learns nothing. */
  readonly maxMs?: number;
  /**
   * The longest time from the first held value to its emission, in ms: at least `minMs`, or Infinity for no limit. Default
   * 10 * `maxMs` if the window adapts, else Infinity. It does not apply while `busy$` is true.
   */
  readonly maxWaitMs?: number;
  /**
   * Emits at once when this many values are held: whole, at least 1. Default Infinity. It does not apply while `busy$`
   * is true.
   */
  readonly maxCount?: number;
  /** Whether the first value of a burst is emitted at once, and the rest at its end. Default false. */
  readonly leading?: boolean;
  /**
   * Returns the window to use instead of the learned one, in ms; it is limited to `minMs` and `maxMs`, and needs
   * `maxMs`. Called for each value. If it returns NaN or throws, that is the error of the stream. Default: the learned
   * window.
   */
  readonly window?: (pending: PendingWindow<A>) => number;
  /**
   * While its last value is true, values are held and merged. When it turns false, values that are due by then are
   * emitted. Its completion counts as false, its error is the error of the stream. Default: never busy.
   */
  readonly busy$?: Observable<boolean>;
  /**
   * Each value of this stream makes the operator emit the held values, busy or not. Its error is the error of the
   * stream. Default none.
   */
  readonly flush$?: Observable<unknown>;
  /** Called at each step of the window. If it throws, that is the error of the stream. Default none. */
  readonly observe?: (event: DebounceEvent) => void;
  /**
   * Called once per subscription, with a live, read-only view of its window. If it throws, that is the error of the
   * stream. Default none.
   */
  readonly view?: (view: DebounceView) => void;
  /** The clock and the timer. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** The form that folds the values of a burst into one. */
export interface DebounceReduceConfig<T, A> extends DebounceAdaptiveConfig<T, A> {
  /**
   * Folds a value into the held one; `folded` is undefined for the first value. If it returns NaN or throws, that is
   * the error of the stream.
   */
  readonly reduce: (folded: A | undefined, value: T) => A;
}
