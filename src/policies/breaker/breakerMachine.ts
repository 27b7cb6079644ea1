import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';
import type { BreakerRules } from './breakerRules.js';
import type { BreakerSnapshot } from './breakerSnapshot.js';
import type { BreakerTransition } from './BreakerTransition.js';
import { CircuitOpenError } from './CircuitOpenError.js';
import { clampDelay } from '../ranges.js';
import type { OutcomeWindow } from './outcomeWindow.js';
import { steadyClock } from '../steadyClock.js';

export type Verdict = 'success' | 'failure' | 'ignore';

export interface BreakerMachine {
  readonly state: () => BreakerStateName;
  /** A permit, or -1. In half-open every permit is a probe's. */
  readonly admit: () => number;
  /** The verdict on an attempt, once a permit. 'ignore' gives the permit back. */
  readonly settle: (permit: number, verdict: Verdict, error?: unknown) => void;
  /** Whether an attempt was slow: said when it passed the limit, not when it ends; or at its end, when it did not. */
  readonly timed: (permit: number, isSlow: boolean) => void;
  /** Whether `permit` is a probe's, whose time is limited. */
  readonly isProbe: (permit: number) => boolean;
  /** Why there was no permit, and when to ask again. */
  readonly refusal: () => CircuitOpenError;
  /** Lets the next attempt through as a probe if the breaker is open, at most once in `probeGapMs`. */
  readonly probeNow: () => boolean;
  /** Closed, with every count back at its start. Who isolated it holds nothing any more. */
  readonly reset: () => void;
  /** Refuses everything until each holder has let go; then the state is what it was before. */
  readonly isolate: () => () => void;
  readonly snapshot: () => BreakerSnapshot;
  readonly load: (snapshot: BreakerSnapshot) => void;
}

/** How long a breaker stays open when nothing else is said. */
const defaultOpenForMs = 60_000;

/** Why an attempt was not admitted is in `refusal()`; this is only the permit that it did not get. */
const refused = -1;

/**
 * The circuit breaker as a machine: closed → open → half-open → closed or open, and no other way.
 *
 * A permit is the number of the era in which it was given. Each change of state begins an era, so a result that comes late
 * is told by its number and moves nothing. Time comes in through `nowMs` and is made steady, so a clock that steps back
 * delays a probe by at most the open time.
 */
