import type { BackoffPolicy } from '../backoff/BackoffCurve.js';
import { consecutive } from './consecutive.js';
import { longestDelayMs, ratioRange, requireInRange, requireOneOf } from '../ranges.js';
import { outcomeWindow, type OutcomeWindow } from './outcomeWindow.js';
import type { TripPolicy } from './TripPolicy.js';

/** What a `breakerMachine` runs by, checked. */
export interface BreakerRules {
  readonly name: string;
  readonly failures: OutcomeWindow;
  /** Attempts that took too long, in a window of their own. */
  readonly slowness: OutcomeWindow | undefined;
  readonly slowAfterMs: number;
  readonly openForMs: BackoffPolicy;
  readonly probeCount: number;
  readonly probeTimeoutMs: number;
  readonly probeGapMs: number;
  readonly nowMs: () => number;
}

/** What a person writes: any part of it may be left out. */
export interface BreakerOptions {
  readonly name?: string;
  readonly trip?: TripPolicy;
  readonly openForMs?: number | BackoffPolicy;
  readonly probeCount?: number;
  readonly probeTimeoutMs?: number;
  readonly probeGapMs?: number;
  readonly slow?: { readonly afterMs: number; readonly ratio: number };
  readonly mode?: 'enforce' | 'shadow';
}

const owner = 'createCircuitBreaker';
const timerRange = { least: 1, most: longestDelayMs };

/** Fills in the defaults; throws a RangeError that names the option and both values when one cannot work. */
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
  return {
    name,
    failures: windowOf(trip),
    slowness: slow && windowOf(trip, slow.ratio),
    slowAfterMs: slow ? slow.afterMs : Infinity,
    openForMs: typeof openForMs === 'number' ? () => openForMs : openForMs,
    probeCount,
    probeTimeoutMs,
    probeGapMs,
    nowMs,
  };
}

/** A window over what `trip` looks at; for another `ratio` than its own, as slow attempts have. */
function windowOf(trip: TripPolicy, ratio?: number): OutcomeWindow {
  if (trip._tag === 'failureRate') {
    const { minimumCount, window } = trip;
    return outcomeWindow({ minimumCount, ratio: ratio ?? trip.ratio, ...window });
  }
  const { failureCount } = trip;
  const isRun = ratio === undefined;
  return outcomeWindow({
    ratio: ratio ?? 1,
    minimumCount: failureCount,
    count: failureCount,
    isRun,
  });
}
