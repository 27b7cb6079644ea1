/** Remembers outcomes and says when they are too many. */
export interface OutcomeWindow {
  /** Whether it looks at the time; where it does not, nobody needs to ask the clock. */
  readonly isTimed: boolean;
  /**
   * @param atMs - Time that never runs backwards.
   * @returns Whether the bad ones are too many now.
   */
  record(isBad: boolean, atMs: number): boolean;
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

/** What a window holds, and when it trips: at `ratio` of at least `minimumCount`. */
export interface OutcomeWindowOptions {
  readonly ratio: number;
  readonly minimumCount: number;
  /** The last so many outcomes, */
  readonly count?: number;
  /** or those of so many milliseconds, aged by elapsed time: after an idle hour a window of 5 seconds is empty. */
  readonly ms?: number;
  /** A good outcome ends what was counted. */
  readonly isRun?: boolean;
}

/** Outcomes that leave the window together: equal ones in a row, or those of one slice of time. */
interface Slice {
  readonly index: number;
  count: number;
  badCount: number;
  newer: Slice | undefined;
}

/** A window of up to a second is exact to the millisecond; a longer one to a thousandth of its length. */
const largestSliceCount = 1_000;

/**
 * Cockatiel 3's sampling window moves on by one slice a call, and counts failures of an hour ago: this one moves on by
 * the time that has passed.
 */
export function outcomeWindow(o: OutcomeWindowOptions): OutcomeWindow {
  const { ratio, minimumCount, count: mostCount = Infinity, ms = Infinity, isRun = false } = o;
  const isTimed = ms < Infinity;
  const sliceMs = Math.max(1, ms / largestSliceCount);
  let oldest: Slice | undefined;
  let newest: Slice | undefined;
  let count = 0;
  let badCount = 0;

  const clear = (): void => {
    oldest = newest = undefined;
    count = badCount = 0;
  };

  const forgetOld = (atMs: number): void => {
    const lastIndex = isTimed ? Math.floor(atMs / sliceMs) - ms / sliceMs : -1;
    while (oldest !== undefined && (oldest.index <= lastIndex || count > mostCount)) {
      const gone = isTimed ? oldest.count : Math.min(oldest.count, count - mostCount);
      const badGone = Math.min(oldest.badCount, gone);
      count -= gone;
      badCount -= badGone;
      oldest.count -= gone;
      oldest.badCount -= badGone;
      if (oldest.count === 0) oldest = oldest.newer;
    }
    if (oldest === undefined) newest = undefined;
  };

  const add = (added: number, isBad: boolean, atMs: number): void => {
    if (added === 0) return;
    if (isRun && !isBad) clear();
    else {
      const index = isTimed ? Math.floor(atMs / sliceMs) : Number(isBad);
      if (newest?.index !== index) {
        const slice: Slice = { index, count: 0, badCount: 0, newer: undefined };
        if (newest === undefined) oldest = slice;
        else newest.newer = slice;
        newest = slice;
      }
      newest.count += added;
      count += added;
      if (isBad) {
        newest.badCount += added;
        badCount += added;
      }
    }
    forgetOld(atMs);
  };

  return {
    isTimed,
    clear,
    record(isBad, atMs) {
      add(1, isBad, atMs);
      return count >= minimumCount && badCount / count >= ratio;
    },
    describe(noun) {
      const among = isRun ? 'a row' : `${count} attempts`;
      const within = isTimed ? ` within ${ms} ms` : '';
      return `${badCount} ${noun}${badCount === 1 ? '' : 's'} in ${among}${within}`;
    },
    dump(atMs) {
      forgetOld(atMs);
      const counts: OutcomeCount[] = [];
      for (let slice = oldest; slice !== undefined; slice = slice.newer) {
        const ageMs = isTimed ? Math.max(0, atMs - slice.index * sliceMs) : 0;
        counts.push({ ageMs, count: slice.count, badCount: slice.badCount });
      }
      return counts;
    },
    load(counts, atMs) {
      clear();
      const byAge = [...counts].sort((a, b) => b.ageMs - a.ageMs);
      for (const { ageMs, count: n, badCount: bad } of byAge) {
        add(n - bad, false, atMs - ageMs);
        add(bad, true, atMs - ageMs);
      }
    },
  };
}
