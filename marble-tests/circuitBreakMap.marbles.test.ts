import { map, type Observable, of, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { circuitBreakMap } from '../src/operators/circuitBreakMap.js';
import { createCircuitBreaker } from '../src/operators/createCircuitBreaker.js';
import { CircuitOpenError } from '../src/policies/breaker/CircuitOpenError.js';
import { consecutive } from '../src/policies/breaker/consecutive.js';
import { marble } from './support/marble.js';

const trip = consecutive(1);
const failed = () => of('f');

describe('circuitBreakMap', () => {
  marble('keeps the newest value while open, and probes with it after the open time', (m) => {
    const source = m.hot('   -a--b-c----------|');
    const broken = m.cold('   -#');
    const fine = m.cold('     -v|');
    const expected = '       --f------c-------|';
    const fineSubs = '       --------^-!';

    const result = source.pipe(
      circuitBreakMap((v) => (v === 'a' ? broken : fine.pipe(map(() => v))), {
        breaker: { trip, openForMs: 6 },
        recover: failed,
      }),
    );

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(broken.subscriptions).toBe('-^!');
    m.expectSubscriptions(fine.subscriptions).toBe(fineSubs);
  });

  marble("lets a new value probe at once with probeOn: 'change'", (m) => {
    const source = m.hot('   -a--b-c----------|');
    const broken = m.cold('   -#');
    const fine = m.cold('     -v|');
    const expected = '       --f--b-c---------|';

    const result = source.pipe(
      circuitBreakMap((v) => (v === 'a' ? broken : fine.pipe(map(() => v))), {
        breaker: { trip, openForMs: 60 },
        probeOn: 'change',
        recover: failed,
      }),
    );

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(fine.subscriptions).toBe(['----^-!', '------^-!']);
  });

  marble('lets new values probe at most once per probeGapMs', (m) => {
    const source = m.hot('   -a-b-c-d--|');
    const broken = m.cold('   #');
    const runs: string[] = [];

    const result = source.pipe(
      circuitBreakMap(
        (v) => {
          runs.push(v);
          return broken;
        },
        {
          breaker: { trip, openForMs: 60, probeGapMs: 4 },
          whenOpen: 'skip',
          probeOn: 'change',
          recover: failed,
        },
      ),
    );

    m.expectObservable(result).toBe('-f-f---f--|');
    m.flush();
    expect(runs).toEqual(['a', 'b', 'd']);
  });

  marble("skips what arrives while open with whenOpen: 'skip'", (m) => {
    const source = m.hot('   -a-b-c---d--|');
    const expected = '       -f-------d--|';

    const result = source.pipe(
      circuitBreakMap((v) => (v === 'a' ? throwError(() => v) : of(v)), {
        breaker: { trip, openForMs: 6 },
        whenOpen: 'skip',
        recover: failed,
      }),
    );

    m.expectObservable(result).toBe(expected);
  });

  marble("fails on what arrives while open with whenOpen: 'error'", (m) => {
    const source = m.hot('   -a-b-c|');
    const expected = '       -f-#';
    const sourceSubs = '     ^--!';
    const error = new CircuitOpenError(
      { breaker: 'circuit', retryAfterMs: 4, openedAtMs: 1 },
      'broken',
    );

    const result = source.pipe(
      circuitBreakMap(() => throwError(() => 'broken'), {
        breaker: { trip, openForMs: 6 },
        whenOpen: 'error',
        recover: failed,
      }),
    );

    m.expectObservable(result).toBe(expected, undefined, error);
    m.expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });

  marble('completes after the kept value has been run', (m) => {
    const source = m.hot('   -a-b|');
    const expected = '       -f-----(b|)';

    const result = source.pipe(
      circuitBreakMap((v) => (v === 'a' ? throwError(() => v) : of(v)), {
        breaker: { trip, openForMs: 6 },
        recover: failed,
      }),
    );

    m.expectObservable(result).toBe(expected);
  });

  marble('fails with the error of the source, and starts nothing after it', (m) => {
    const source = m.hot('   -a-b-#');
    const runs: string[] = [];

    const result = source.pipe(
      circuitBreakMap(
        (v) => {
          runs.push(v);
          return throwError(() => v);
        },
        { breaker: { trip, openForMs: 6 }, recover: failed },
      ),
    );

    m.expectObservable(result).toBe('-f---#');
    m.flush();
    expect(runs).toEqual(['a']);
  });

  marble(
    'fails with the error of a run when nothing recovers it, after the breaker has counted it',
    (m) => {
      const source = m.hot('   -a-b|');
      const breaker = createCircuitBreaker({ trip });
      const result = source.pipe(circuitBreakMap((v) => throwError(() => v), { breaker }));

      m.expectObservable(result).toBe('-#', undefined, 'a');
      m.flush();
      expect(breaker.state).toBe('open');
    },
  );

  marble('counts a throw in project as a failure of the run', (m) => {
    const breaker = createCircuitBreaker({ trip });
    const boom = new Error('boom');
    const result = m.hot('-a|').pipe(
      circuitBreakMap(
        (): Observable<never> => {
          throw boom;
        },
        { breaker, recover: (error) => of(error === boom ? 'f' : 'other') },
      ),
    );

    m.expectObservable(result).toBe('-f|');
    m.flush();
    expect(breaker.state).toBe('open');
  });

  marble('stops the run when unsubscribed, and gives its permit back', (m) => {
    const source = m.hot('   -a---');
    const run = m.cold('      -----v|');
    const unsub = '          ---!';
    const breaker = createCircuitBreaker({ trip });

    m.expectObservable(source.pipe(circuitBreakMap(() => run, { breaker })), unsub).toBe('---');
    m.expectSubscriptions(run.subscriptions).toBe('-^-!');
    m.flush();
    expect(breaker.state).toBe('closed');
  });

  marble('stops the wait when unsubscribed, and starts no run', (m) => {
    const source = m.hot('   -a-b---------');
    const unsub = '          ----!';
    const runs: string[] = [];
    const result = source.pipe(
      circuitBreakMap(
        (v) => {
          runs.push(v);
          return throwError(() => v);
        },
        { breaker: { trip, openForMs: 6 }, recover: failed },
      ),
    );

    m.expectObservable(result, unsub).toBe('-f--');
    m.flush();
    expect(runs).toEqual(['a']);
  });

  marble('keeps a newest value per subscription, and shares the breaker', (m) => {
    const source = m.hot('   -a-b-----|');
    const result = source.pipe(
      circuitBreakMap((v) => (v === 'a' ? throwError(() => v) : of(v)), {
        breaker: { trip, openForMs: 4 },
        recover: failed,
      }),
    );

    m.expectObservable(result).toBe('-f---b---|');
    m.expectObservable(result, '--^').toBe('-----b---|');
  });

  marble(
    'runs the value that arrives in the frame in which the wait ends, and not the old one',
    (m) => {
      const source = m.hot('   -a-b-c---|');
      const result = source.pipe(
        circuitBreakMap((v) => (v === 'a' ? throwError(() => v) : of(v)), {
          breaker: { trip, openForMs: 4 },
          recover: failed,
        }),
      );

      m.expectObservable(result).toBe('-f---c---|');
    },
  );

  it('numbers the runs that were made, from 0', () => {
    const source = new Subject<string>();
    const numbers: number[] = [];
    source
      .pipe(
        circuitBreakMap(
          (v, run) => {
            numbers.push(run);
            return v === 'x' ? throwError(() => v) : of(v);
          },
          { breaker: { trip }, whenOpen: 'skip', recover: failed },
        ),
      )
      .subscribe();
    for (const value of ['a', 'b', 'x', 'skipped']) source.next(value);
    expect(numbers).toEqual([0, 1, 2]);
  });
});
