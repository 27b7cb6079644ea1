import {
  asyncScheduler,
  type MonoTypeOperatorFunction,
  Observable,
  type SchedulerLike,
  type Subscriber,
  Subscription,
} from 'rxjs';

/**
 * Values that may pass in one turn of the event loop. To detect a change and to start the reload of one plugin takes 0.2 to 0.7 ms: a file
 * that a thousand plugins share would hold the loop for half a second.
 *
 * @source measured: bench/scale/run.ts, `heldMs`
 */
const PER_TURN_COUNT = 16;
/** From this many on, the end of the turn is noticed by a timer. A few values cost none. */
const NOTICED_COUNT = 8;

/**
 * Passes values on as they come, and lets the event loop have its turns when very many come at once.
 *
 * Contract:
 * - Loses: nothing. Order: as they came.
 * - Completes: when the source has completed and all have passed. Errors: at once.
 * - Holds: what came beyond {@link PER_TURN_COUNT} values of one turn, and one timer of no delay.
 */
export function inTurns<T>(scheduler: SchedulerLike = asyncScheduler): MonoTypeOperatorFunction<T> {
  return (source) =>
    new Observable((subscriber) => {
      const turns = new Turns(subscriber, scheduler);
      subscriber.add(() => turns.stop());
      subscriber.add(
        source.subscribe({
          next: (value) => turns.next(value),
          error: (error: unknown) => subscriber.error(error),
          complete: () => turns.complete(),
        }),
      );
    });
}

class Turns<T> {
  #waiting: T[] = [];
  #passedCount = 0;
  #isTimed = false;
  /** Not added to the subscriber: that one would keep the timer of each turn. */
  #timer = Subscription.EMPTY;
  #isComplete = false;

  constructor(
    readonly subscriber: Subscriber<T>,
    readonly scheduler: SchedulerLike,
  ) {}

  next(value: T): void {
    if (this.#passedCount >= PER_TURN_COUNT) {
      this.#waiting.push(value);
      return;
    }
    this.#passedCount += 1;
    if (this.#passedCount >= NOTICED_COUNT) this.#awaitTurn();
    this.subscriber.next(value);
  }

  complete(): void {
    this.#isComplete = true;
    if (this.#waiting.length === 0) this.subscriber.complete();
  }

  stop(): void {
    this.#waiting = [];
    this.#timer.unsubscribe();
  }

  #awaitTurn(): void {
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#timer = this.scheduler.schedule(() => {
      this.#isTimed = false;
      this.#turn();
    });
  }

  #turn(): void {
    const now = this.#waiting.slice(0, PER_TURN_COUNT);
    this.#waiting = this.#waiting.slice(PER_TURN_COUNT);
    this.#passedCount = this.#waiting.length > 0 ? PER_TURN_COUNT : now.length;
    if (this.#passedCount >= NOTICED_COUNT) this.#awaitTurn();
    for (const value of now) this.subscriber.next(value);
    if (this.#isComplete && this.#waiting.length === 0) this.subscriber.complete();
  }
}
