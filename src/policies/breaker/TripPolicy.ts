/** When a closed breaker opens: made by `consecutive` or `failureRate`. */
export type TripPolicy =
  | { readonly _tag: 'consecutive'; readonly failureCount: number }
  | {
      readonly _tag: 'failureRate';
      readonly ratio: number;
      readonly minimumCount: number;
      readonly window: { readonly count: number } | { readonly ms: number };
    };

/** What a policy does, beside its data. Each breaker has counters of its own, so that breakers can share a policy. */
export interface CountingPolicy {
  /** Counts failures, and trips as the policy says. */
  countFailures(): OutcomeCounter;
  /** Counts slow attempts over as many attempts, or as much time, as the policy looks at; trips at `ratio` of them. */
  countSlow(ratio: number): OutcomeCounter;
}

/** Counts the outcomes of attempts, and says when too many are bad: failures, or slow attempts. */
export interface OutcomeCounter {
  /** Whether `record` needs the time. Where it does not, the breaker never asks the clock. */
  readonly isTimed: boolean;
  /**
   * @param atMs - Time that never runs backwards.
   * @returns Whether there are too many bad outcomes now.
   */
  record(isBad: boolean, atMs: number): boolean;
  /** What tripped it, for a person: '3 failures in a row'. `noun` is what a bad outcome is called. */
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
