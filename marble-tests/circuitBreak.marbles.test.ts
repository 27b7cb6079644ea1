import { defer, NEVER, Observable, Subject, take, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { backoffRetry } from '../src/operators/backoffRetry.js';
import { circuitBreak } from '../src/operators/circuitBreak.js';
import { createCircuitBreaker } from '../src/operators/createCircuitBreaker.js';
import { constant } from '../src/policies/backoff/constant.js';
import { exponential } from '../src/policies/backoff/exponential.js';
import { CircuitOpenError } from '../src/policies/breaker/CircuitOpenError.js';
import { consecutive } from '../src/policies/breaker/consecutive.js';
import { marble } from './support/marble.js';

/** What an open breaker answers, without the cause. */
const refusal = (retryAfterMs: number, openedAtMs: number, cause: unknown = 'error') =>
  new CircuitOpenError({ breaker: 'circuit', retryAfterMs, openedAtMs }, cause);

const trip = consecutive(1);
const stateNames = { c: 'closed', o: 'open', h: 'half-open' };

describe('circuitBreak', () => {
  marble('refuses while open, probes when the open time has passed, and closes on success', (m) => {
    const broken = m.cold('   --#');
    const mended = m.cold('   --a|');
    const first = '           --#';
    const second = '          ---#';
    const third = '           ---------a|';
    let isBroken = true;

    const guarded = defer(() => (isBroken ? broken : mended)).pipe(
      circuitBreak({ trip, openForMs: 5 }),
    );

    m.expectObservable(guarded).toBe(first);
    m.expectObservable(guarded, '---^').toBe(second, undefined, refusal(4, 2));
    m.cold('----x').subscribe(() => (isBroken = false));
    m.expectObservable(guarded, '-------^').toBe(third);
    m.expectSubscriptions(broken.subscriptions).toBe('^-!');
    m.expectSubscriptions(mended.subscriptions).toBe('-------^--!');
  });

  marble('passes on values and completion while closed', (m) => {
    const source = m.cold(' a-b-|');
    m.expectObservable(source.pipe(circuitBreak({}))).toBe('a-b-|');
    m.expectSubscriptions(source.subscriptions).toBe('^---!');
  });

  marble('opens at the last failure of a run, and not before', (m) => {
    const breaker = createCircuitBreaker({ trip: consecutive(3) });
    const source = m.cold(' -#');
    const guarded = source.pipe(circuitBreak(breaker));

    m.expectObservable(guarded).toBe('-#');
    m.expectObservable(guarded, '--^').toBe('---#');
    m.expectObservable(guarded, '----^').toBe('-----#');
    m.expectObservable(guarded, '------^').toBe('------#', undefined, refusal(59_999, 5));
    m.expectObservable(breaker.state$).toBe('c----o', stateNames);
    m.expectSubscriptions(source.subscriptions).toBe(['^!', '--^!', '----^!']);
  });

  marble('admits the probe at openForMs exactly, and not a millisecond before', (m) => {
    const source = m.cold(' #');
    const guarded = source.pipe(circuitBreak({ trip, openForMs: 5 }));

    m.expectObservable(guarded).toBe('#');
    m.expectObservable(guarded, '----^').toBe('----#', undefined, refusal(1, 0));
    m.expectObservable(guarded, '-----^').toBe('-----#');
    m.expectSubscriptions(source.subscriptions).toBe(['(^!)', '-----(^!)']);
  });

  marble('opens again when the probe fails, for the next wait on the curve', (m) => {
    const breaker = createCircuitBreaker({ trip, openForMs: exponential({ initialMs: 2 }) });
    const seen: unknown[] = [];
    breaker.transition$.subscribe((t) => seen.push([t.from, t.to, t.reason, t.retryAtMs]));
    const guarded = throwError(() => 'error').pipe(circuitBreak(breaker));

    m.expectObservable(guarded).toBe('#');
    m.expectObservable(guarded, '--^').toBe('--#');
    m.expectObservable(guarded, '---^').toBe('---#', undefined, refusal(3, 2));
    m.expectObservable(guarded, '------^').toBe('------#');
    m.expectObservable(guarded, '-------^').toBe('-------#', undefined, refusal(7, 6));
    m.flush();
    expect(seen).toEqual([
      ['closed', 'open', '1 failure in a row', 2],
      ['open', 'half-open', 'open for 2 ms', null],
      ['half-open', 'open', 'a probe failed', 6],
      ['open', 'half-open', 'open for 4 ms', null],
      ['half-open', 'open', 'a probe failed', 14],
    ]);
  });

  marble('starts the open time over when a probe has closed it', (m) => {
    const attempts = ['#', '#', '|', '#'].map((diagram) => m.cold(diagram));
    let n = 0;
    const guarded = defer(() => attempts[n++]!).pipe(
      circuitBreak({ trip, openForMs: exponential({ initialMs: 2 }) }),
    );

    m.expectObservable(guarded).toBe('#');
    m.expectObservable(guarded, '--^').toBe('--#');
    m.expectObservable(guarded, '------^').toBe('------|');
    m.expectObservable(guarded, '-------^').toBe('-------#');
    m.expectObservable(guarded, '--------^').toBe('--------#', undefined, refusal(1, 7));
  });

  marble(
    'refuses a second attempt while the probe is under way, and says when to try again',
    (m) => {
      const attempts = [m.cold('#'), m.cold('----a|')];
      let n = 0;
      const guarded = defer(() => attempts[n++]!).pipe(circuitBreak({ trip, openForMs: 3 }));

      m.expectObservable(guarded).toBe('#');
      m.expectObservable(guarded, '---^').toBe('-------a|');
      m.expectObservable(guarded, '----^').toBe('----#', undefined, refusal(3, 0));
    },
  );

  marble('admits probeCount probes at a time', (m) => {
    const attempts = [m.cold('#'), m.cold('----|'), m.cold('------|')];
    let n = 0;
    const guarded = defer(() => attempts[n++]!).pipe(
      circuitBreak({ trip, openForMs: 3, probeCount: 2 }),
    );

    m.expectObservable(guarded).toBe('#');
    m.expectObservable(guarded, '---^').toBe('-------|');
    m.expectObservable(guarded, '---^').toBe('---------|');
    m.expectObservable(guarded, '---^').toBe('---#', undefined, refusal(3, 0));
  });

  marble('gives the permit back when the reader unsubscribes before a value', (m) => {
    const attempts = [m.cold('#'), NEVER, m.cold('-|')];
    const breaker = createCircuitBreaker({ trip, openForMs: 5 });
    let n = 0;
    const guarded = defer(() => attempts[n++]!).pipe(circuitBreak(breaker));

    m.expectObservable(guarded).toBe('#');
    m.expectObservable(guarded, '-----^-!').toBe('-');
    m.expectObservable(guarded, '-------^').toBe('--------|');
    m.expectObservable(breaker.state$, '-^').toBe('-o---h--c', stateNames);
  });

  marble('counts a reader that unsubscribes after a value as a success', (m) => {
    const attempts = [m.cold('#'), m.cold('-a---')];
    const breaker = createCircuitBreaker({ trip, openForMs: 5 });
    let n = 0;
    const guarded = defer(() => attempts[n++]!).pipe(circuitBreak(breaker));

    m.expectObservable(guarded).toBe('#');
    m.expectObservable(guarded.pipe(take(1)), '-----^').toBe('------(a|)');
    m.expectObservable(breaker.state$, '-^').toBe('-o---hc', stateNames);
  });

  marble(
    'counts a probe as failed once it takes longer than probeTimeoutMs, and lets it run on',
    (m) => {
      const attempts = [m.cold('#'), m.cold('-------a|'), m.cold('|')];
      const breaker = createCircuitBreaker({ trip, openForMs: 5, probeTimeoutMs: 3 });
      let n = 0;
      const guarded = defer(() => attempts[n++]!).pipe(circuitBreak(breaker));
      const late = new Error('circuit: a probe took longer than 3 ms');

      m.expectObservable(guarded).toBe('#');
      m.expectObservable(guarded, '-----^').toBe('------------a|');
      m.expectObservable(guarded, '------^').toBe('------#', undefined, refusal(3, 0));
      m.expectObservable(guarded, '---------^').toBe('---------#', undefined, refusal(4, 8, late));
      m.expectObservable(breaker.state$, '-^ 13ms !').toBe('-o---h--o', stateNames);
    },
  );

  marble('ignores the results of attempts that began before the last change of state', (m) => {
    const attempts = [m.cold('---------|'), m.cold('--------#'), m.cold('#'), m.cold('------|')];
    const breaker = createCircuitBreaker({ trip, openForMs: 5 });
    let n = 0;
    const guarded = defer(() => attempts[n++]!).pipe(circuitBreak(breaker));

    m.expectObservable(guarded).toBe('---------|');
    m.expectObservable(guarded).toBe('--------#');
    m.expectObservable(guarded, '-^').toBe('-#');
    m.expectObservable(guarded, '------^').toBe('------------|');
    // The failure at 8 and the success at 9 began while it was closed: only the probe counts.
    m.expectObservable(breaker.state$).toBe('co----h-----c', stateNames);
  });

  marble('counts nothing that classify ignores, and the rest as classify says', (m) => {
    const attempts = ['#', '#', '|', '|'].map((diagram, i) => m.cold(diagram, {}, `error ${i}`));
    const breaker = createCircuitBreaker({
      trip,
      classify: (outcome) => {
        if (!('error' in outcome)) return 'failure';
        return outcome.error === 'error 0' ? 'ignore' : 'success';
      },
    });
    let n = 0;
    const guarded = defer(() => attempts[n++]!).pipe(circuitBreak(breaker));

    const counted = new Error('circuit: 1 failure in a row');
    m.expectObservable(guarded).toBe('#', undefined, 'error 0');
    m.expectObservable(guarded, '-^').toBe('-#', undefined, 'error 1');
    m.expectObservable(guarded, '--^').toBe('--|');
    m.expectObservable(guarded, '---^').toBe('---#', undefined, refusal(59_999, 2, counted));
    m.expectObservable(breaker.state$).toBe('c-o', stateNames);
  });

  marble('ends with what classify throws, and gives the permit back', (m) => {
    const boom = new Error('boom');
    const breaker = createCircuitBreaker({
      trip,
      classify: () => {
        throw boom;
      },
    });

    m.expectObservable(m.cold('-#').pipe(circuitBreak(breaker))).toBe('-#', undefined, boom);
    m.expectObservable(m.cold('-|').pipe(circuitBreak(breaker))).toBe('-#', undefined, boom);
    m.expectObservable(breaker.state$).toBe('c', stateNames);
  });

  marble('opens on attempts that are slow while they are still under way', (m) => {
    const source = m.cold('----------a|');
    const breaker = createCircuitBreaker({ trip: consecutive(2), slow: { afterMs: 4, ratio: 1 } });
    const guarded = source.pipe(circuitBreak(breaker));
    const slow = new Error('circuit: 2 slow attempts in 2 attempts');

    m.expectObservable(guarded).toBe('----------a|');
    m.expectObservable(guarded, '-^').toBe('-----------a|');
    m.expectObservable(guarded, '------^').toBe('------#', undefined, refusal(59_999, 5, slow));
    m.expectObservable(breaker.state$, '^-----------!').toBe('c----o', stateNames);
  });

  marble('refuses nothing in shadow mode, and changes state as if it did', (m) => {
    const attempts = [m.cold('#'), m.cold('-a|'), m.cold('|')];
    const breaker = createCircuitBreaker({ trip, openForMs: 5, mode: 'shadow' });
    let n = 0;
    const guarded = defer(() => attempts[n++]!).pipe(circuitBreak(breaker));

    m.expectObservable(guarded).toBe('#');
    m.expectObservable(guarded, '-^').toBe('--a|');
    m.expectObservable(guarded, '-----^').toBe('-----|');
    m.expectObservable(breaker.state$, '-^').toBe('-o---(hc)', stateNames);
  });

  marble('refuses while isolated, with a finite retryAfterMs, and is as before afterwards', (m) => {
    const source = m.cold(' |');
    const breaker = createCircuitBreaker({});
    const guarded = source.pipe(circuitBreak(breaker));
    const byHand = new Error('circuit: isolated by hand');
    const release: (() => void)[] = [];
    m.cold('-x').subscribe(() => release.push(breaker.isolate(), breaker.isolate()));
    m.cold('---x').subscribe(() => release[0]!());
    m.cold('-----x').subscribe(() => release[1]!());

    m.expectObservable(guarded).toBe('|');
    m.expectObservable(guarded, '--^').toBe('--#', undefined, refusal(60_000, 1, byHand));
    m.expectObservable(guarded, '----^').toBe('----#', undefined, refusal(60_000, 1, byHand));
    m.expectObservable(guarded, '------^').toBe('------|');
    m.expectObservable(breaker.state$).toBe('co---c', stateNames);
  });

  marble('probes at once on probeNow, and at the end of probeGapMs when that is not over', (m) => {
    const source = m.cold('#');
    const breaker = createCircuitBreaker({ trip, openForMs: 50, probeGapMs: 4 });
    const guarded = source.pipe(circuitBreak(breaker));
    const granted: boolean[] = [];
    m.cold('-x-x-x').subscribe(() => granted.push(breaker.probeNow()));

    m.expectObservable(guarded).toBe('#');
    m.expectObservable(guarded, '-^').toBe('-#');
    const until = 'probeGap';
    const error = { breaker: 'circuit', retryAfterMs: 2, openedAtMs: 1, until } as const;
    m.expectObservable(guarded, '---^').toBe(
      '---#',
      undefined,
      new CircuitOpenError(error, 'error'),
    );
    m.expectObservable(guarded, '-----^').toBe('-----#');
    m.expectSubscriptions(source.subscriptions).toBe(['(^!)', '-(^!)', '-----(^!)']);
    m.flush();
    expect(granted).toEqual([true, false, true]);
  });

  marble('shares one breaker between the subscriptions of a pipe, and makes one per pipe', (m) => {
    const source = m.cold('#');
    const one = source.pipe(circuitBreak({ trip }));
    const other = source.pipe(circuitBreak({ trip }));

    m.expectObservable(one).toBe('#');
    m.expectObservable(one, '-^').toBe('-#', undefined, refusal(59_999, 0));
    m.expectObservable(other, '-^').toBe('-#');
  });

  marble('admits one of two readers that come in the frame in which the open time ends', (m) => {
    const attempts = [m.cold('#'), m.cold('-|')];
    let n = 0;
    const guarded = defer(() => attempts[n++]!).pipe(circuitBreak({ trip, openForMs: 3 }));

    m.expectObservable(guarded).toBe('#');
    m.expectObservable(guarded, '---^').toBe('----|');
    m.expectObservable(guarded, '---^').toBe('---#', undefined, refusal(3, 0));
  });

  marble('makes backoffRetry after it wait, and count only attempts that were made', (m) => {
    const attempts = [m.cold('-#'), m.cold('-#'), m.cold('-a|')];
    let n = 0;
    const seen: [number, number][] = [];
    const result = defer(() => attempts[n++]!).pipe(
      circuitBreak({ trip: consecutive(2), openForMs: 10 }),
      backoffRetry({
        delay: constant(2),
        maxRetries: 2,
        onRetry: ({ attempt, delayMs }) => seen.push([attempt, delayMs]),
      }),
    );

    // Fails at 1 and 4, is refused at 6 for 8 more, and probes at 14.
    m.expectObservable(result).toBe('---------------a|');
    m.flush();
    expect(seen).toEqual([
      [1, 2],
      [2, 2],
      [2, 8],
    ]);
  });

  it('stops a synchronous source as soon as its reader has enough', () => {
    const produced: number[] = [];
    const source = new Observable<number>((subscriber) => {
      for (let i = 0; !subscriber.closed && i < 10; i++) {
        produced.push(i);
        subscriber.next(i);
      }
    });
    source.pipe(circuitBreak({}), take(3)).subscribe();

    expect(produced).toEqual([0, 1, 2]);
  });

  it('passes a value that its reader pushes back into the source', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source.pipe(circuitBreak({})).subscribe((n) => {
      seen.push(n);
      if (n < 3) source.next(n + 1);
    });
    source.next(1);
    expect(seen).toEqual([1, 2, 3]);
  });

  it('leaves nothing in the scheduler when an attempt ends', () => {
    const scheduler = new TestScheduler(() => {});
    const config = { scheduler, trip, slow: { afterMs: 10, ratio: 1 }, probeTimeoutMs: 10 };
    const breaker = createCircuitBreaker(config);
    const source = new Subject<number>();
    source.pipe(circuitBreak(breaker)).subscribe();
    const during = scheduler.actions.length;
    source.complete();
    scheduler.flush();
    expect([during, scheduler.frame]).toEqual([1, 0]);
  });

  it('throws for a breaker of another library when the operator is called', () => {
    const { name, state$, transition$, snapshot, restore, reset, isolate, probeNow } =
      createCircuitBreaker();
    const state = 'closed';
    const stranger = {
      ...{ name, state, state$, transition$ },
      ...{ snapshot, restore, reset, isolate, probeNow },
    };
    expect(() => circuitBreak(stranger)).toThrow(TypeError);
  });
});
