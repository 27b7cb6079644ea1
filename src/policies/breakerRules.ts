import type { BackoffPolicy } from './BackoffPolicy.js';
import { consecutive } from './consecutive.js';
import { CountWindow } from './CountWindow.js';
import { longestDelayMs } from './longestDelayMs.js';
import type { OutcomeWindow } from './OutcomeWindow.js';
import { requireInRange } from './requireInRange.js';
import { requireRatio } from './requireRatio.js';
import { RunWindow } from './RunWindow.js';
import { TimeWindow } from './TimeWindow.js';
import type { TripPolicy } from './TripPolicy.js';

/** What a `BreakerMachine` runs by, checked. */
export interface BreakerRules {
  readonly name: string;
  readonly failures: OutcomeWindow;
  /** Attempts that took too long, in a window of their own. */
  readonly slowness: OutcomeWindow | undefined;
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
  readonly nowMs: () => number;
}

const owner = 'createCircuitBreaker';

/** Fills in the defaults; throws a RangeError that names the option and both values when one cannot work. */
export function breakerRules(o: BreakerOptions): BreakerRules {
  const { name = 'circuit', trip = consecutive(3), openForMs = 60_000, mode = 'enforce' } = o;
  const { probeCount = 1, probeTimeoutMs = Infinity, probeGapMs = 1_000, slow, nowMs } = o;
  if (typeof openForMs === 'number') {
    requireInRange(owner, 'openForMs', openForMs, { least: 1, most: longestDelayMs });
  }
  requireInRange(owner, 'probeCount', probeCount, { least: 1, isWhole: true });
  requireInRange(owner, 'probeTimeoutMs', probeTimeoutMs, { least: 1 });
  requireInRange(owner, 'probeGapMs', probeGapMs, { least: 0 });
  if (slow !== undefined) {
    requireInRange(owner, 'slow.afterMs', slow.afterMs, { least: 1 });
    requireRatio(owner, 'slow.ratio', slow.ratio);
  }
  if (!['enforce', 'shadow'].includes(mode)) {
    throw new RangeError(`${owner}: mode (${mode}) is not one of enforce, shadow`);
  }
  return {
    name,
    failures: failureWindow(trip),
    slowness: slow && slowWindow(trip, slow.ratio),
    openForMs: typeof openForMs === 'number' ? () => openForMs : openForMs,
    probeCount,
    probeTimeoutMs,
    probeGapMs,
    nowMs,
  };
}

function failureWindow(trip: TripPolicy): OutcomeWindow {
  switch (trip._tag) {
    case 'consecutive':
      return new RunWindow(trip.failureCount);
    case 'failureRate':
      return rateWindow(trip, trip.ratio);
    default: {
      // A value that a compiler never saw.
      const { _tag } = trip as { readonly _tag: unknown };
      throw new RangeError(
        `${owner}: trip (${String(_tag)}) is not one of consecutive, failureRate`,
      );
    }
  }
}

/** Slow attempts are counted over what `trip` counts failures over. */
function slowWindow(trip: TripPolicy, ratio: number): OutcomeWindow {
  if (trip._tag === 'failureRate') return rateWindow(trip, ratio);
  const { failureCount } = trip;
  return new CountWindow({ ratio, minimumCount: failureCount, count: failureCount });
}

function rateWindow(
  trip: Extract<TripPolicy, { readonly _tag: 'failureRate' }>,
  ratio: number,
): OutcomeWindow {
  const { minimumCount, window } = trip;
  return 'count' in window
    ? new CountWindow({ ratio, minimumCount, count: window.count })
    : new TimeWindow({ ratio, minimumCount, ms: window.ms });
}
