import {
  asyncScheduler,
  type Observable,
  type SchedulerAction,
  type Subscriber,
  type Subscription,
} from 'rxjs';
import { QuietWindow, type Arrival } from '../../policies/QuietWindow.js';
import type { SettledDebounce } from '../../policies/settleDebounce.js';
import { subscribeLinked } from '../linked/subscribeLinked.js';
import type {
  DebounceEvent,
  DebounceReduceConfig,
  DebounceView,
} from './DebounceAdaptiveConfig.js';

/**
 * One subscription of `debounceAdaptive`. It moves values and the one task; `QuietWindow` says when.
 *
 * Not composed of operators: RxJS has none that holds a value until a deadline that moves, on one scheduled action.
 */
export function holdUntilQuiet<T, A>(
  source: Observable<T>,
  subscriber: Subscriber<A>,
  config: DebounceReduceConfig<T, A>,
  bounds: SettledDebounce,
): void {
  const { reduce, window, observe, busy$, flush$, leading = false } = config;
  const { scheduler = asyncScheduler } = config;
  const { maxCount } = bounds;
  // The learned window never brings the deadline nearer; a custom one may, and so may the first value held after a
  // leading one.
  const isAttentive = window !== undefined || leading || observe !== undefined;
  const quiet = new QuietWindow(bounds);
  let held: A[] = []; // empty, or the one folded value
  let isBusy = false;
  let task: Subscription | undefined;
  let taskDueMs = 0;

  const disarm = (): void => {
    task?.unsubscribe();
    task = undefined;
  };

  const arm = (nowMs: number): void => {
    const remainingMs = Math.max(quiet.remainingMs(nowMs), 0);
    taskDueMs = nowMs + remainingMs;
    task = scheduler.schedule(onTask, remainingMs);
  };

  function onTask(this: SchedulerAction<unknown>): void {
    const nowMs = scheduler.now();
    // A fired task proves that its time has come, whatever the clock says now.
    if (nowMs < quiet.lastAtMs) quiet.stepBack(nowMs, Math.max(taskDueMs, quiet.lastAtMs));
    const remainingMs = quiet.remainingMs(nowMs);
    if (remainingMs > 0) {
      // Values that came meanwhile moved the deadline; they cost no timer, only this second look.
      taskDueMs = nowMs + remainingMs;
      task = this.schedule(undefined, remainingMs);
    } else {
      guarded(() => flush(nowMs, quiet.isQuiet(nowMs)));
    }
  }

  const flush = (nowMs: number, endedInQuiet: boolean): void => {
    disarm();
    const values = take(nowMs, endedInQuiet);
    if (quiet.isOpen && !isBusy) arm(nowMs);
    for (const value of values) subscriber.next(value);
  };

  /** Memory and state are free before the reader hears of the value: it may push the next one from within. */
  const take = (nowMs: number, endedInQuiet: boolean): A[] => {
    if (held.length > 0) tell('flushed');
    const values = held;
    held = [];
    quiet.flush(nowMs, endedInQuiet);
    // After a leading value, the burst is over when it is quiet, not when some of it went out.
    quiet.isOpen = leading && !endedInQuiet;
    return values;
  };

  const onNext = (value: T): void => {
    const nowMs = scheduler.now();
    const arrival = quiet.arrive(nowMs);
    const folded = reduce(held[0], value);
    if (Number.isNaN(folded)) throw notANumber('reduce');
    held[0] = folded;
    // The common value costs no more than this: its window is open, and the task will find the new deadline.
    if (arrival !== 'extended' || isAttentive || quiet.count >= maxCount) {
      attend(arrival, folded, nowMs);
    }
  };

  const attend = (arrival: Arrival, folded: A, nowMs: number): void => {
    if (window !== undefined) {
      const { count, pressure } = quiet;
      const windowMs = window({ count, ageMs: nowMs - quiet.heldSinceMs, pressure, value: folded });
      if (Number.isNaN(windowMs)) throw notANumber('window');
      quiet.choose(windowMs);
    }
    if (arrival === 'regretted') tell('regretted');
    tell(arrival === 'extended' ? 'extended' : 'opened');

    if (isBusy) return;
    if (quiet.count >= maxCount || (leading && arrival !== 'extended')) flush(nowMs, false);
    else if (task === undefined) arm(nowMs);
    else if (nowMs + quiet.remainingMs(nowMs) < taskDueMs) {
      disarm();
      arm(nowMs);
    }
  };

  const onComplete = (): void => {
    disarm();
    for (const value of take(quiet.lastAtMs, false)) subscriber.next(value);
    subscriber.complete();
  };

  const onBusy = (busy: boolean): void => {
    if (busy === isBusy) return;
    isBusy = busy;
    if (isBusy) disarm();
    else if (quiet.isOpen) {
      const nowMs = scheduler.now();
      const isDue = quiet.count >= maxCount || quiet.remainingMs(nowMs) <= 0;
      if (isDue) flush(nowMs, quiet.isQuiet(nowMs));
      else arm(nowMs);
    }
  };

  const tell = (_tag: DebounceEvent['_tag']): void =>
    observe?.({ _tag, windowMs: quiet.windowMs, count: quiet.count });

  const fail = (error: unknown): void => subscriber.error(error);

  /** What a function of the caller throws becomes the one error of the stream. */
  const guarded = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      fail(error);
    }
  };

  if (config.view !== undefined) guarded(() => config.view?.(viewOf(quiet)));
  if (busy$ !== undefined) {
    subscribeLinked(busy$, subscriber, {
      next: onBusy,
      error: fail,
      complete: () => onBusy(false), // nobody is left to say that work has ended
    });
  }
  if (flush$ !== undefined) {
    subscribeLinked(flush$, subscriber, {
      next: () => {
        if (held.length > 0) flush(scheduler.now(), false);
      },
      error: fail,
      complete: () => undefined,
    });
  }
  if (subscriber.closed) return;
  subscribeLinked(source, subscriber, {
    next: onNext,
    error: fail,
    complete: onComplete,
  });
  subscriber.add(() => {
    disarm();
    held = [];
  });
}

function notANumber(option: string): RangeError {
  return new RangeError(`debounceAdaptive: ${option} returned NaN`);
}

function viewOf(quiet: QuietWindow): DebounceView {
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
  };
}
