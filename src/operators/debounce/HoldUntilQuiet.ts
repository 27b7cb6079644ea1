import {
  asyncScheduler,
  type Observable,
  type SchedulerAction,
  type SchedulerLike,
  type Subscriber,
  type Subscription,
  tap,
} from 'rxjs';
import type { WindowEnd } from '../../model/reload/ReloadEvent.js';
import type { DebounceRules } from '../../policies/debounce/debounceRules.js';
import { type Arrival, QuietWindow } from '../../policies/debounce/QuietWindow.js';
import { LinkedObserver } from '../linked/LinkedObserver.js';
import type {
  DebounceEvent,
  DebounceReduceConfig,
  DebounceView,
} from './DebounceAdaptiveConfig.js';

/**
 * One subscription of `debounceAdaptive`. It holds the values and the one scheduled task; `QuietWindow` says when a
 * burst is over.
 *
 * - *Idle*: no burst. A value opens one, and leads to Waiting.
 * - *Waiting*: a burst is open, and the task ends it when the source has been quiet. That leads to Idle.
 * - *Paused*: `busy$` is true. Values are held without a task. When it turns false, a burst that is due is emitted, which leads
 *   to Idle; one that is not leads to Waiting.
 *
 * Not composed: RxJS has no operator that holds a value until a deadline that moves, on one scheduled action.
 */
export class HoldUntilQuiet<T, A> extends LinkedObserver<T, A> {
  #state: 'idle' | 'waiting' | 'paused' = 'idle';
  /** The held value: empty, or the one folded value. An array, so that `undefined` can be held too. */
  #held: A[] = [];
  /** The scheduled action that ends the burst, while waiting. */
  #task: Subscription | undefined;
  /**
   * When the task fires. Later values move the deadline but not the task. A task that fires before the deadline
   * schedules itself again.
   */
  #taskDueMs = 0;
  /** Knows the deadline, and learns the length of the window. */
  readonly #quiet: QuietWindow;
  readonly #scheduler: SchedulerLike;
  /** Copies of options that every value needs, to save a property access on the config. */
  readonly #reduce: (folded: A | undefined, value: T) => A;
  readonly #maxCount: number;
  /**
   * Whether every value may end the burst, bring its end forward, or have to be reported. The learned window alone
   * never does that.
   */
  readonly #actsOnEachValue: boolean;

  constructor(
    out: Subscriber<A>,
    private readonly config: DebounceReduceConfig<T, A>,
    rules: DebounceRules,
    /** Whether the caller gave `reduce`: then a result of NaN is an error. Otherwise NaN is a value like any other. */
    private readonly isFolding: boolean,
  ) {
    super(out);
    const { window, observe, leading = false, scheduler = asyncScheduler } = config;
    this.#quiet = new QuietWindow(rules);
    this.#scheduler = scheduler;
    this.#reduce = config.reduce;
    this.#maxCount = rules.maxCount;
    const isCounting = rules.maxCount !== Infinity;
    this.#actsOnEachValue = isCounting || leading || window !== undefined || observe !== undefined;
    out.add(this);
  }

  subscribeTo(source: Observable<T>): void {
    const { view, busy$, flush$ } = this.config;
    view?.(this.#view());
    this.#follow(
      busy$?.pipe(
        tap({
          next: (isBusy) => this.#onBusy(isBusy),
          // When `busy$` completes, nobody is left to report the end of the work.
          complete: () => this.#onBusy(false),
        }),
      ),
    );
    this.#follow(
      flush$?.pipe(
        tap(() => {
          if (this.#held.length > 0) this.#flush(this.#scheduler.now(), 'flush');
        }),
      ),
    );
    if (!this.out.closed) source.subscribe(this);
  }

