import { requireInRange } from '../ranges.js';

/** Tokens are counted in millionths, since 0.1 added ten times is not 1. */
const tokenUnit = 1_000_000;

/** Shared by any number of `backoffRetry`: a hundred broken plugins use one reserve. */
export interface RetryBudget {
  /** How many retries the budget would pay for now; the fraction is saved towards the next one. */
  readonly available: number;
  /** An attempt succeeded: adds its share of a retry. */
  deposit(): void;
  /** Pays for one retry. Returns whether there was enough. */
  withdraw(): boolean;
}

/**
 * A token bucket for retries: it starts with `reserveCount`, each success adds `retriesPerSuccessRatio`, and each retry takes 1.
 * During a long outage, retries fall to that ratio of the successes, however many readers retry.
 *
 * @param o - See the fields. A value out of range throws a RangeError.
 *
 * @example
 * ```ts
 * const budget = retryBudget({ retriesPerSuccessRatio: 0.5, reserveCount: 1 });
 * [budget.withdraw(), budget.withdraw()]; // => [true, false]
 * budget.deposit();
 * budget.deposit();
 * budget.available; // => 1
 * ```
 *
 * @source https://docs.rs/tower/latest/tower/retry/budget/index.html
 */
export function retryBudget(o: {
  /** How many retries a success pays for: 0 to 1,000. With 0.2, five successes pay for one retry. */
  readonly retriesPerSuccessRatio: number;
  /** How many retries the budget pays for before any success: 0 to 1,000,000. */
  readonly reserveCount: number;
  /**
   * The most retries that successes can add to the reserve, so that a good week does not pay for a bad night: 0 to
   * 1,000,000. Default 100.
   */
  readonly earnedMaxCount?: number;
}): RetryBudget {
  const { retriesPerSuccessRatio, reserveCount, earnedMaxCount = 100 } = o;
  requireInRange('retryBudget', { least: 0, most: 1_000 }, { retriesPerSuccessRatio });
  requireInRange('retryBudget', { least: 0, most: 1_000_000 }, { reserveCount, earnedMaxCount });

  const perSuccess = Math.round(retriesPerSuccessRatio * tokenUnit);
  const full = Math.round((reserveCount + earnedMaxCount) * tokenUnit);
  let tokens = Math.round(reserveCount * tokenUnit);

  return {
    get available() {
      return tokens / tokenUnit;
    },
    deposit() {
      tokens = Math.min(full, tokens + perSuccess);
    },
    withdraw() {
      if (tokens < tokenUnit) return false;
      tokens -= tokenUnit;
      return true;
    },
  };
}
