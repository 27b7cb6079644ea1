import {
  catchError,
  defer,
  EMPTY,
  type Observable,
  type ObservableInput,
  type ObservedValueOf,
  type OperatorFunction,
  retry,
  Subject,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { CircuitOpenError } from '../policies/breaker/CircuitOpenError.js';
import type { CircuitBreaker } from './breaker/CircuitBreaker.js';
import type { CircuitBreakerConfig } from './breaker/CircuitBreakerConfig.js';
import { resolveBreaker } from './breaker/streamBreaker.js';
import { circuitBreak } from './circuitBreak.js';
import { coalesceMap } from './coalesceMap.js';

/** Options of {@link circuitBreakMap}. */
export interface CircuitBreakMapConfig<T, R extends ObservableInput<unknown>> {
  /**
   * Made by `createCircuitBreaker` or `breakers(...).for(key)`; or options, see `CircuitBreakerConfig`, for a breaker of this pipe
   * alone. A breaker of another library throws a TypeError.
   */
  readonly breaker: CircuitBreaker | CircuitBreakerConfig;
  /**
   * What happens to a value that arrives while the breaker is open. 'latest': the newest is kept, and run when the breaker admits
   * a probe. 'skip': it is dropped. 'error': the stream ends with `CircuitOpenError`. Default 'latest'.
   */
  readonly whenOpen?: 'error' | 'skip' | 'latest';
  /**
   * When an open breaker probes. 'timer': after its open time. 'change': also when a new value arrives, or, if the last probe
   * began less than `probeGapMs` of the breaker before, at the end of that time. Default 'timer'.
   */
  readonly probeOn?: 'timer' | 'change';
  /**
   * What a failed run emits instead of its error. If it throws, that is the error of the stream. Default: the error
   * ends the stream.
   */
  readonly recover?: (error: unknown, value: T) => R;
}

/**
 * Runs one inner Observable at a time for the newest value, as `coalesceMap` does; each run is an attempt of a breaker.
 * Values that arrive while the breaker is open are refused, skipped, or the newest is kept until the breaker admits a
 * probe.
 *
 * For a stream of changes to something that may be broken: the change that fixes it must not be lost, and should not
 * have to wait for the end of the open time. `circuitBreak` guards subscriptions, and a stream of changes has only one.
 *
 * ```marble
 * consecutive(1), open for 6, failures recovered as f
 * source                   -a--b-c----------|
 * run of a                  -#
 * run of b or c             -v|
 * circuitBreakMap, latest  --f------c-------|
 * with probeOn: 'change'   --f--b-c---------|
 * ```
 *
 * Contract:
 * - Loses: with 'skip', the values that arrive while the breaker is open; with 'latest', and during a run, every value but the
 *   newest, and never the last.
 * - Completes: when the source has, and the value that was kept has been run.
 * - Errors: as a run does, unless there is `recover`; with `CircuitOpenError` if `whenOpen` is 'error'; as the source does, at once.
 * - Cancels: unsubscribing stops the run or the wait, starts no other run, and gives the permit back.
 * - Holds: one value; with 'latest', one timer while the breaker is open.
 * - Order: use `recover` and not `catchError` inside `project`, which would hide the failure from the breaker.
 *
 * @param project - Starts a run, with the newest value and the number of runs before it (count, from 0).
 * @param config - See `CircuitBreakMapConfig`.
 *
 * @example
 * ```ts
 * const reload = (code: string) => (code === 'broken' ? throwError(() => new Error(code)) : of(`runs ${code}`));
 * const saves = concat(of('broken', 'v2'), timer(10).pipe(map(() => 'v3')));
 * const config = { breaker: { trip: consecutive(1) }, recover: () => ['failed'], probeOn: 'change' } as const;
 *
 * await lastValueFrom(saves.pipe(circuitBreakMap(reload, config), toArray())); // => ['failed', 'runs v2', 'runs v3']
 * ```
 *
 * @source Requested of cockatiel, which found "no good way": https://github.com/connor4312/cockatiel/issues/3
 */
export function circuitBreakMap<
  T,
  O extends ObservableInput<unknown>,
  R extends ObservableInput<unknown> = never,
>(
  project: (value: T, run: number) => O,
  config: CircuitBreakMapConfig<T, R>,
): OperatorFunction<T, ObservedValueOf<O> | ObservedValueOf<R>> {
  const { whenOpen = 'latest', probeOn = 'timer', recover } = config;
  const breaker = resolveBreaker('circuitBreakMap', config.breaker);
  const guard = circuitBreak<ObservedValueOf<O>>(breaker);

  return (source) =>
    defer(() => {
      const newer$ = new Subject<void>();
      let runs = 0;

      const run = (value: T): Observable<ObservedValueOf<O> | ObservedValueOf<R>> => {
        // Distinguishes a refusal by this breaker from a refusal by another breaker inside the run, because both are a
        // `CircuitOpenError`.
        let hasRun = false;
        const isRefusal = (error: unknown): error is CircuitOpenError =>
          !hasRun && error instanceof CircuitOpenError;
        const waitForProbe = (error: unknown): Observable<unknown> => {
          if (!isRefusal(error) || whenOpen === 'error') throw error;
          if (whenOpen === 'skip') return EMPTY;
          // A newer value ends this wait, and is run instead.
          return timer(error.retryAfterMs, breaker.guard.scheduler).pipe(takeUntil(newer$));
        };
        const work = defer(() => {
          hasRun = true;
          return project(value, runs++);
        });
        // Here and not when the value arrives: a value that comes during a probe is held, and the probe may then fail.
        if (probeOn === 'change') breaker.probeNow();
        return work.pipe(
          guard,
          retry({ delay: waitForProbe }),
          catchError((error: unknown) => {
            if (recover === undefined || isRefusal(error)) throw error;
            return recover(error, value);
          }),
        );
      };

      return source.pipe(
        tap(() => newer$.next()),
        coalesceMap(run),
      );
    });
}
