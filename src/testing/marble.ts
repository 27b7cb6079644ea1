import { deepStrictEqual } from 'node:assert';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { isThenable } from '../model/unknownValue.js';

/**
 * A test in virtual time, for any test runner. One character of a diagram is 1 ms, and no test waits.
 *
 * @param body - The test: `hot` and `cold` make sources, `expectObservable` and `expectSubscriptions` compare. It must be
 *   synchronous: virtual time ends with it, so expectations after an `await` would never be compared.
 * @returns The function for the test runner: `it('debounces', marble((m) => { ... }))`. It throws where a comparison fails,
 *   and a `TypeError` when `body` returns a promise.
 *
 * @example
 * ```ts
 * const test = marble(({ hot, expectObservable }) => {
 *   const saves = hot('            a-b-----|');
 *   const expected = '             ----b---|';
 *   expectObservable(saves.pipe(debounceAdaptive(2))).toBe(expected);
 * });
 *
 * test(); // => undefined
 * ```
 */
export function marble(body: (helpers: RunHelpers) => void): () => void {
  return () => {
    const test: (helpers: RunHelpers) => unknown = body;
    const scheduler = new TestScheduler((actual, expected) => deepStrictEqual(actual, expected));
    const result = scheduler.run(test);
    if (!isThenable(result)) return;
    throw new TypeError(
      'marble: the test returned a promise; make it synchronous: virtual time has ended by then, so its expectations would not be compared',
    );
  };
}
