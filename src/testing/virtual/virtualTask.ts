import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Either } from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';

/**
 * A task that takes virtual time: it answers `afterMs` on the scheduler, with no microtask in between, so that a
 * pipeline around it runs wholly inside `TestScheduler.run`. After `Infinity`, it never does.
 *
 * It is run once, when it is first waited for. What is chained to it goes on in microtasks, as with any promise.
 */
export function virtualTask<E, A>(
  scheduler: SchedulerLike,
  afterMs: number,
  result: () => Either<E, A>,
): TaskEither<E, A> {
  return () =>
    new VirtualPromise((settle) => {
      // No timer holds `Infinity`: Node's fires after 1 ms instead.
      if (afterMs !== Infinity) scheduler.schedule(() => settle(result()), afterMs);
    });
}

/** A promise that tells those who wait for it itself at once; `Promise` would leave virtual time for the microtask queue. */
class VirtualPromise<T> extends Promise<T> {
  readonly #run: (settle: (value: T) => void) => void;
  readonly #settle: (value: T) => void;
  readonly #waiting: ((value: T) => void)[] = [];
  #isRun = false;
  #settled: { readonly value: T } | undefined;

  constructor(run: (settle: (value: T) => void) => void) {
    let settle: (value: T) => void = () => undefined;
    super((resolve) => {
      settle = resolve;
    });
    this.#run = run;
    this.#settle = settle;
  }

  // Chained promises are ordinary ones.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    if (!onFulfilled) {
      this.#start();
      return super.then(onFulfilled, onRejected);
    }
    return new Promise((resolve) => {
      // What `onFulfilled` throws rejects the inner one.
      const answer = (value: T): void =>
        resolve(new Promise<R1>((done) => done(onFulfilled(value))));
      if (this.#settled === undefined) {
        this.#waiting.push(answer);
        this.#start();
      } else answer(this.#settled.value);
    });
  }

  #start(): void {
    if (this.#isRun) return;
    this.#isRun = true;
    this.#run((value) => {
      this.#settled = { value };
      this.#settle(value);
      for (const each of this.#waiting.splice(0)) each(value);
    });
  }
}
