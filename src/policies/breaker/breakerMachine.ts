import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';
import { clampDelay } from '../ranges.js';
import { steadyClock } from '../steadyClock.js';
import type { BreakerMachine } from './Breaker.js';
import type { BreakerTransition } from './BreakerTransition.js';
import type { BreakerRules } from './breakerRules.js';
import { messageOf } from './breakerSnapshot.js';
import { CircuitOpenError } from './CircuitOpenError.js';
import { defaultOpenForMs, openTime } from './openTime.js';
import type { OutcomeCounter } from './TripPolicy.js';

/** What `admit` returns instead of a permit; `refusal()` has the reason. */
const refused = -1;

/**
 * The circuit breaker as a state machine. The policy (`consecutive`, `failureRate`) decides when to trip; this
 * machine decides the rest.
 *
 * ```text
 *          the policy trips        an attempt after openForMs, or probeNow
 * closed ───────────────────▶ open ────────────────────────────────────────▶ half-open
 *   ▲                          ▲                                              │    │
 *   │                          └───────────────── a probe fails ──────────────┘    │
 *   └───────────────────────────────── a probe succeeds ───────────────────────────┘
 * ```
 *
 * `reset` leads from every state to closed, `load` to the state of the snapshot. `isolate` hides the state: the breaker
 * shows 'open' until the last holder releases it.
 *
 * Time never runs backwards here: a clock that steps back delays a probe by at most the open time.
 */
