import type { BackoffPolicy } from '../backoff/BackoffCurve.js';
import { longestDelayMs, ratioRange, requireInRange, requireOneOf } from '../ranges.js';
import { consecutive } from './consecutive.js';
import { failureRate } from './failureRate.js';
import type { CountingPolicy, OutcomeCounter, TripPolicy } from './TripPolicy.js';

const owner = 'createCircuitBreaker';
const timerRange = { least: 1, most: longestDelayMs };

/**
 * The options of a breaker that do not depend on a stream. A value out of range throws a RangeError when the breaker is
 * made.
 */
export interface BreakerOptions {
  /** The breaker's name in errors. Default 'circuit'. */
  readonly name?: string;
  /** When a closed breaker opens. Default `consecutive(3)`; `failureRate` is the other policy. */
  readonly trip?: TripPolicy;
  /**
   * How long the breaker stays open before it admits a probe, in ms: 1 to 2^31 - 1, default 60,000. Or a curve over the openings
   * since it was last closed, such as `exponential()`; its result is cut to that range. A curve that throws or returns NaN or
   * undefined counts as 60,000.
   */
  readonly openForMs?: number | BackoffPolicy;
  /** How many probes half-open admits at a time: whole, at least 1. Default 1. */
  readonly probeCount?: number;
  /**
   * A probe that takes longer counts as failed at that moment, in ms: 1 to 2^31 - 1, or Infinity for no limit. Default Infinity:
   * a probe that hangs holds its place.
   */
  readonly probeTimeoutMs?: number;
  /** The least time from a probe to one that `probeNow` asks for, in ms: at least 0. A later one waits for the rest. Default 1,000. */
  readonly probeGapMs?: number;
  /** Opens the breaker also when too many attempts are slow, those still under way included. Default: nothing is slow. */
  readonly slow?: {
    /** An attempt that takes longer is slow, in ms: 1 to 2^31 - 1, or Infinity for never. */
    readonly afterMs: number;
    /** The share of slow attempts that opens the breaker: from 0.000001 to 1, of the attempts that `trip` looks at. */
    readonly ratio: number;
  };
  /** 'shadow' changes state as usual but refuses nothing; any word but these two throws. Default 'enforce'. */
  readonly mode?: 'enforce' | 'shadow';
}

/** The options of a `breakerMachine`, checked and with their defaults. */
export interface BreakerRules {
  readonly name: string;
  readonly failures: OutcomeCounter;
  readonly slowness: OutcomeCounter | undefined;
  readonly slowAfterMs: number;
  readonly openForMs: BackoffPolicy;
  readonly probeCount: number;
  readonly probeTimeoutMs: number;
  readonly probeGapMs: number;
  readonly nowMs: () => number;
}

/**
 * Fills in the defaults; throws a RangeError when an option cannot work. The error names the option, its value and its
 * bound.
 */
export function breakerRules(o: BreakerOptions, nowMs: () => number): BreakerRules {
  const { name = 'circuit', trip = consecutive(3), openForMs = 60_000, mode = 'enforce' } = o;
  const { probeCount = 1, probeTimeoutMs = Infinity, probeGapMs = 1_000, slow } = o;
  if (typeof openForMs === 'number') {
    requireInRange(owner, timerRange, { openForMs });
  }
  requireInRange(owner, { least: 1, isWhole: true }, { probeCount });
  requireInRange(owner, { ...timerRange, orNone: true }, { probeTimeoutMs });
  requireInRange(owner, { least: 0 }, { probeGapMs });
  if (slow !== undefined) {
    requireInRange(owner, { ...timerRange, orNone: true }, { 'slow.afterMs': slow.afterMs });
    requireInRange(owner, ratioRange, { 'slow.ratio': slow.ratio });
  }
  requireOneOf(owner, 'mode', mode, ['enforce', 'shadow']);
  requireOneOf(owner, 'trip', trip._tag, ['consecutive', 'failureRate']);
  const policy = countingPolicy(trip);
  return {
    name,
    failures: policy.countFailures(),
    slowness: slow && policy.countSlow(slow.ratio),
    slowAfterMs: slow ? slow.afterMs : Infinity,
    openForMs: typeof openForMs === 'number' ? () => openForMs : openForMs,
    probeCount,
    probeTimeoutMs,
    probeGapMs,
    nowMs,
  };
}

/** A policy that was copied by JSON or a spread has lost its functions, so it is made again from its data. */
function countingPolicy(trip: TripPolicy): CountingPolicy {
  if (isCounting(trip)) return trip;
  const made = trip._tag === 'consecutive' ? consecutive(trip.failureCount) : failureRate(trip);
  return countingPolicy(made);
}

function isCounting(trip: TripPolicy): trip is TripPolicy & CountingPolicy {
  return 'countFailures' in trip;
}
