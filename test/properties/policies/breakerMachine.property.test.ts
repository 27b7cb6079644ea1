import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { BreakerMachine, Verdict } from '../../../src/policies/breaker/Breaker.js';
import { breakerMachine } from '../../../src/policies/breaker/breakerMachine.js';
import { breakerRules } from '../../../src/policies/breaker/breakerRules.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { failureRate } from '../../../src/policies/breaker/failureRate.js';
import type { TripPolicy } from '../../../src/policies/breaker/TripPolicy.js';

/**
 * The breaker again, as simple as possible: it keeps every outcome, and searches all of them. It has no slices, no running totals
 * and no era numbers: permits are objects, and a change of state forgets them.
 */
class ReferenceBreaker {
  state: 'closed' | 'open' | 'half-open' = 'closed';
  private outcomes: { readonly isBad: boolean; readonly atMs: number }[] = [];
  private live = new Set<object>();
  private openUntilMs = 0;
  private openings = 0;
  private nowMs = 0;

  constructor(
    private readonly trip: TripPolicy,
    private readonly openForMs: (openings: number) => number,
    private readonly probeCount: number,
  ) {}

  pass(ms: number): void {
    this.nowMs += ms;
  }

  admit(): object | undefined {
    if (this.state === 'open') {
      if (this.nowMs < this.openUntilMs) return undefined;
      this.become('half-open');
    }
    if (this.state === 'half-open' && this.live.size >= this.probeCount) return undefined;
    const permit = {};
    this.live.add(permit);
    return permit;
  }

  record(permit: object, verdict: Verdict): void {
    if (!this.live.delete(permit) || verdict === 'ignore') return;
    if (this.state === 'half-open') {
      if (verdict === 'failure') this.open();
      else this.close();
      return;
    }
    this.outcomes.push({ isBad: verdict === 'failure', atMs: this.nowMs });
    if (this.isTripped()) this.open();
  }

  private isTripped(): boolean {
    if (this.trip._tag === 'consecutive') {
      const last = this.outcomes.slice(-this.trip.failureCount);
      return last.length === this.trip.failureCount && last.every(({ isBad }) => isBad);
    }
    const { window, ratio, minimumCount } = this.trip;
    const seen =
      'count' in window
        ? this.outcomes.slice(-window.count)
        : this.outcomes.filter(({ atMs }) => this.nowMs - atMs < window.ms);
    const bad = seen.filter(({ isBad }) => isBad).length;
    return seen.length >= minimumCount && bad / seen.length >= ratio;
  }

  private open(): void {
    this.become('open');
    this.openings++;
    this.openUntilMs = this.nowMs + this.openForMs(this.openings);
  }

  private close(): void {
    this.become('closed');
    this.openings = 0;
    this.outcomes = [];
  }

  private become(state: 'closed' | 'open' | 'half-open'): void {
    this.state = state;
    this.live = new Set();
  }
}

const ratio = fc.constantFrom(0.1, 0.25, 0.5, 0.6, 1);
const trip = fc.oneof(
  fc.integer({ min: 1, max: 4 }).map(consecutive),
  fc
    .record({
      ratio,
      minimumCount: fc.integer({ min: 1, max: 5 }),
      count: fc.integer({ min: 5, max: 8 }),
    })
    .map(({ count, ...o }) => failureRate({ ...o, window: { count } })),
  fc
    .record({
      ratio,
      minimumCount: fc.integer({ min: 1, max: 5 }),
      ms: fc.integer({ min: 1, max: 60 }),
    })
    .map(({ ms, ...o }) => failureRate({ ...o, window: { ms } })),
);

const step = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ do: 'admit' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('record' as const),
      which: fc.nat(20),
      verdict: fc.constantFrom<Verdict>('success', 'failure', 'failure', 'ignore'),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(30) }) },
);

const drawn: Readonly<Record<string, readonly string[]>> = {
  closed: ['open'],
  open: ['half-open'],
  'half-open': ['closed', 'open'],
};

