/** Remembers outcomes and says when they are too many. One of `RunWindow`, `CountWindow`, `TimeWindow`. */
export interface OutcomeWindow {
  /** Whether `record` and `isTripped` look at the time; where they do not, nobody needs to ask the clock. */
  readonly isTimed: boolean;
  /** @param atMs - Time that never runs backwards. */
  record(isBad: boolean, atMs: number): void;
  isTripped(atMs: number): boolean;
  /** What tripped it, for a person: '3 failures in a row'. `noun` is what a bad outcome is called. */
  describe(noun: string): string;
  clear(): void;
  /** JSON-safe. */
  dump(atMs: number): readonly OutcomeCount[];
  /** @param atMs - When the counts were dumped, in the time of this window. */
  load(counts: readonly OutcomeCount[], atMs: number): void;
}

/** Outcomes of one kind, in order of age, oldest first. */
export interface OutcomeCount {
  readonly ageMs: number;
  readonly count: number;
  readonly badCount: number;
}
