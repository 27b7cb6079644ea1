import {
  asyncScheduler,
  type MonoTypeOperatorFunction,
  Observable,
  type SchedulerLike,
  Subscription,
} from 'rxjs';
import type { OnWait } from '../../model/concurrency.js';

/**
 * The deadline of one reload. It counts the reload's own work: while the target waits for its turn, the deadline stands still.
 *
 * - `#leftMs`: what is left of the limit, at the last time that the clock began to run.
 * - `#startedAtMs`: when that was; undefined while the clock stands still.
 * - `#waitCount`: how many waits are under way.
 * - `#isDue`: whether somebody waits for the reload's first answer.
 * - `#timer`: ends the reload, when the clock runs.
 */
export class WorkDeadline {
  #leftMs: number;
  #startedAtMs: number | undefined;
  #waitCount = 0;
  #isDue = false;
  #timer = Subscription.EMPTY;
  #onPassed: () => void = () => undefined;

  constructor(
    limitMs: number,
    readonly scheduler: SchedulerLike = asyncScheduler,
  ) {
    this.#leftMs = limitMs;
  }

  /** For the target: a wait begins. What it returns ends that wait, once. */
  readonly onWait: OnWait = () => {
    this.#waitCount += 1;
    this.#stop();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#waitCount -= 1;
      this.#run();
    };
  };

  /**
   * Errors with what `late` returns when the source has worked for longer than the limit and has emitted nothing. For one subscription.
   *
   * A hand-written Observable, because the timer of `timeout` cannot stand still.
   */
  limit<T>(late: () => unknown): MonoTypeOperatorFunction<T> {
    return (source) =>
      new Observable((subscriber) => {
        const end = (): void => {
          this.#isDue = false;
          this.#stop();
        };
        this.#isDue = true;
        this.#onPassed = () => {
          work.unsubscribe();
          subscriber.error(late());
        };
        const work = new Subscription();
        subscriber.add(work);
        subscriber.add(end);
        work.add(
          source.subscribe({
            next: (value) => {
              end();
              subscriber.next(value);
            },
            error: (error: unknown) => {
              end();
              subscriber.error(error);
            },
            complete: () => {
              end();
              subscriber.complete();
            },
          }),
        );
        this.#run();
      });
  }

  #run(): void {
    if (!this.#isDue || this.#waitCount > 0 || this.#startedAtMs !== undefined) return;
    this.#startedAtMs = this.scheduler.now();
    this.#timer = this.scheduler.schedule(() => this.#onPassed(), this.#leftMs);
  }

  #stop(): void {
    this.#timer.unsubscribe();
    if (this.#startedAtMs === undefined) return;
    // The wall clock may have been set back or forward meanwhile.
    const workedMs = Math.max(0, this.scheduler.now() - this.#startedAtMs);
    this.#leftMs = Math.max(0, this.#leftMs - workedMs);
    this.#startedAtMs = undefined;
  }
}
