import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { SchedulerLike } from 'rxjs';

/**
 * A task that takes virtual time. It settles `afterMs` milliseconds later on the scheduler, with no microtask in between,
 * so that a whole pipeline around it runs inside `TestScheduler.run`.
 *
 * It runs once, when it is first awaited. Promises that are chained to it settle in microtasks, as usual.
 *
 * @param scheduler - The scheduler on which the time passes.
 * @param afterMs - How long the task takes, in milliseconds; `Infinity`: it never settles.
 * @param result - Called when the time is over: the outcome of the task.
 */
export function virtualTask<E, A>(
  scheduler: SchedulerLike,
  afterMs: number,
  result: () => Either<E, A>,
): TaskEither<E, A> {
  return () =>
    new VirtualPromise((settle) => {
      // A timer cannot wait for `Infinity`: Node's fires after 1 ms instead.
      if (afterMs !== Infinity) scheduler.schedule(() => settle(result()), afterMs);
    });
}

/** A promise that calls its own listeners synchronously when it settles: a `Promise` calls them in microtasks, outside of virtual time. */
class VirtualPromise<T> extends Promise<T> {
  /** Starts the work; called once. */
  readonly #start: (settle: (value: T) => void) => void;
  /** Resolves the ordinary promise that this one extends, for chains that do not go through `then`. */
  readonly #resolve: (value: T) => void;
  /** Listeners that wait for the value. */
  readonly #listeners: ((value: T) => void)[] = [];
  #isStarted = false;
  /** The value, once there is one. */
  #settled: { readonly value: T } | undefined;

  constructor(start: (settle: (value: T) => void) => void) {
    let resolveThis: (value: T) => void = () => undefined;
    super((resolve) => {
      resolveThis = resolve;
    });
    this.#start = start;
    this.#resolve = resolveThis;
  }

  // `super.then` makes ordinary promises.
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    if (!onFulfilled) {
      this.#startOnce();
      return super.then(onFulfilled, onRejected);
    }
    return new Promise((resolve) => {
      // The inner promise turns an error thrown by `onFulfilled` into a rejection.
      const listener = (value: T): void =>
        resolve(new Promise<R1>((done) => done(onFulfilled(value))));
      if (this.#settled === undefined) {
        this.#listeners.push(listener);
        this.#startOnce();
      } else listener(this.#settled.value);
    });
  }

  #startOnce(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#start((value) => {
      this.#settled = { value };
      this.#resolve(value);
      for (const listener of this.#listeners.splice(0)) listener(value);
    });
  }
}
