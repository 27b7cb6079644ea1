import type { BreakerStateName } from '../model/ReloadEvent.js';
import type { BreakerRules } from './breakerRules.js';
import type { BreakerSnapshot } from './breakerSnapshot.js';
import type { BreakerTransition } from './BreakerTransition.js';
import { CircuitOpenError } from './CircuitOpenError.js';
import { longestDelayMs } from './longestDelayMs.js';
import { SteadyClock } from './SteadyClock.js';

export type Verdict = 'success' | 'failure' | 'ignore';

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
export class BreakerMachine {
  readonly #rules: BreakerRules;
  readonly #onTransition: (transition: BreakerTransition) => void;
  #state: BreakerStateName = 'closed';
  #era = 0;
  #probesUnderWay = 0;
  #openings = 0;
  #openForMs = 0;
  #openUntilMs = 0;
  #openedAtMs = 0;
  #cause: unknown;
  readonly #clock: SteadyClock;
  readonly #holders = new Set<object>();
  #nextProbeNowMs = -Infinity;

  constructor(rules: BreakerRules, onTransition: (transition: BreakerTransition) => void) {
    this.#rules = rules;
    this.#clock = new SteadyClock(rules.nowMs);
    this.#onTransition = onTransition;
  }

  get state(): BreakerStateName {
    return this.#holders.size > 0 ? 'open' : this.#state;
  }