export function breakerMachine(
  rules: BreakerRules,
  onTransition: (transition: BreakerTransition) => void,
): BreakerMachine {
  const { name, failures, slowness, nowMs } = rules;
  const elapsedMs = steadyClock(nowMs);
  const holders = new Set<object>();
  let state: BreakerStateName = 'closed';
  let era = 0;
  let probesUnderWay = 0;
  let openings = 0;
  let openForMs = 0;
  let openUntilMs = 0;
  let openedAtMs = 0;
  let cause: unknown;
  let nextProbeNowMs = -Infinity;

  const seen = (): BreakerStateName => (holders.size > 0 ? 'open' : state);

  /** A new era: permits of the one before count for nothing. */
  const enter = (next: BreakerStateName): void => {
    state = next;
    era++;
    probesUnderWay = 0;
  };

  const tell = (from: BreakerStateName, reason: string): void => {
    const to = seen();
    const isTimed = to === 'open' && holders.size === 0;
    const retryAtMs = isTimed ? nowMs() + openUntilMs - elapsedMs() : null;
    if (to !== from) onTransition({ from, to, reason, retryAtMs });
  };

  const startOver = (from: BreakerStateName, reason: string): void => {
    enter('closed');
    openings = openForMs = 0;
    cause = undefined;
    failures.clear();
    slowness?.clear();
    tell(from, reason);
  };

  /** A policy that throws or answers with no number must not keep a broken thing in service. */
  const chooseOpenTime = (): string => {
    let why = 'returned NaN';
    try {
      const ms = rules.openForMs(openings, cause, openForMs) ?? defaultOpenForMs;
      if (!Number.isNaN(ms)) {
        openForMs = clampDelay(ms, 1);
        return '';
      }
    } catch (thrown) {
      why = `threw (${messageOf(thrown)})`;
    }
    openForMs = defaultOpenForMs;
    return `; openForMs ${why}, so ${openForMs} ms`;
  };

  const open = (reason: string, error: unknown): void => {
    const from = state;
    enter('open');
    openings++;
    cause = error;
    const remark = chooseOpenTime();
    openUntilMs = elapsedMs() + openForMs;
    openedAtMs = nowMs();
    // A completion can be a failure too, and then there is no error yet.
    cause ??= new Error(`${name}: ${reason}`);
    tell(from, reason + remark);
  };

  /** A success can complete the minimum that a rate was waiting for, and so open the breaker too. */
  const count = (window: OutcomeWindow, isBad: boolean, noun: string, error: unknown): void => {
    const isTripped = window.record(isBad, window.isTimed ? elapsedMs() : 0);
    if (isTripped) open(window.describe(noun), error);
  };

  return {
    state: seen,

    admit() {
      if (holders.size > 0) return refused;
      if (state === 'closed') return era;
      if (state === 'half-open') {
        if (probesUnderWay >= rules.probeCount) return refused;
        probesUnderWay++;
        return era;
      }
      if (elapsedMs() < openUntilMs) return refused;
      enter('half-open');
      // The slot is taken before anyone hears of it: a listener that asks for a permit gets none.
      probesUnderWay++;
      const permit = era;
      tell('open', `open for ${openForMs} ms`);
      return permit;
    },

    settle(permit, verdict, error) {
      if (permit !== era) return;
      const isFailure = verdict === 'failure';
      if (state === 'half-open') {
        probesUnderWay--;
        if (isFailure) open('a probe failed', error);
        else if (verdict === 'success') startOver('half-open', 'a probe succeeded');
      } else if (verdict !== 'ignore') {
        if (isFailure) cause = error;
        count(failures, isFailure, 'failure', cause);
      }
    },

    timed(permit, isSlow) {
      if (permit === era && state === 'closed' && slowness !== undefined) {
        count(slowness, isSlow, 'slow attempt', undefined);
      }
    },

    isProbe: (permit) => state === 'half-open' && permit === era,

    refusal() {
      const leftMs = state === 'open' ? openUntilMs - elapsedMs() : 0;
      // While probes are under way, or someone isolated the breaker, no time says when that will end.
      const waitMs =
        leftMs > 0 ? leftMs : Math.min(rules.probeTimeoutMs, openForMs || defaultOpenForMs);
      const retryAfterMs = clampDelay(Math.ceil(waitMs), 1);
      const why = holders.size > 0 ? new Error(`${name}: isolated by hand`) : cause;
      return new CircuitOpenError({ breaker: name, retryAfterMs, openedAtMs }, why);
    },

    probeNow() {
      if (holders.size > 0) return false;
      if (state === 'half-open') return probesUnderWay < rules.probeCount;
      const atMs = elapsedMs();
      if (state === 'closed' || atMs >= openUntilMs) return true;
      if (atMs < nextProbeNowMs) return false;
      nextProbeNowMs = atMs + rules.probeGapMs;
      enter('half-open');
      tell('open', 'a change may have mended it');
      return true;
    },

    reset() {
      const from = seen();
      holders.clear();
      nextProbeNowMs = -Infinity;
      startOver(from, 'reset by hand');
    },

    isolate() {
      const from = seen();
      const holder = {};
      holders.add(holder);
      enter(state); // what is under way belongs to the era before
      if (from === 'closed') openedAtMs = nowMs();
      tell(from, 'isolated by hand');
      return () => {
        if (holders.delete(holder)) tell('open', 'isolation ended');
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
      const from = seen();
      const atMs = elapsedMs();
      // The clock may have been set in between: an open breaker never waits longer than it would have.
      const awayMs = Math.max(0, nowMs() - snapshot.takenAtMs);
      enter(snapshot.state);
      ({ openings, openForMs, openedAtMs } = snapshot);
      openUntilMs = atMs + Math.max(0, snapshot.leftMs - awayMs);
      cause = snapshot.cause === null ? undefined : new Error(snapshot.cause);
      failures.load(snapshot.failures, atMs - awayMs);
      slowness?.load(snapshot.slowness, atMs - awayMs);
      tell(from, 'restored from a snapshot');
    },
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