  protected onNext(value: T): void {
    const nowMs = this.#scheduler.now();
    const arrival = this.#quiet.arrive(nowMs);
    const held = this.#held;
    const reduce = this.#reduce;
    const folded = reduce(held[0], value);
    if (this.isFolding && Number.isNaN(folded)) throw notANumber('reduce');
    held[0] = folded;
    // Most values need no more work than this: the burst is open, and the task will find the new deadline when it
    // fires.
    if (arrival !== 'extended' || this.#actsOnEachValue) this.#actOn(arrival, folded, nowMs);
  }

  protected onComplete(): void {
    this.#cancelTask();
    for (const value of this.#takeHeld(this.#quiet.lastAtMs, 'flush')) this.out.next(value);
    this.out.complete();
  }

  onTask(action: SchedulerAction<HoldUntilQuiet<T, A>>): void {
    const quiet = this.#quiet;
    const nowMs = this.#scheduler.now();
    // The task has fired, so its due time has passed, even when the clock was set back.
    if (nowMs < quiet.lastAtMs) quiet.stepBack(nowMs, Math.max(this.#taskDueMs, quiet.lastAtMs));
    const remainingMs = quiet.remainingMs(nowMs);
    if (remainingMs > 0) {
      this.#taskDueMs = nowMs + remainingMs;
      this.#task = action.schedule(this, remainingMs);
      return;
    }
    try {
      this.#flush(nowMs);
    } catch (error) {
      this.out.error(error);
    }
  }

  override unsubscribe(): void {
    super.unsubscribe();
    this.#cancelTask();
    this.#held = [];
  }

  #follow(signal$: Observable<unknown> | undefined): void {
    if (signal$ === undefined) return;
    this.out.add(signal$.subscribe({ error: (error: unknown) => this.out.error(error) }));
  }

  #view(): DebounceView {
    const quiet = this.#quiet;
    return {
      get windowMs() {
        return quiet.windowMs;
      },
      get floorMs() {
        return quiet.floorMs;
      },
      get pressure() {
        return quiet.pressure;
      },
      get count() {
        return quiet.count;
      },
      get closedBy() {
        return quiet.closedBy;
      },
    };
  }

  #onBusy(isBusy: boolean): void {
    if (isBusy === (this.#state === 'paused')) return;
    this.#cancelTask();
    this.#state = isBusy ? 'paused' : 'idle';
    const quiet = this.#quiet;
    if (isBusy || !quiet.isOpen) return;
    const nowMs = this.#scheduler.now();
    const isDue = quiet.count >= this.#maxCount || quiet.remainingMs(nowMs) <= 0;
    if (isDue) this.#flush(nowMs);
    else this.#wait(nowMs);
  }

  /** The work that only some values need: the first of a burst, or each value if an option requires it. */
  #actOn(arrival: Arrival, folded: A, nowMs: number): void {
    const quiet = this.#quiet;
    const { window, leading = false } = this.config;
    if (window !== undefined) {
      const { count, pressure } = quiet;
      const windowMs = window({ count, ageMs: nowMs - quiet.heldSinceMs, pressure, value: folded });
      if (Number.isNaN(windowMs)) throw notANumber('window');
      quiet.choose(windowMs);
    }
    if (arrival === 'regretted') this.#report('regretted');
    this.#report(arrival === 'extended' ? 'extended' : 'opened');

    if (this.#state === 'paused') return;
    const isLeading = leading && arrival !== 'extended';
    if (quiet.count >= this.#maxCount || isLeading) {
      this.#flush(nowMs, isLeading ? 'leading' : 'maxCount');
    } else if (this.#state === 'idle' || nowMs + quiet.remainingMs(nowMs) < this.#taskDueMs) {
      this.#wait(nowMs);
    }
  }

  /** Default of `closedBy`: the window is due. A limit counts only where the source has not been quiet. */
  #flush(
    nowMs: number,
    closedBy: WindowEnd = this.#quiet.isQuiet(nowMs)
      ? 'quiet'
      : this.#quiet.count >= this.#maxCount
        ? 'maxCount'
        : 'maxWait',
  ): void {
    this.#cancelTask();
    const values = this.#takeHeld(nowMs, closedBy);
    if (this.#state !== 'paused') {
      this.#state = 'idle';
      if (this.#quiet.isOpen) this.#wait(nowMs);
    }
    for (const value of values) this.out.next(value);
  }

  /** Resets everything before the reader gets the value, because the reader may push the next one at once. */
  #takeHeld(nowMs: number, closedBy: WindowEnd): A[] {
    const quiet = this.#quiet;
    const held = this.#held;
    const endedInQuiet = closedBy === 'quiet';
    if (held.length > 0) {
      quiet.closedBy = closedBy;
      this.#report('flushed');
    }
    this.#held = [];
    quiet.flush(nowMs, endedInQuiet);
    // After a leading value the burst goes on until the source is quiet. Emitting a part of a burst does not end it.
    quiet.isOpen = this.config.leading === true && !endedInQuiet;
    return held;
  }

  #wait(nowMs: number): void {
    this.#cancelTask();
    if (this.out.closed) return; // a function of the caller may have unsubscribed the reader
    const remainingMs = Math.max(this.#quiet.remainingMs(nowMs), 0);
    this.#state = 'waiting';
    this.#taskDueMs = nowMs + remainingMs;
    this.#task = this.#scheduler.schedule(onTask<T, A>, remainingMs, this);
  }

  #cancelTask(): void {
    this.#task?.unsubscribe();
    this.#task = undefined;
  }

  #report(_tag: DebounceEvent['_tag']): void {
    const { observe } = this.config;
    if (observe === undefined) return;
    const { windowMs, count } = this.#quiet;
    observe({ _tag, windowMs, count });
  }
}

/** Not a closure: `HoldUntilQuiet` is passed as the state of the action, so scheduling a task allocates no function. */
function onTask<T, A>(
  this: SchedulerAction<HoldUntilQuiet<T, A>>,
  hold: HoldUntilQuiet<T, A>,
): void {
  hold.onTask(this);
}

function notANumber(option: string): RangeError {
  return new RangeError(`debounceAdaptive: ${option} returned NaN`);
}
