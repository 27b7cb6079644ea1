import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';

/**
 * A task that takes virtual time: it answers `afterMs` on the scheduler, with no microtask in between, so that a
 * pipeline around it runs wholly inside `TestScheduler.run`.
 *
 * It answers each `then` once and is not chained further: RxJS subscribes to a promise that way.
 */
export function virtualTask<E, A>(
  scheduler: SchedulerLike,
  afterMs: number,
  result: () => Either<E, A>,
): TaskEither<E, A> {
  return () => new VirtualPromise((settle) => scheduler.schedule(() => settle(result()), afterMs));
}

/** As much of a promise as RxJS asks of one; `Promise` itself would leave virtual time for the microtask queue. */
class VirtualPromise<T> extends Promise<T> {
  readonly #run: (settle: (value: T) => void) => void;

  constructor(run: (settle: (value: T) => void) => void) {
    super(() => undefined);
    this.#run = run;
  }

  // Chained promises are ordinary ones, which never settle: nothing waits for them.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
  ): Promise<R1 | R2> {
    this.#run((value) => void onFulfilled?.(value));
    return new Promise(() => undefined);
  }
}
