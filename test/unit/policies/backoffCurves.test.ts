import { describe, expect, it } from 'vitest';
import type { BackoffCurve } from '../../../src/policies/backoff/BackoffCurve.js';
import { constant } from '../../../src/policies/backoff/constant.js';
import { exponential } from '../../../src/policies/backoff/exponential.js';
import { fibonacci } from '../../../src/policies/backoff/fibonacci.js';
import { type Jitter, jitterDelay } from '../../../src/policies/backoff/jitterDelay.js';
import { linear } from '../../../src/policies/backoff/linear.js';
import { retryBudget } from '../../../src/policies/retry/retryBudget.js';

const first = (count: number, curve: BackoffCurve) =>
  Array.from({ length: count }, (_, i) => curve(i + 1));

describe('curves', () => {
  it('exponential doubles from 100 to 30,000 by default', () => {
    expect(first(10, exponential())).toEqual([
      100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000,
    ]);
    expect(exponential({ initialMs: 50_000 })(3)).toBe(50_000);
    expect(first(4, exponential({ initialMs: 1, multiplier: 3, maxMs: 20 }))).toEqual([
      1, 3, 9, 20,
    ]);
  });

  it('linear adds the same each time', () => {
    expect(first(3, linear({ initialMs: 1_000, incrementMs: 1_000 }))).toEqual([1000, 2000, 3000]);
    expect(first(4, linear({ initialMs: 1, incrementMs: 2, maxMs: 4 }))).toEqual([1, 3, 4, 4]);
    expect(first(2, linear({ initialMs: 0, incrementMs: Infinity }))).toEqual([0, 2 ** 31 - 1]);
  });

  it('fibonacci grows by the sum of the two before, exactly and then nearly', () => {
    expect(first(8, fibonacci({ unitMs: 1 }))).toEqual([1, 1, 2, 3, 5, 8, 13, 21]);
    expect(fibonacci({ unitMs: 1 })(46)).toBe(1836311903);
    expect(fibonacci({ unitMs: 1e-9 })(78)).toBeCloseTo(8944394.323791464, 6);
    expect(fibonacci({ unitMs: 1e-9 })(79)).toBeCloseTo(14472334.024676221, 3);
    expect(fibonacci({ unitMs: 0 })(5_000)).toBe(0);
  });

  it('constant is the same each time', () => {
    expect(first(3, constant(250))).toEqual([250, 250, 250]);
  });

  it.each([
    [() => exponential({ initialMs: -1 }), 'exponential: initialMs (-1) is less than 0'],
    [() => exponential({ multiplier: 0.5 }), 'exponential: multiplier (0.5) is less than 1'],
    [
      () => exponential({ initialMs: 300, maxMs: 100 }),
      'exponential: maxMs (100) is less than initialMs (300)',
    ],
    [
      () => exponential({ maxMs: NaN }),
      'exponential: maxMs (NaN) is not a number of at least initialMs (100)',
    ],
    [() => linear({ initialMs: 1, incrementMs: -2 }), 'linear: incrementMs (-2) is less than 0'],
    [
      () => linear({ initialMs: 5, incrementMs: 1, maxMs: 4 }),
      'linear: maxMs (4) is less than initialMs (5)',
    ],
    [() => fibonacci({ unitMs: -1 }), 'fibonacci: unitMs (-1) is less than 0'],
    [() => fibonacci({ unitMs: 9, maxMs: 4 }), 'fibonacci: maxMs (4) is less than unitMs (9)'],
    [() => constant(-1), 'constant: ms (-1) is less than 0'],
    [() => constant(NaN), 'constant: ms (NaN) is not a number of at least 0'],
    [
      () => retryBudget({ retriesPerSuccessRatio: -1, reserveCount: 1 }),
      'retryBudget: retriesPerSuccessRatio (-1) is less than 0',
    ],
    [
      () => retryBudget({ retriesPerSuccessRatio: 2_000, reserveCount: 1 }),
      'retryBudget: retriesPerSuccessRatio (2000) is more than 1000',
    ],
    [
      () => retryBudget({ retriesPerSuccessRatio: 0, reserveCount: -3 }),
      'retryBudget: reserveCount (-3) is less than 0',
    ],
    [
      () => retryBudget({ retriesPerSuccessRatio: 0, reserveCount: 0, earnedMaxCount: -1 }),
      'retryBudget: earnedMaxCount (-1) is less than 0',
    ],
  ])('throws for options out of range: %#', (make, message) => {
    expect(make).toThrow(new RangeError(message));
  });
});

describe('jitterDelay', () => {
  const input = { delayMs: 400, previousMs: 200, initialMs: 100, maxMs: 1_000 };
  it.each<[Jitter, number, number]>([
    ['none', 0.5, 400],
    ['full', 0, 0],
    ['full', 0.25, 100],
    ['full', 1, 400],
    ['equal', 0, 200],
    ['equal', 0.5, 300],
    ['equal', 1, 400],
    ['decorrelated', 0, 100],
    ['decorrelated', 0.5, 350],
    ['decorrelated', 1, 600],
  ])('%s at a draw of %d waits %d', (jitter, draw, expected) => {
    expect(jitterDelay(jitter, input, () => draw)).toBe(expected);
  });

  it('uses the initial wait as the one before the first', () => {
    expect(jitterDelay('decorrelated', { ...input, previousMs: 0 }, () => 1)).toBe(300);
  });

  it('cuts decorrelated waits to the maximum, and all waits to what a timer can hold', () => {
    expect(jitterDelay('decorrelated', { ...input, previousMs: 900 }, () => 1)).toBe(1_000);
    const endless = { ...input, delayMs: Infinity, maxMs: Infinity };
    expect(jitterDelay('none', endless, () => 1)).toBe(2 ** 31 - 1);
    expect(jitterDelay('full', endless, () => 0)).toBe(0);
    expect(jitterDelay('none', { ...input, delayMs: -5 }, () => 1)).toBe(0);
  });

  it.each([-0.1, 1.1, NaN])('throws for a draw of %d', (draw) => {
    expect(() => jitterDelay('full', input, () => draw)).toThrow(
      `backoffRetry: random returned ${draw}, not 0 to 1`,
    );
  });

  it('draws nothing for none', () => {
    expect(jitterDelay('none', input, () => expect.unreachable())).toBe(400);
  });
});

describe('retryBudget', () => {
  it('starts with the reserve, and pays for whole retries only', () => {
    const budget = retryBudget({ retriesPerSuccessRatio: 0.1, reserveCount: 1.5 });
    expect(budget.available).toBe(1.5);
    expect([budget.withdraw(), budget.withdraw()]).toEqual([true, false]);
    expect(budget.available).toBe(0.5);
  });

  it('earns exactly what successes add: ten tenths are one retry', () => {
    const budget = retryBudget({ retriesPerSuccessRatio: 0.1, reserveCount: 0 });
    for (let i = 0; i < 9; i++) budget.deposit();
    expect(budget.withdraw()).toBe(false);
    budget.deposit();
    expect([budget.available, budget.withdraw(), budget.available]).toEqual([1, true, 0]);
  });

  it('keeps at most the reserve and earnedMaxCount', () => {
    const budget = retryBudget({ retriesPerSuccessRatio: 1, reserveCount: 2, earnedMaxCount: 3 });
    for (let i = 0; i < 1_000; i++) budget.deposit();
    expect(budget.available).toBe(5);
    const byDefault = retryBudget({ retriesPerSuccessRatio: 1, reserveCount: 2 });
    for (let i = 0; i < 1_000; i++) byDefault.deposit();
    expect(byDefault.available).toBe(102);
  });
});
