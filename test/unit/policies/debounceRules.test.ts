import { describe, expect, it } from 'vitest';
import { debounceRules } from '../../../src/policies/debounce/debounceRules.js';

describe('debounceRules', () => {
  it('makes a fixed window without a limit of minMs alone', () => {
    expect(debounceRules({ minMs: 30 })).toEqual({
      minMs: 30,
      maxMs: 30,
      maxWaitMs: Infinity,
      maxCount: Infinity,
    });
  });

  it('limits the wait to ten times maxMs when the window adapts, and not at all when it does not', () => {
    expect(debounceRules({ minMs: 20, maxMs: 500 }).maxWaitMs).toBe(5000);
    expect(debounceRules({ minMs: 20, maxMs: 20 }).maxWaitMs).toBe(Infinity);
    expect(debounceRules({ minMs: 20, maxMs: 500, maxWaitMs: 100 }).maxWaitMs).toBe(100);
  });

  it.each([
    [{ minMs: 0 }],
    [{ minMs: 0, maxMs: 0 }],
    [{ minMs: 5, maxMs: 5 }],
    [{ minMs: 2 ** 31 - 1 }],
    [{ minMs: 5, maxWaitMs: 5 }],
    [{ minMs: 5, maxWaitMs: Infinity }],
    [{ minMs: 5, maxCount: 1 }],
    [{ minMs: 5, maxCount: Infinity }],
  ])('accepts %o', (bounds) => {
    expect(() => debounceRules(bounds)).not.toThrow();
  });

  it.each([
    [{ minMs: 300, maxMs: 100 }, 'maxMs (100) is less than minMs (300)'],
    [{ minMs: 300, maxWaitMs: 100 }, 'maxWaitMs (100) is less than minMs (300)'],
    [{ minMs: -1 }, 'minMs (-1) is less than 0'],
    [{ minMs: NaN }, 'minMs (NaN) is not a number of at least 0'],
    [{ minMs: 2 ** 31 }, 'minMs (2147483648) is more than 2147483647'],
    [{ minMs: 1, maxMs: Infinity }, 'maxMs (Infinity) is more than 2147483647'],
    [{ minMs: 1, maxWaitMs: NaN }, 'maxWaitMs (NaN) is not a number of at least minMs (1)'],
    [{ minMs: 1, maxCount: 0 }, 'maxCount (0) is less than 1'],
    [{ minMs: 1, maxCount: 1.5 }, 'maxCount (1.5) is not a whole number of at least 1'],
    [{ minMs: 1, maxCount: NaN }, 'maxCount (NaN) is not a number of at least 1'],
  ])('throws for %o', (bounds, why) => {
    expect(() => debounceRules(bounds)).toThrow(new RangeError(`debounceAdaptive: ${why}`));
  });
});