  /** A permit, or -1. In half-open every permit is a probe's. */
  admit(): number {
    if (this.#holders.size > 0) return refused;
    if (this.#state === 'closed') return this.#era;
    if (this.#state === 'half-open') {
      if (this.#probesUnderWay >= this.#rules.probeCount) return refused;
      this.#probesUnderWay++;
      return this.#era;
    }
    if (this.#clock.elapsedMs() < this.#openUntilMs) return refused;
    this.#enter('half-open');
    // The slot is taken before anyone hears of it: a listener that asks for a permit gets none.
    this.#probesUnderWay++;
    const permit = this.#era;
    this.#tell('open', `open for ${this.#openForMs} ms`);
    return permit;
  }

  /** The verdict on an attempt, once a permit. 'ignore' gives the permit back. */
  settle(permit: number, verdict: Verdict, error?: unknown): void {
    if (permit !== this.#era) return;
    if (this.#state === 'half-open') {
      this.#probesUnderWay--;
      if (verdict === 'success') this.#startOver('half-open', 'a probe succeeded');
      else if (verdict === 'failure') this.#open('a probe failed', error);
      return;
    }
    if (verdict === 'ignore') return;
    const { failures } = this.#rules;
    const atMs = failures.isTimed ? this.#clock.elapsedMs() : 0;
    failures.record(verdict === 'failure', atMs);
    if (verdict === 'failure') this.#cause = error;
    // A success can complete the minimum that a rate was waiting for, and so open the breaker too.
    if (failures.isTripped(atMs)) this.#open(failures.describe('failure'), this.#cause);
  }

  /** Whether an attempt was slow: said when it passed the limit, not when it ends; or at its end, when it did not. */
  timed(permit: number, isSlow: boolean): void {
    const { slowness } = this.#rules;
    if (permit !== this.#era || this.#state !== 'closed' || slowness === undefined) return;
    const atMs = slowness.isTimed ? this.#clock.elapsedMs() : 0;
    slowness.record(isSlow, atMs);
    if (slowness.isTripped(atMs)) this.#open(slowness.describe('slow attempt'), undefined);
  }

  /** Whether `permit` is a probe's, whose time is limited. */
  isProbe(permit: number): boolean {
    return this.#state === 'half-open' && permit === this.#era;
  }

  /** Why there was no permit, and when to ask again. */
  refusal(): CircuitOpenError {
    const atMs = this.#state === 'open' ? this.#openUntilMs - this.#clock.elapsedMs() : 0;
    const waitMs = atMs > 0 ? atMs : Math.min(this.#rules.probeTimeoutMs, this.#shortestOpenMs());
    return new CircuitOpenError(
      {
        breaker: this.#rules.name,
        retryAfterMs: Math.min(longestDelayMs, Math.max(1, Math.ceil(waitMs))),
        openedAtMs: this.#openedAtMs,
      },
      this.#holders.size > 0 ? new Error(`${this.#rules.name}: isolated by hand`) : this.#cause,
    );
  }

  /** Lets the next attempt through as a probe if the breaker is open, at most once in `probeGapMs`. */
  probeNow(): boolean {
    if (this.#holders.size > 0) return false;
    if (this.#state === 'closed') return true;
    if (this.#state === 'half-open') return this.#probesUnderWay < this.#rules.probeCount;
    const atMs = this.#clock.elapsedMs();
    if (atMs >= this.#openUntilMs) return true;
    if (atMs < this.#nextProbeNowMs) return false;
    this.#nextProbeNowMs = atMs + this.#rules.probeGapMs;
    this.#enter('half-open');
    this.#tell('open', 'a change may have mended it');
    return true;
  }

  /** Closed, with every count back at its start. Who isolated it holds nothing any more. */
  reset(): void {
    const from = this.state;
    this.#holders.clear();
    this.#nextProbeNowMs = -Infinity;
    this.#startOver(from, 'reset by hand');
  }

  /** Refuses everything until each holder has let go; then the state is what it was before. */
  isolate(): () => void {
    const from = this.state;
    const holder = {};
    this.#holders.add(holder);
    // What is under way belongs to the era before.
    this.#era++;
    this.#probesUnderWay = 0;
    if (from === 'closed') this.#openedAtMs = this.#rules.nowMs();
    this.#tell(from, 'isolated by hand');
    return () => {
      if (this.#holders.delete(holder)) this.#tell('open', 'isolation ended');
    };
  }

  dump(): BreakerSnapshot {
    const atMs = this.#clock.elapsedMs();
    return {
      v: 1,
      state: this.#state,
      takenAtMs: this.#rules.nowMs(),
      openings: this.#openings,
      openForMs: this.#openForMs,
      openedAtMs: this.#openedAtMs,
      leftMs: this.#state === 'open' ? Math.max(0, this.#openUntilMs - atMs) : 0,
      cause: this.#cause === undefined ? null : messageOf(this.#cause),
      failures: this.#rules.failures.dump(atMs),
      slowness: this.#rules.slowness?.dump(atMs) ?? [],
    };
  }

  load(snapshot: BreakerSnapshot): void {
    const from = this.state;
    const atMs = this.#clock.elapsedMs();
    // The clock may have been set in between: an open breaker never waits longer than it would have.
    const awayMs = Math.max(0, this.#rules.nowMs() - snapshot.takenAtMs);
    this.#enter(snapshot.state);
    this.#openings = snapshot.openings;
    this.#openForMs = snapshot.openForMs;
    this.#openedAtMs = snapshot.openedAtMs;
    this.#openUntilMs = atMs + Math.max(0, snapshot.leftMs - awayMs);
    this.#cause = snapshot.cause === null ? undefined : new Error(snapshot.cause);
    this.#rules.failures.load(snapshot.failures, atMs - awayMs);
    this.#rules.slowness?.load(snapshot.slowness, atMs - awayMs);
    this.#tell(from, 'restored from a snapshot');
  }

  #open(reason: string, cause: unknown): void {
    const from = this.#state;
    this.#enter('open');
    this.#openings++;
    const { openMs, remark } = this.#nextOpenMs(cause);
    this.#openForMs = openMs;
    this.#openUntilMs = this.#clock.elapsedMs() + openMs;
    this.#openedAtMs = this.#rules.nowMs();
    // A completion can be a failure too, and then there is no error yet.
    this.#cause = cause ?? new Error(`${this.#rules.name}: ${reason}`);
    this.#tell(from, reason + remark);
  }

  #startOver(from: BreakerStateName, reason: string): void {
    this.#enter('closed');
    this.#openings = 0;
    this.#openForMs = 0;
    this.#cause = undefined;
    this.#rules.failures.clear();
    this.#rules.slowness?.clear();
    this.#tell(from, reason);
  }

  /** A new era: permits of the one before count for nothing. */
  #enter(state: BreakerStateName): void {
    this.#state = state;
    this.#era++;
    this.#probesUnderWay = 0;
  }

  #tell(from: BreakerStateName, reason: string): void {
    const to = this.state;
    if (to === from) return;
    const isTimed = to === 'open' && this.#holders.size === 0;
    const retryAtMs = isTimed
      ? this.#rules.nowMs() + this.#openUntilMs - this.#clock.elapsedMs()
      : null;
    this.#onTransition({ from, to, reason, retryAtMs });
  }

  /** A policy that throws or answers with no number must not keep a broken thing in service. */
  #nextOpenMs(cause: unknown): { readonly openMs: number; readonly remark: string } {
    try {
      const ms = this.#rules.openForMs(this.#openings, cause, this.#openForMs) ?? defaultOpenForMs;
      if (!Number.isNaN(ms))
        return { openMs: Math.min(longestDelayMs, Math.max(1, ms)), remark: '' };
      return {
        openMs: defaultOpenForMs,
        remark: `; openForMs returned NaN, so ${defaultOpenForMs} ms`,
      };
    } catch (thrown) {
      const remark = `; openForMs threw (${messageOf(thrown)}), so ${defaultOpenForMs} ms`;
      return { openMs: defaultOpenForMs, remark };
    }
  }

  /** How soon it is worth asking again while probes are under way, or someone isolated the breaker. */
  #shortestOpenMs(): number {
    return this.#openForMs > 0 ? this.#openForMs : defaultOpenForMs;
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
