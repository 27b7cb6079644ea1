import type { Observable, SchedulerLike } from 'rxjs';

/** What is held now, for a `window` function. */
export interface PendingWindow<A> {
  /** How many values are held: at least 1. */
  readonly count: number;
  /** The time since the first held value, in ms. */
  readonly ageMs: number;
  /** How busy the source is: about the number of values in the last `maxMs`, 1 for an isolated one. */
  readonly pressure: number;
  /** The newest value, or what `reduce` made of all. */
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
  /** The shortest window that regret allows now, in ms. */
  readonly floorMs: number;
  /** How busy the source is: about the number of values in the last `maxMs`. */
  readonly pressure: number;
  /** How many values are held now; 0 when nothing is pending. */
  readonly count: number;
}

/** The options of `debounceAdaptive`. A number out of range throws a RangeError when the operator is called. */
export interface DebounceAdaptiveConfig<T, A = T> {
  /** The quiet that an isolated value waits for, in ms: 0 to 2^31 - 1. */
  readonly minMs: number;
  /** The longest window, in ms: `minMs` to 2^31 - 1. Default `minMs`: the window is fixed and learns nothing. */
  readonly maxMs?: number;
  /**
   * The longest time from the first held value to its emission, in ms: at least `minMs`, or Infinity for no limit. Default
   * 10 * `maxMs` if the window adapts, else Infinity. It does not apply while `busy$` is true.
   */
  readonly maxWaitMs?: number;
  /** Emits at once when so many values are held: whole, at least 1. Default Infinity. It does not apply while `busy$` is true. */
  readonly maxCount?: number;
  /** Whether the first value of a burst is emitted at once, and the rest at its end. Default false. */
  readonly leading?: boolean;
  /**
   * Returns the window to use instead of the learned one, in ms; it is cut to `minMs` and `maxMs`, and needs `maxMs`. Called for
   * each value. NaN, and what it throws, is the error of the stream. Default: the learned window.
   */
  readonly window?: (pending: PendingWindow<A>) => number;
  /**
   * While its last value is true, values are held and merged. When it turns false, what is due by then is emitted. Its end counts
   * as false, its error is the error of the stream. Default: never busy.
   */
  readonly busy$?: Observable<boolean>;
  /** Each value emits what is held, busy or not. Its error is the error of the stream. Default none. */
  readonly flush$?: Observable<unknown>;
  /** Called at each step of the window. What it throws is the error of the stream. Default none. */
  readonly observe?: (event: DebounceEvent) => void;
  /** Called once per subscription, with a live, read-only view of its window. What it throws is an error of the stream. Default none. */
  readonly view?: (view: DebounceView) => void;
  /** The clock and the timer. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** The form that folds the values of a burst into one. */
export interface DebounceReduceConfig<T, A> extends DebounceAdaptiveConfig<T, A> {
  /**
   * Folds a value into what is held; `folded` is undefined for the first one. NaN, and what it throws, is the error of the stream.
   */
  readonly reduce: (folded: A | undefined, value: T) => A;
}
