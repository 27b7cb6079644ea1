import { isLeft, isRight } from 'fp-ts/lib/Either.js';
import { EMPTY, NEVER, Subject, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { circuitBreak } from '../../../src/operators/circuitBreak.js';
import {
  type CircuitBreaker,
  type CircuitBreakerConfig,
  createCircuitBreaker,
} from '../../../src/operators/createCircuitBreaker.js';
import type { CircuitOpenError } from '../../../src/policies/breaker/CircuitOpenError.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { failureRate } from '../../../src/policies/breaker/failureRate.js';
import { breakerByHand } from './breakerByHand.js';

const succeed = (breaker: CircuitBreaker): void => {
  EMPTY.pipe(circuitBreak(breaker)).subscribe({ error: () => {} });
};
const fail = (breaker: CircuitBreaker, error: unknown = new Error('broken')): void => {
  throwError(() => error)
    .pipe(circuitBreak(breaker))
    .subscribe({ error: () => {} });
};
/** The refusal of an attempt made now; undefined when it is admitted. */
const refusal = (breaker: CircuitBreaker): CircuitOpenError | undefined => {
  let seen: CircuitOpenError | undefined;
  NEVER.pipe(circuitBreak(breaker))
    .subscribe({ error: (error) => (seen = error) })
    .unsubscribe();
  return seen;
};

describe('options', () => {
  it.each<[CircuitBreakerConfig, string]>([
    [{ openForMs: 0 }, 'openForMs (0) is less than 1'],
    [{ openForMs: 2 ** 31 }, 'openForMs (2147483648) is more than 2147483647'],
    [{ openForMs: NaN }, 'openForMs (NaN) is not a number of at least 1'],
    [{ probeCount: 0 }, 'probeCount (0) is less than 1'],
    [{ probeCount: 1.5 }, 'probeCount (1.5) is not a whole number of at least 1'],
    [{ probeTimeoutMs: 0 }, 'probeTimeoutMs (0) is less than 1'],
    [{ probeGapMs: -1 }, 'probeGapMs (-1) is less than 0'],
    [{ slow: { afterMs: 0, ratio: 0.5 } }, 'slow.afterMs (0) is less than 1'],
    [{ slow: { afterMs: 5, ratio: 1.5 } }, 'slow.ratio (1.5) is more than 1'],
    [{ slow: { afterMs: 5, ratio: 0 } }, 'slow.ratio (0) is less than 0.000001'],
    [JSON.parse('{"mode":"loud"}'), 'mode (loud) is not one of enforce, shadow'],
    [JSON.parse('{"trip":{"_tag":"x"}}'), 'trip (x) is not one of consecutive, failureRate'],
  ])('%j throws when the breaker is made', (config, message) => {
    const error = new RangeError(`createCircuitBreaker: ${message}`);
    expect(() => createCircuitBreaker(config)).toThrow(error);
    expect(() => circuitBreak(config)).toThrow(error);
  });

  const window = { count: 10 };
  it.each([
    [() => consecutive(0), 'consecutive: failureCount (0) is less than 1'],
    [() => consecutive(2.5), 'consecutive: failureCount (2.5) is not a whole number of at least 1'],
    [
      () => failureRate({ ratio: 0, minimumCount: 1, window }),
      'failureRate: ratio (0) is less than 0.000001',
    ],
    [
      () => failureRate({ ratio: 1.1, minimumCount: 1, window }),
      'failureRate: ratio (1.1) is more than 1',
    ],
    [
      () => failureRate({ ratio: 0.5, minimumCount: 0, window }),
      'failureRate: minimumCount (0) is less than 1',
    ],
    [
      () => failureRate({ ratio: 0.5, minimumCount: 11, window }),
      'failureRate: window.count (10) is less than minimumCount (11)',
    ],
    [
      () => failureRate({ ratio: 0.5, minimumCount: 1, window: { count: 2_000_000 } }),
      'failureRate: window.count (2000000) is more than 1000000',
    ],
    [
      () => failureRate({ ratio: 0.5, minimumCount: 1, window: { ms: 0 } }),
      'failureRate: window.ms (0) is less than 1',
    ],
  ])('a trip policy that cannot work throws: %#', (make, message) => {
    expect(make).toThrow(new RangeError(message));
  });
});

describe('tripping', () => {
  it('starts the run again at a success between failures', () => {
    const { breaker } = breakerByHand({ trip: consecutive(2) });
    fail(breaker);
    succeed(breaker);
    fail(breaker);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  it('opens a rate over a count at the ratio, and not below the minimum count', () => {
    const { breaker, transitions } = breakerByHand({
      trip: failureRate({ ratio: 0.5, minimumCount: 4, window: { count: 6 } }),
    });
    fail(breaker);
    fail(breaker);
    succeed(breaker);
    expect(breaker.state).toBe('closed');
    // This success completes the minimum of four, of which half have failed.
    succeed(breaker);
    expect(breaker.state).toBe('open');
    expect(transitions.map(({ reason }) => reason)).toEqual(['2 failures in 4 attempts']);
    expect(refusal(breaker)!.cause).toEqual(new Error('broken'));
  });

  it('forgets what has left the window of a rate over a count', () => {
    const { breaker } = breakerByHand({
      trip: failureRate({ ratio: 0.5, minimumCount: 4, window: { count: 4 } }),
    });
    fail(breaker);
    for (let i = 0; i < 4; i++) succeed(breaker);
    fail(breaker);
    expect(breaker.state).toBe('closed');
    fail(breaker);
    expect(breaker.state).toBe('open');
  });

  it('counts an outcome for the length of a window of time, to the millisecond', () => {
    const trip = failureRate({ ratio: 1, minimumCount: 2, window: { ms: 1_000 } });
    const within = breakerByHand({ trip });
    fail(within.breaker);
    within.clock.nowMs += 999;
    fail(within.breaker);
    expect(within.breaker.state).toBe('open');
    expect(within.transitions[0]!.reason).toBe('2 failures in 2 attempts within 1000 ms');

    const past = breakerByHand({ trip });
    fail(past.breaker);
    past.clock.nowMs += 1_000;
    fail(past.breaker);
    expect(past.breaker.state).toBe('closed');
  });

  it('counts slow attempts in a window of their own, in which a failure is not slow', () => {
    const clock = new TestScheduler(() => {});
    const breaker = createCircuitBreaker({
      trip: failureRate({ ratio: 1, minimumCount: 2, window: { ms: 100 } }),
      slow: { afterMs: 10, ratio: 0.5 },
      scheduler: clock,
    });
    const [slow, quick] = [new Subject<never>(), new Subject<never>()];
    slow.pipe(circuitBreak(breaker)).subscribe();
    quick.pipe(circuitBreak(breaker)).subscribe({ error: () => {} });
    quick.error('quick failure');
    expect(breaker.state).toBe('closed');
    clock.flush();
    expect([clock.now(), breaker.state]).toEqual([10, 'open']);
  });

  it('counts a slow attempt once, when it passes the limit', () => {
    const clock = new TestScheduler(() => {});
    const breaker = createCircuitBreaker({
      trip: failureRate({ ratio: 1, minimumCount: 3, window: { count: 3 } }),
      slow: { afterMs: 10, ratio: 0.6 },
      scheduler: clock,
    });
    const attempts = [new Subject<never>(), new Subject<never>()];
    for (const attempt of attempts) attempt.pipe(circuitBreak(breaker)).subscribe();
    clock.flush();
    for (const attempt of attempts) attempt.complete();
    // Two attempts, both slow: below the minimum of three.
    expect(breaker.state).toBe('closed');
    succeed(breaker);
    expect(breaker.state).toBe('open');
  });

  it('counts an attempt that is ignored, or given back, as neither slow nor quick', () => {
    const clock = new TestScheduler(() => {});
    const breaker = createCircuitBreaker({
      trip: consecutive(2),
      slow: { afterMs: 10, ratio: 0.5 },
      scheduler: clock,
    });
    NEVER.pipe(circuitBreak(breaker)).subscribe().unsubscribe();
    NEVER.pipe(circuitBreak(breaker)).subscribe();
    clock.flush();
    expect(breaker.state).toBe('closed');
  });
});

describe('open', () => {
  it('says when it opened, when to try again, and why', () => {
    const { breaker, clock, transitions } = breakerByHand({ name: 'greeter' });
    const cause = new Error('line 3');
    fail(breaker, cause);
    clock.nowMs += 30.5;
    const error = refusal(breaker)!;
    expect(error).toMatchObject({ breaker: 'greeter', retryAfterMs: 70, openedAtMs: 1_000, cause });
    expect(error.message).toBe('greeter: the circuit is open; the next attempt is due in 70 ms');
    expect(transitions[0]!.retryAtMs).toBe(1_100);
  });

  it('waits at most the open time longer when the clock steps back', () => {
    const { breaker, clock } = breakerByHand();
    fail(breaker);
    clock.nowMs -= 3_600_000;
    expect(refusal(breaker)!.retryAfterMs).toBe(100);
    clock.nowMs += 99;
    expect(refusal(breaker)!.retryAfterMs).toBe(1);
    clock.nowMs += 1;
    expect(refusal(breaker)).toBeUndefined();
  });

  it('probes when the clock leaps forward', () => {
    const { breaker, clock } = breakerByHand();
    fail(breaker);
    clock.nowMs += 10 * 365 * 86_400_000;
    expect(refusal(breaker)).toBeUndefined();
  });

  it.each([
    [() => NaN, '1 failure in a row; openForMs returned NaN, so 60000 ms'],
    [
      () => {
        throw new Error('no idea');
      },
      '1 failure in a row; openForMs threw (no idea), so 60000 ms',
    ],
    [() => undefined, '1 failure in a row'],
  ])(
    'opens for a minute when openForMs gives no usable answer, and says so: %#',
    (openForMs, reason) => {
      const { breaker, transitions } = breakerByHand({ openForMs });
      fail(breaker);
      expect(transitions).toEqual([{ from: 'closed', to: 'open', reason, retryAtMs: 61_000 }]);
    },
  );

  it('gives openForMs the number of the opening, the error and the time before', () => {
    const calls: unknown[][] = [];
    const { breaker, clock } = breakerByHand({
      openForMs: (...args) => {
        calls.push(args);
        return 10 * args[0];
      },
    });
    for (const error of ['a', 'b']) {
      fail(breaker, error);
      clock.nowMs += 100;
    }
    succeed(breaker);
    fail(breaker, 'c');
    expect(calls).toEqual([
      [1, 'a', 0],
      [2, 'b', 10],
      [1, 'c', 0],
    ]);
  });

  it('gives the probe to the attempt that came, and not to a listener that asks during the report', () => {
    const { breaker, clock } = breakerByHand();
    fail(breaker);
    clock.nowMs += 100;
    const answers: (CircuitOpenError | undefined)[] = [];
    breaker.transition$.subscribe(({ to }) => {
      if (to === 'half-open') answers.push(refusal(breaker));
    });
    expect(refusal(breaker)).toBeUndefined();
    expect(answers[0]).toMatchObject({ retryAfterMs: 100 });
  });
});

describe('by hand', () => {
  it('closes on reset, which ends every isolation and starts the counts over', () => {
    const { breaker, transitions } = breakerByHand({ trip: consecutive(2) });
    fail(breaker);
    const release = breaker.isolate();
    breaker.reset();
    expect(breaker.state).toBe('closed');
    release();
    fail(breaker);
    expect(breaker.state).toBe('closed');
    expect(transitions.map(({ to, reason }) => [to, reason])).toEqual([
      ['open', 'isolated by hand'],
      ['closed', 'reset by hand'],
    ]);
    breaker.reset();
    expect(transitions).toHaveLength(2);
  });

  it('has no end and no probe while it is isolated', () => {
    const { breaker, clock, transitions } = breakerByHand();
    const release = breaker.isolate();
    expect(transitions[0]!.retryAtMs).toBeNull();
    clock.nowMs += 1e9;
    expect(breaker.probeNow()).toBe(false);
    expect(refusal(breaker)!.retryAfterMs).toBe(60_000);
    release();
    release();
    expect(breaker.state).toBe('closed');
  });

  it('ignores an attempt that was under way when it was isolated', () => {
    const { breaker } = breakerByHand();
    const attempt = new Subject<never>();
    attempt.pipe(circuitBreak(breaker)).subscribe({ error: () => {} });
    breaker.isolate()();
    attempt.error('late');
    expect(breaker.state).toBe('closed');
  });

  it('probes again after isolation in half-open, and ignores the probe from before', () => {
    const { breaker, clock } = breakerByHand();
    fail(breaker);
    clock.nowMs += 100;
    const hung = NEVER.pipe(circuitBreak(breaker)).subscribe();
    breaker.isolate()();
    expect(breaker.state).toBe('half-open');
    succeed(breaker);
    expect(breaker.state).toBe('closed');
    hung.unsubscribe();
    expect(breaker.state).toBe('closed');
  });

  it('stays open for the rest of the open time after isolation, and then probes', () => {
    const { breaker, clock } = breakerByHand();
    fail(breaker);
    const release = breaker.isolate();
    clock.nowMs += 60;
    release();
    expect(refusal(breaker)!.retryAfterMs).toBe(40);
    clock.nowMs += 40;
    succeed(breaker);
    expect(breaker.state).toBe('closed');
  });

  it('says with probeNow whether the next attempt will be admitted', () => {
    const { breaker, clock } = breakerByHand({ probeGapMs: 10 });
    expect(breaker.probeNow()).toBe(true);
    fail(breaker);
    expect(breaker.probeNow()).toBe(true);
    expect(breaker.state).toBe('half-open');
    const probe = NEVER.pipe(circuitBreak(breaker)).subscribe();
    expect(breaker.probeNow()).toBe(false);
    probe.unsubscribe();
    expect(breaker.probeNow()).toBe(true);
    fail(breaker);
    expect(breaker.probeNow()).toBe(false);
    clock.nowMs += 10;
    expect(breaker.probeNow()).toBe(true);
    fail(breaker);
    clock.nowMs += 100;
    expect(breaker.probeNow()).toBe(true);
    expect(breaker.state).toBe('open');
    expect(refusal(breaker)).toBeUndefined();
  });
});

describe('snapshot and restore', () => {
  it('keeps the rest of the open time, through JSON', () => {
    const first = breakerByHand({ openForMs: (n) => 100 * n });
    fail(first.breaker, new Error('line 3'));
    first.clock.nowMs += 30;
    const snapshot: unknown = JSON.parse(JSON.stringify(first.breaker.snapshot()));

    const second = breakerByHand({ openForMs: (n) => 100 * n });
    second.clock.nowMs = 1_040;
    expect(isRight(second.breaker.restore(snapshot))).toBe(true);
    expect(second.transitions).toEqual([
      { from: 'closed', to: 'open', reason: 'restored from a snapshot', retryAtMs: 1_100 },
    ]);
    expect(refusal(second.breaker)).toMatchObject({
      retryAfterMs: 60,
      openedAtMs: 1_000,
      cause: new Error('line 3'),
    });
    second.clock.nowMs += 60;
    fail(second.breaker);
    expect(refusal(second.breaker)!.retryAfterMs).toBe(200);
  });

  it('waits no longer than was left when the clock is set back in between', () => {
    const first = breakerByHand();
    fail(first.breaker);
    const second = breakerByHand();
    second.clock.nowMs = -1e9;
    second.breaker.restore(first.breaker.snapshot());
    expect(refusal(second.breaker)!.retryAfterMs).toBe(100);
  });

  it('ignores permits that were given before', () => {
    const { breaker } = breakerByHand();
    const attempt = new Subject<never>();
    attempt.pipe(circuitBreak(breaker)).subscribe({ error: () => {} });
    breaker.restore(breaker.snapshot());
    attempt.error('late');
    expect(breaker.state).toBe('closed');
  });

  it.each([
    ['consecutive', consecutive(3)],
    ['count', failureRate({ ratio: 0.75, minimumCount: 3, window: { count: 4 } })],
    ['time', failureRate({ ratio: 0.75, minimumCount: 3, window: { ms: 500 } })],
  ])('keeps what was counted: %s', (_, trip) => {
    const first = breakerByHand({ trip });
    fail(first.breaker);
    fail(first.breaker);
    const second = breakerByHand({ trip });
    second.breaker.restore(first.breaker.snapshot());
    expect(second.breaker.state).toBe('closed');
    fail(second.breaker);
    expect(second.breaker.state).toBe('open');
  });

  it('ages what was counted by the time between snapshot and restore', () => {
    const trip = failureRate({ ratio: 1, minimumCount: 2, window: { ms: 500 } });
    const first = breakerByHand({ trip });
    fail(first.breaker);
    const second = breakerByHand({ trip });
    second.clock.nowMs += 500;
    second.breaker.restore(first.breaker.snapshot());
    fail(second.breaker);
    expect(second.breaker.state).toBe('closed');
  });

  it('opens at the next failure when a restored run is longer than the limit', () => {
    const first = breakerByHand({ trip: consecutive(9) });
    for (let i = 0; i < 8; i++) fail(first.breaker);
    const second = breakerByHand({ trip: consecutive(2) });
    second.breaker.restore(first.breaker.snapshot());
    expect(second.breaker.state).toBe('closed');
    fail(second.breaker);
    expect(second.breaker.state).toBe('open');
  });

  const good = {
    v: 1,
    state: 'open',
    takenAtMs: 0,
    openings: 1,
    openForMs: 100,
    openedAtMs: 0,
    leftMs: 50,
    cause: null,
    failures: [],
    slowness: [],
  };
  it.each([
    ['v', 2],
    ['state', 'ajar'],
    ['takenAtMs', '0'],
    ['openings', -1],
    ['openings', 1.5],
    ['openForMs', 2 ** 31],
    ['openForMs', null],
    ['openedAtMs', null],
    ['leftMs', 101],
    ['leftMs', -1],
    ['cause', {}],
    ['failures', {}],
    ['failures', [null]],
    ['failures', [{ ageMs: -1, count: 1, badCount: 0 }]],
    ['failures', [{ ageMs: 0, count: 0.5, badCount: 0 }]],
    ['failures', [{ ageMs: 0, count: 1, badCount: 2 }]],
    ['failures', [{ ageMs: 0, count: 3, badCount: 0.5 }]],
    ['slowness', 'none'],
    ['slowness', [{ ageMs: 0, count: '1', badCount: 0 }]],
    ['failures', [{ count: 1, badCount: 0 }]],
    ['takenAtMs', -Infinity],
    ['openings', '1'],
  ])('refuses %s: %j, says so, and changes nothing', (field, value) => {
    const { breaker, transitions } = breakerByHand();
    expect(isRight(breaker.restore(good))).toBe(true);
    breaker.reset();
    transitions.length = 0;
    const result = breaker.restore({ ...good, [field]: value });
    expect(isLeft(result) && result.left.message).toBe(
      `circuit: ${field} in the snapshot is not valid`,
    );
    expect([breaker.state, transitions]).toEqual(['closed', []]);
  });

  it.each([null, undefined, 3, 'open', []])('refuses %j', (snapshot) => {
    const result = breakerByHand().breaker.restore(snapshot);
    expect(isLeft(result) && result.left.message).toBe('circuit: the snapshot is not an object');
  });
});
