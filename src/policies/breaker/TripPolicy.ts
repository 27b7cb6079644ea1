/** When a closed breaker opens: made by `consecutive` or `failureRate`. */
export type TripPolicy =
  | {
      /** Made by `consecutive`. */
      readonly _tag: 'consecutive';
      /** Failures in a row that open the breaker: a whole number from 1. */
      readonly failureCount: number;
    }
  | {
      /** Made by `failureRate`. */
      readonly _tag: 'failureRate';
      /** The share of failures that opens the breaker, above 0, to 1. */
      readonly ratio: number;
      /** With fewer attempts than these in the window, the breaker stays closed. A whole number from 1. */
      readonly minimumCount: number;
      /** The attempts that count: the newest `count`, or those of the last `ms` milliseconds. */
      readonly window: { readonly count: number } | { readonly ms: number };
    };

/**
 * The functions of a policy, beside its data. Each breaker makes its own counters, so that several breakers can share a
 * policy.
 */
export interface CountingPolicy {
  /** Makes a counter of failures, which trips as the policy says. */
  countFailures(): OutcomeCounter;
  /**
   * Makes a counter of slow attempts among the attempts that the policy counts. It trips when `ratio` of them are slow.
   */
  countSlow(ratio: number): OutcomeCounter;
}

/** Counts the outcomes of attempts, and says when too many are bad: failures, or slow attempts. */
export interface OutcomeCounter {
  /** Whether `record` needs the time. If not, the breaker never reads the clock. */
  readonly isTimed: boolean;
  /**
   * @param atMs - Time that never runs backwards.
   * @returns Whether there are too many bad outcomes now.
   */
  record(isBad: boolean, atMs: number): boolean;
  /** What tripped it, for a person: '3 failures in a row'. `noun` names a bad outcome. */
  describe(noun: string): string;
  clear(): void;
  /** What is counted now, as JSON, oldest first. */
  dump(atMs: number): readonly OutcomeCount[];
  /** @param atMs - When `counts` were dumped, on the clock of this counter. */
  load(counts: readonly OutcomeCount[], atMs: number): void;
}

/** Outcomes of the same age. */
export interface OutcomeCount {
  readonly ageMs: number;
  readonly count: number;
  /** How many of `count` are bad. */
  readonly badCount: number;
}