export function breakerMachine(
  rules: BreakerRules,
  onTransition: (transition: BreakerTransition) => void,
): BreakerMachine {
  const { name, failures, slowness, nowMs } = rules;
  const elapsedMs = steadyClock(nowMs);
  let state: BreakerStateName = 'closed';
  /**
   * Counts the changes of state. A permit is the number of the era in which it was granted, so a late result of an
   * earlier era has no effect.
   */
  let era = 0;
  /** One entry per caller of `isolate` that has not released the breaker. */
  const holders = new Set<object>();
  /** Probes admitted in this half-open era and not recorded yet; at most `probeCount`. */
  let probesUnderWay = 0;
  /** Openings since the breaker was last closed: the attempt number for a curve in `openForMs`. */
  let openings = 0;
  /** The open time that was chosen last: the `previousMs` for the next choice. */
  let openForMs = 0;
  /** When an open breaker admits a probe, in elapsed time. */
  let openUntilMs = 0;
  /** When it opened, in scheduler time, for people who read the error. */
  let openedAtMs = 0;
  /** The last failure; once open, the error that opened it. */
  let cause: unknown;
  /** When the last probe, if it failed, has been so long ago that `probeNow` grants another one, in elapsed time. */
  let gapEndsMs = -Infinity;

  /** Whether the open time ends with the gap that a refused `probeNow` waits for. */
  const isDueToChange = (): boolean => openUntilMs === gapEndsMs;

  const shownState = (): BreakerStateName => (holders.size > 0 ? 'open' : state);

  const enter = (next: BreakerStateName): void => {
    state = next;
    era++;
    probesUnderWay = 0;
  };

  const report = (from: BreakerStateName, reason: string): void => {
    const to = shownState();
    const isTimed = to === 'open' && holders.size === 0;
    const retryAtMs = isTimed ? nowMs() + openUntilMs - elapsedMs() : null;
    if (to !== from) onTransition({ from, to, reason, retryAtMs });
  };

  const close = (from: BreakerStateName, reason: string): void => {
    enter('closed');
    openings = openForMs = 0;
    gapEndsMs = -Infinity;
    cause = undefined;
    failures.clear();
    slowness?.clear();
    report(from, reason);
  };

  const open = (reason: string, error: unknown): void => {
    const from = state;
    enter('open');
    openings++;
    cause = error;
    const chosen = openTime(rules.openForMs, openings, cause, openForMs);
    openForMs = chosen.openForMs;
    openUntilMs = elapsedMs() + openForMs;
    openedAtMs = nowMs();
    // `classify` can count a completion as a failure, and a completion has no error.
    cause ??= new Error(`${name}: ${reason}`);
    report(from, reason + chosen.remark);
  };

  const admitProbe = (): number => {
    probesUnderWay++;
    gapEndsMs = elapsedMs() + rules.probeGapMs;
    return era;
  };

  /** A success can open the breaker too: it may complete the minimum count that a rate needs. */
  const count = (counter: OutcomeCounter, isBad: boolean, noun: string, error: unknown): void => {
    const isTripped = counter.record(isBad, counter.isTimed ? elapsedMs() : 0);
    if (isTripped) open(counter.describe(noun), error);
  };

  return {
    state: shownState,

    admit() {
      if (holders.size > 0) return refused;
      if (state === 'closed') return era;
      if (state === 'half-open') {
        if (probesUnderWay >= rules.probeCount) return refused;
        return admitProbe();
      }
      if (elapsedMs() < openUntilMs) return refused;
      enter('half-open');
      const isChanged = isDueToChange();
      // Before the report: a listener that asks for a permit at once gets none.
      const permit = admitProbe();
      report('open', isChanged ? 'a change may have fixed it' : `open for ${openForMs} ms`);
      return permit;
    },

    record(permit, verdict, error) {
      if (permit !== era) return;
      const isFailure = verdict === 'failure';
      if (state === 'half-open') {
        probesUnderWay--;
        if (isFailure) open('a probe failed', error);
        else if (verdict === 'success') close('half-open', 'a probe succeeded');
      } else if (verdict !== 'ignore') {
        if (isFailure) cause = error;
        count(failures, isFailure, 'failure', cause);
      }
    },

    recordSlowness(permit, isSlow) {
      if (permit === era && state === 'closed' && slowness !== undefined) {
        count(slowness, isSlow, 'slow attempt', undefined);
      }
    },

    isProbe: (permit) => state === 'half-open' && permit === era,

    refusal() {
      const leftMs = state === 'open' ? openUntilMs - elapsedMs() : 0;
      // With probes under way, or while isolated, nobody knows when the next attempt will be admitted. The caller
      // should ask again after the time limit of a probe, or after the open time.
      const waitMs =
        leftMs > 0 ? leftMs : Math.min(rules.probeTimeoutMs, openForMs || defaultOpenForMs);
      const retryAfterMs = clampDelay(Math.ceil(waitMs), 1);
      const why = holders.size > 0 ? new Error(`${name}: isolated by hand`) : cause;
      const until = leftMs > 0 && isDueToChange() ? 'probeGap' : 'openTime';
      return new CircuitOpenError({ breaker: name, retryAfterMs, openedAtMs, until }, why);
    },

    probeNow() {
      if (holders.size > 0) return false;
      if (state === 'half-open') return probesUnderWay < rules.probeCount;
      const atMs = elapsedMs();
      if (state === 'closed' || atMs >= openUntilMs) return true;
      if (atMs < gapEndsMs) {
        openUntilMs = Math.min(openUntilMs, gapEndsMs);
        return false;
      }
      gapEndsMs = atMs + rules.probeGapMs;
      enter('half-open');
      report('open', 'a change may have fixed it');
      return true;
    },

    reset() {
      const from = shownState();
      holders.clear();
      close(from, 'reset by hand');
    },

    isolate() {
      const from = shownState();
      const holder = {};
      holders.add(holder);
      enter(state); // a new era, so that results of attempts under way are ignored
      if (from === 'closed') openedAtMs = nowMs();
      report(from, 'isolated by hand');
      return () => {
        if (holders.delete(holder)) report('open', 'isolation ended');
      };
    },

    snapshot() {
      const atMs = elapsedMs();
      return {
        v: 1,
        state,
        takenAtMs: nowMs(),
        openings,
        openForMs,
        openedAtMs,
        leftMs: state === 'open' ? Math.max(0, openUntilMs - atMs) : 0,
        cause: cause === undefined ? null : messageOf(cause),
        failures: failures.dump(atMs),
        slowness: slowness?.dump(atMs) ?? [],
      };
    },

    load(snapshot) {
      const from = shownState();
      const atMs = elapsedMs();
      // If the clock was set back since the snapshot, an open breaker still waits no longer than it would have.
      const awayMs = Math.max(0, nowMs() - snapshot.takenAtMs);
      enter(snapshot.state);
      ({ openings, openForMs, openedAtMs } = snapshot);
      openUntilMs = atMs + Math.max(0, snapshot.leftMs - awayMs);
      cause = snapshot.cause === null ? undefined : new Error(snapshot.cause);
      failures.load(snapshot.failures, atMs - awayMs);
      slowness?.load(snapshot.slowness, atMs - awayMs);
      report(from, 'restored from a snapshot');
    },
  };
}
