import { requireInRange } from '../ranges.js';

/** Tokens are counted in millionths: 0.1 added ten times is not 1. */
const tokenUnit = 1_000_000;

/** Shared by any number of `backoffRetry`: a hundred broken plugins draw on one reserve. */
export interface RetryBudget {
  /** Retries that the budget would pay for now; the part below 1 is on its way to the next one. */
  readonly available: number;
  /** Says that an attempt succeeded. */
  deposit(): void;
  /** Takes one retry, and says whether there was one to take. */
  withdraw(): boolean;
}

/**
 * A token bucket for retries: it starts with `reserveCount`, each success adds `retriesPerSuccessRatio`, each retry takes 1.
 * Under a lasting outage retries fall to that ratio of the successes, whatever the number of readers that retry.
 *
 * @param o - `retriesPerSuccessRatio` (from 0 to 1,000: 0.2 is one retry for five successes), `reserveCount` (at least 0),
 *   `earnedMaxCount` (at least 0, default 100): how much successes may add above the reserve, so that a good week does not
 *   pay for a bad night.
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
  readonly retriesPerSuccessRatio: number;
  readonly reserveCount: number;
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
