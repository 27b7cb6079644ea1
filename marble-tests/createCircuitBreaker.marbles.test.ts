import { EMPTY, ignoreElements, map, mergeMap, type Observable, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { circuitBreak } from '../src/operators/circuitBreak.js';
import {
  type CircuitBreaker,
  createCircuitBreaker,
} from '../src/operators/createCircuitBreaker.js';
import { consecutive } from '../src/policies/breaker/consecutive.js';
import { marble } from './support/marble.js';

/** An attempt for each value: those of `failing$` fail, those of `succeeding$` do not. */
const run = (
  breaker: CircuitBreaker,
  failing$: Observable<unknown>,
  succeeding$?: Observable<unknown>,
): void => {
  const failed = throwError(() => new Error('broken')).pipe(circuitBreak(breaker));
  failing$.subscribe(() => failed.subscribe({ error: () => {} }));
  succeeding$
    ?.pipe(mergeMap(() => EMPTY.pipe(circuitBreak(breaker), ignoreElements())))
    .subscribe();
};

describe('createCircuitBreaker', () => {
  marble('opens, probes and closes, and emits each state', (m) => {
    const failing = m.hot('    -x-x');
    const succeeding = m.hot(' --------x');
    const expected = '         c--o----(hc)';
    const breaker = createCircuitBreaker({ trip: consecutive(2), openForMs: 5 });
    const names = { c: 'closed', o: 'open', h: 'half-open' };

    m.expectObservable(breaker.state$).toBe(expected, names);
    run(breaker, failing, succeeding);
  });

  marble('replays the state to a late reader, but no transition', (m) => {
    const breaker = createCircuitBreaker({ trip: consecutive(1), openForMs: 50 });
    const told = breaker.transition$.pipe(map((t) => t.reason));

    m.expectObservable(breaker.state$, '---^').toBe('---o', { o: 'open' });
    m.expectObservable(told, '^').toBe('-r', { r: '1 failure in a row' });
    m.expectObservable(told, '---^').toBe('----');
    run(breaker, m.hot('-x'));
  });

  it('emits the states to every reader in order when one of them changes the state', () => {
    const breaker = createCircuitBreaker({ trip: consecutive(1) });
    const first: string[] = [];
    const second: string[] = [];
    breaker.state$.subscribe((state) => {
      first.push(state);
      if (state === 'open') breaker.reset();
    });
    breaker.state$.subscribe((state) => second.push(state));
    const release = breaker.isolate();

    expect(first).toEqual(['closed', 'open', 'closed']);
    expect(second).toEqual(first);
    release();
    expect(breaker.state).toBe('closed');
  });
});
