import type { OutcomeCount, OutcomeCounter } from './TripPolicy.js';

/** How many outcomes a window holds, and when it trips: when `ratio` of at least `minimumCount` outcomes are bad. */
export interface OutcomeWindowOptions {
  readonly ratio: number;
  readonly minimumCount: number;
  /** The window holds this many outcomes, the newest ones. */
  readonly count?: number;
  /** Instead of `count`: the window holds the outcomes of the last `ms` milliseconds. */
  readonly ms?: number;
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
 * Counts bad outcomes among the recent ones.
 *
 * A time window follows the clock: after an idle hour, a window of 5 seconds is empty. (The sampling window of
 * cockatiel 3 moves on by one slice per call, so it still counts the failures of an hour ago.)
 *
 * @source https://github.com/connor4312/cockatiel/blob/master/src/breaker/SamplingBreaker.ts
 */
export function outcomeWindow(o: OutcomeWindowOptions): OutcomeCounter {
  const { ratio, minimumCount, count: mostCount = Infinity, ms = Infinity } = o;
  const isTimed = ms < Infinity;
  const sliceMs = Math.max(1, ms / largestSliceCount);
  /** The slices, as a linked list: outcomes leave at `oldest` and enter at `newest`. */
  let oldest: Slice | undefined;
  let newest: Slice | undefined;
  /** The sums over all slices, so that `record` does not walk the list. */
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
      const within = isTimed ? ` within ${ms} ms` : '';
      return `${pluralOf(badCount, noun)} in ${count} attempts${within}`;
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
      for (const { ageMs, count: n, badCount: bad } of oldestFirst(counts)) {
        add(n - bad, false, atMs - ageMs);
        add(bad, true, atMs - ageMs);
      }
    },
  };
}

/** Sorts the counts of a snapshot, because somebody may have edited it by hand. */
export function oldestFirst(counts: readonly OutcomeCount[]): readonly OutcomeCount[] {
  return [...counts].sort((a, b) => b.ageMs - a.ageMs);
}

export function pluralOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
