import type { CallCounts } from '../protocol/HostReport.js';

// When calls of the candidate fail worse than those of the stable version. Rates alone do not decide: a component that fails everywhere is
// no reason to go back, and one call of three says nothing.

/** Fewer failures than these decide nothing, whatever their kind: one may come from outside. */
const MIN_FAILURES = 3;
/** A candidate that fails more rarely than this is not worse because of its rate. */
const MIN_RATIO = 0.01;
/** How many standard errors the rates must be apart: by chance 1 of 700 comparisons is. */
const STANDARD_ERRORS = 3;
/** Without anything to compare with, this share of failures is too much by itself. */
const MAX_RATIO_ALONE = 0.5;

/** The calls of several hosts together. */
export function sumOfCalls(counts: readonly CallCounts[]): CallCounts {
  return {
    ok: counts.reduce((sum, { ok }) => sum + ok, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
    fingerprints: [...new Set(counts.flatMap(({ fingerprints }) => fingerprints))],
  };
}

/** Why the candidate fails worse than the stable version; undefined when it does not, or when that cannot be said. */
export function worseBecause(candidate: CallCounts, stable: CallCounts): string | undefined {
  const [calls, others] = [candidate.ok + candidate.failed, stable.ok + stable.failed];
  if (candidate.failed < MIN_FAILURES) return undefined;
  const rate = candidate.failed / calls;
  const said = `${candidate.failed} of ${calls} calls failed`;
  if (others === 0) {
    return rate >= MAX_RATIO_ALONE ? `${said}, and there is nothing to compare with` : undefined;
  }
  const known = new Set(stable.fingerprints);
  const fresh = candidate.fingerprints.find((fingerprint) => !known.has(fingerprint));
  const beside = `where the stable version failed ${stable.failed} of ${others}`;
  if (fresh !== undefined) return `${said} with a failure that only it has (${fresh}), ${beside}`;
  const otherRate = stable.failed / others;
  const pooled = (candidate.failed + stable.failed) / (calls + others);
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / calls + 1 / others));
  const isWorse = rate > MIN_RATIO && rate - otherRate > STANDARD_ERRORS * error;
  return isWorse ? `${said}, ${beside}` : undefined;
}
