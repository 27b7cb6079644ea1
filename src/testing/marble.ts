import { deepStrictEqual } from 'node:assert';
import { TestScheduler, type RunHelpers } from 'rxjs/testing';

/**
 * A test in virtual time, for any test runner: one character of a diagram is 1 ms, and no test waits.
 *
 * @param body - The test. `hot` and `cold` make sources, `expectObservable` and `expectSubscriptions` compare.
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
    new TestScheduler((actual, expected) => deepStrictEqual(actual, expected)).run(body);
  };
}
