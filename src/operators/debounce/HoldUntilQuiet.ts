import {
  asyncScheduler,
  tap,
  type Observable,
  type SchedulerAction,
  type SchedulerLike,
  type Subscriber,
  type Subscription,
} from 'rxjs';
import { QuietWindow, type Arrival } from '../../policies/debounce/QuietWindow.js';
import type { SettledDebounce } from '../../policies/debounce/settleDebounce.js';
import { LinkedObserver } from '../linked/LinkedObserver.js';
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
export class HoldUntilQuiet<T, A> extends LinkedObserver<T> {
  private readonly quiet: QuietWindow;
  private held: A[] = []; // empty, or the one folded value
  private isBusy = false;
  private task: Subscription | undefined = undefined;
  private taskDueMs = 0;
  private readonly scheduler: SchedulerLike;
  private readonly reduce: (folded: A | undefined, value: T) => A;
  private readonly maxCount: number;
  /** The learned window never brings the deadline nearer; options that may, or that want each value, are set. */
  private readonly isAttentive: boolean;

  constructor(
    private readonly out: Subscriber<A>,
    private readonly config: DebounceReduceConfig<T, A>,
    bounds: SettledDebounce,
    /** Whether `reduce` is the caller's, who is told when it gives NaN; a NaN that merely passes is a value. */
    private readonly isFolding: boolean,
  ) {
    super(out);
    const { window, observe, leading = false, scheduler = asyncScheduler } = config;
    this.quiet = new QuietWindow(bounds);
    this.scheduler = scheduler;
    this.reduce = config.reduce; // one step nearer than in the config
    this.maxCount = bounds.maxCount;
    const isCounting = bounds.maxCount !== Infinity;
    this.isAttentive = isCounting || leading || window !== undefined || observe !== undefined;
    out.add(this);
  }

  protected onNext(value: T): void {
    const { quiet, held, reduce } = this;
    const nowMs = this.scheduler.now();
    const arrival = quiet.arrive(nowMs);
    const folded = reduce(held[0], value);
    if (this.isFolding && Number.isNaN(folded)) throw notANumber('reduce');
    held[0] = folded;
    // The common value costs no more than this: its window is open, and the task will find the new deadline.
    if (arrival !== 'extended' || this.isAttentive) this.attend(arrival, folded, nowMs);
  }

  protected onComplete(): void {
    this.disarm();
    for (const value of this.take(this.quiet.lastAtMs, false)) this.out.next(value);
    this.out.complete();
  }

  subscribeTo(source: Observable<T>): void {
    const { view, busy$, flush$ } = this.config;
    view?.(this.view());
    this.obey(
      busy$?.pipe(
        tap({
          next: (isBusy) => this.onBusy(isBusy),
          // After its end nobody is left to say that work has ended.
          complete: () => this.onBusy(false),
        }),
      ),
    );
    this.obey(
      flush$?.pipe(
        tap(() => {
          if (this.held.length > 0) this.flush(this.scheduler.now(), false);
        }),
      ),
    );
    if (!this.out.closed) source.subscribe(this);
  }

  onDue(action: SchedulerAction<HoldUntilQuiet<T, A>>): void {
    const { quiet } = this;
    const nowMs = this.scheduler.now();
    // A fired task proves that its time has come, whatever the clock says now.
    if (nowMs < quiet.lastAtMs) quiet.stepBack(nowMs, Math.max(this.taskDueMs, quiet.lastAtMs));
    const remainingMs = quiet.remainingMs(nowMs);
    if (remainingMs > 0) {
      // Values that came meanwhile moved the deadline; they cost no timer, only this second look.
      this.taskDueMs = nowMs + remainingMs;
      this.task = action.schedule(this, remainingMs);
      return;
    }
    try {
      this.flush(nowMs, quiet.isQuiet(nowMs));
    } catch (error) {
      this.out.error(error);
    }
  }

  override unsubscribe(): void {
    super.unsubscribe();
    this.disarm();
    this.held = [];
  }

  private obey(signal$: Observable<unknown> | undefined): void {
    if (signal$ === undefined) return;
    this.out.add(signal$.subscribe({ error: (error: unknown) => this.out.error(error) }));
  }

  private onBusy(isBusy: boolean): void {
    if (isBusy === this.isBusy) return;
    this.isBusy = isBusy;
    if (isBusy) this.disarm();
    else if (this.quiet.isOpen) {
      const { quiet } = this;
      const nowMs = this.scheduler.now();
      const isDue = quiet.count >= this.maxCount || quiet.remainingMs(nowMs) <= 0;
      if (isDue) this.flush(nowMs, quiet.isQuiet(nowMs));
      else this.arm(nowMs);
    }
  }

  private view(): DebounceView {
    const { quiet } = this;
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

  /** What only some values ask for. */
  private attend(arrival: Arrival, folded: A, nowMs: number): void {
    const { quiet } = this;
    const { window, leading = false } = this.config;
    if (window !== undefined) {
      const { count, pressure } = quiet;
      const windowMs = window({ count, ageMs: nowMs - quiet.heldSinceMs, pressure, value: folded });
      if (Number.isNaN(windowMs)) throw notANumber('window');
      quiet.choose(windowMs);
    }
    if (arrival === 'regretted') this.tell('regretted');
    this.tell(arrival === 'extended' ? 'extended' : 'opened');

    if (this.isBusy) return;
    if (quiet.count >= this.maxCount || (leading && arrival !== 'extended')) {
      this.flush(nowMs, false);
    } else if (this.task === undefined) {
      this.arm(nowMs);
    } else if (nowMs + quiet.remainingMs(nowMs) < this.taskDueMs) {
      this.disarm();
      this.arm(nowMs);
    }
  }

  private flush(nowMs: number, endedInQuiet: boolean): void {
    this.disarm();
    const values = this.take(nowMs, endedInQuiet);
    if (this.quiet.isOpen && !this.isBusy) this.arm(nowMs);
    for (const value of values) this.out.next(value);
  }

  /** Memory and state are free before the reader hears of the value: it may push the next one from within. */
  private take(nowMs: number, endedInQuiet: boolean): A[] {
    const { quiet, held } = this;
    if (held.length > 0) this.tell('flushed');
    this.held = [];
    quiet.flush(nowMs, endedInQuiet);
    // After a leading value, the burst is over when it is quiet, not when some of it went out.
    quiet.isOpen = this.config.leading === true && !endedInQuiet;
    return held;
  }

  private arm(nowMs: number): void {
    if (this.out.closed) return; // a function of the caller's may have made its reader leave
    const remainingMs = Math.max(this.quiet.remainingMs(nowMs), 0);
    this.taskDueMs = nowMs + remainingMs;
    this.task = this.scheduler.schedule(onTask<T, A>, remainingMs, this);
  }

  private disarm(): void {
    this.task?.unsubscribe();
    this.task = undefined;
  }

  private tell(_tag: DebounceEvent['_tag']): void {
    const { observe } = this.config;
    if (observe === undefined) return;
    const { windowMs, count } = this.quiet;
    observe({ _tag, windowMs, count });
  }
}

/** A function of its own, with the subscription for its state: arming a task makes no closure. */
function onTask<T, A>(
  this: SchedulerAction<HoldUntilQuiet<T, A>>,
  hold: HoldUntilQuiet<T, A>,
): void {
  hold.onDue(this);
}

function notANumber(option: string): RangeError {
  return new RangeError(`debounceAdaptive: ${option} returned NaN`);
}
