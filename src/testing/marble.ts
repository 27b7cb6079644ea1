import { deepStrictEqual } from 'node:assert';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';
import { isThenable } from '../model/unknownValue.js';

/**
 * A test in virtual time, for any test runner: one character of a diagram is 1 ms, and no test waits.
 *
 * @param body - The test, synchronous: what an async one expects after its first `await` would never be compared. `hot` and `cold` make sources, `expectObservable` and `expectSubscriptions` compare.
 * @returns A function to hand to the runner: `it('debounces', marble((m) => { ... }))`.
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
      'marble: the test returned a promise; virtual time has ended before it goes on, so nothing of it would be compared',
    );
  };
}
