/** What a listener does with the end of a promise. */
interface Listener<T> {
  readonly fulfilled: (value: T) => void;
  readonly rejected: (reason: unknown) => void;
}

/**
 * A promise that calls its listeners inside the call that settles it, and whose chains do so too. A `Promise` calls them in later
 * microtasks, between which other work may come: then the order of two promises that settle together is nobody's decision.
 *
 * For values that cross the border of a pipeline: whoever makes one listens to it, so a rejection without a listener is not reported.
 */
export class InPlacePromise<T> extends Promise<T> {
  readonly #listeners: Listener<T>[] = [];
  /** How it ended; undefined before. */
  #end: ((listener: Listener<T>) => void) | undefined;

  /** @param start - Called at once with two functions that settle the promise; the first call counts. */
  constructor(start: (resolve: (value: T) => void, reject: (reason: unknown) => void) => void) {
    super(() => undefined); // every listener comes through `then`, also those of `await`
    const settle = (end: (listener: Listener<T>) => void): void => {
      if (this.#end !== undefined) return;
      this.#end = end;
      for (const listener of this.#listeners.splice(0)) end(listener);
    };
    start(
      (value) => settle((listener) => listener.fulfilled(value)),
      (reason) => settle((listener) => listener.rejected(reason)),
    );
  }

  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  override then<R1 = T, R2 = never>(
    onFulfilled?: ((value: T) => R1 | PromiseLike<R1>) | null,
    onRejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return new InPlacePromise<R1 | R2>((resolve, reject) => {
      const pass = <A>(
        handle: ((value: A) => R1 | R2 | PromiseLike<R1 | R2>) | null | undefined,
        otherwise: (value: A) => void,
        value: A,
      ): void => {
        if (!handle) {
          otherwise(value);
          return;
        }
        try {
          adopt(handle(value), resolve, reject);
        } catch (error) {
          reject(error);
        }
      };
      this.#listen({
        // Without a handler, the value has the type of the result.
        fulfilled: (value) => pass(onFulfilled, (same) => resolve(same as R1 & T), value),
        rejected: (reason) => pass(onRejected, reject, reason),
      });
    });
  }

  #listen(listener: Listener<T>): void {
    if (this.#end === undefined) this.#listeners.push(listener);
    else this.#end(listener);
  }
}

function adopt<R>(
  value: R | PromiseLike<R>,
  resolve: (value: R) => void,
  reject: (reason: unknown) => void,
): void {
  if (isPromiseLike(value)) value.then(resolve, reject);
  else resolve(value);
}

function isPromiseLike<R>(value: R | PromiseLike<R>): value is PromiseLike<R> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