it('does what the plain breaker does, at every step', () => {
  const moves = new Map<string, number>();
  fc.assert(
    fc.property(
      trip,
      fc.integer({ min: 1, max: 3 }),
      fc.array(step, { minLength: 20, maxLength: 120 }),
      (policy, probeCount, steps) => {
        const openForMs = (openings: number): number => 10 * openings;
        let nowMs = 1_000_000;
        const rules = breakerRules({ trip: policy, probeCount, openForMs }, () => nowMs);
        const ours = breakerMachine(rules, ({ from, to }) => {
          expect(drawn[from]).toContain(to);
          moves.set(`${from} ${to}`, (moves.get(`${from} ${to}`) ?? 0) + 1);
        });
        const plain = new ReferenceBreaker(policy, openForMs, probeCount);
        const permits: { readonly ours: number; readonly plain: object }[] = [];

        for (const s of steps) {
          if (s.do === 'pass') {
            nowMs += s.ms;
            plain.pass(s.ms);
          } else if (s.do === 'admit') {
            const [a, b] = [ours.admit(), plain.admit()];
            expect(a >= 0).toBe(b !== undefined);
            if (b !== undefined) permits.push({ ours: a, plain: b });
            else {
              const { retryAfterMs } = ours.refusal();
              expect(retryAfterMs).toBeGreaterThanOrEqual(1);
              expect(retryAfterMs).toBeLessThan(Infinity);
            }
          } else if (permits.length > 0) {
            const [permit] = permits.splice(s.which % permits.length, 1);
            ours.record(permit!.ours, s.verdict, new Error('broken'));
            plain.record(permit!.plain, s.verdict);
          }
          expect(ours.state()).toBe(plain.state);
        }
      },
    ),
    { numRuns: 2_000 },
  );
  // Each transition of the drawing was taken many times.
  for (const [from, tos] of Object.entries(drawn)) {
    for (const to of tos) expect(moves.get(`${from} ${to}`)).toBeGreaterThan(100);
  }
});

it('goes on from a snapshot like the breaker that it was taken from', () => {
  fc.assert(
    fc.property(
      trip,
      fc.array(step, { maxLength: 60 }),
      fc.array(step, { maxLength: 40 }),
      (policy, before, after) => {
        let nowMs = 0;
        const make = () =>
          breakerMachine(
            breakerRules({ trip: policy, openForMs: (n) => 10 * n }, () => nowMs),
            () => {},
          );
        const run = (machines: readonly BreakerMachine[], steps: typeof before): void => {
          const permits: (readonly number[])[] = [];
          for (const s of steps) {
            if (s.do === 'pass') nowMs += s.ms;
            else if (s.do === 'admit') {
              const given = machines.map((machine) => machine.admit());
              expect(new Set(given.map((permit) => permit >= 0)).size).toBe(1);
              if (given[0]! >= 0) permits.push(given);
            } else if (permits.length > 0) {
              const [given] = permits.splice(s.which % permits.length, 1);
              machines.forEach((machine, i) => machine.record(given![i]!, s.verdict, 'broken'));
            }
            expect(new Set(machines.map((machine) => machine.state())).size).toBe(1);
          }
          // Permits do not outlive a process: none is under way when the snapshot is taken.
          for (const given of permits) {
            machines.forEach((machine, i) => machine.record(given[i]!, 'ignore'));
          }
        };
        const first = make();
        run([first], before);
        const second = make();
        second.load(JSON.parse(JSON.stringify(first.snapshot())));
        run([first, second], after);
      },
    ),
    { numRuns: 1_000 },
  );
});

it('delays a probe by at most the open time when the clock steps back, wherever it steps', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1_000 }),
      fc.array(fc.record({ passMs: fc.nat(400), stepBackMs: fc.nat(1e9) }), { maxLength: 1 }),
      fc.integer({ min: 1, max: 50 }),
      (openForMs, steps, askEveryMs) => {
        let nowMs = 1e12;
        const rules = breakerRules({ trip: consecutive(1), openForMs }, () => nowMs);
        const machine = breakerMachine(rules, () => {});
        machine.record(machine.admit(), 'failure', 'broken');
        let waitedMs = 0;
        const pending = [...steps];
        while (machine.admit() < 0) {
          nowMs += askEveryMs;
          waitedMs += askEveryMs;
          if (pending[0] !== undefined && waitedMs >= pending[0].passMs) {
            nowMs -= pending.shift()!.stepBackMs;
          }
          if (waitedMs > 2 * (openForMs + askEveryMs)) expect.fail(`${waitedMs} of ${openForMs}`);
        }
        expect(waitedMs).toBeGreaterThanOrEqual(openForMs);
      },
    ),
  );
});
