import { exponential } from '../../policies/backoff/exponential.js';

/** What to do about a crash: start again after `delayMs`; `isOpen`: calls are refused until then, for it crashes again and again. */
export interface CrashVerdict {
  readonly delayMs: number;
  readonly isOpen: boolean;
}

const MAX_RESTARTS_COUNT = 5;
const CALM_MS = 10_000;
const OPEN_FOR_MS = 60_000;
const delay = exponential({ initialMs: 100, maxMs: 30_000 });

/**
 * Restarts with backoff and a breaker: the first at once, the next after 100, 200, 400 and 800 ms, and then one try a minute. A version
 * that ran for ten seconds starts over.
 *
 * @source The limit on restarts of a supervisor: https://www.erlang.org/doc/system/sup_princ.html#maximum-restart-intensity
 */
export class CrashPolicy {
  #crashes = 0;
  /** Undefined: it has not run since its last crash. */
  #startedAtMs: number | undefined;

  started(nowMs: number): void {
    this.#startedAtMs = nowMs;
  }

  crashed(nowMs: number): CrashVerdict {
    const ranMs = nowMs - (this.#startedAtMs ?? nowMs);
    this.#startedAtMs = undefined;
    this.#crashes = ranMs >= CALM_MS ? 1 : this.#crashes + 1;
    if (this.#crashes === 1) return { delayMs: 0, isOpen: false };
    if (this.#crashes > MAX_RESTARTS_COUNT) return { delayMs: OPEN_FOR_MS, isOpen: true };
    return { delayMs: delay(this.#crashes - 1), isOpen: false };
  }

  /** New code is no reason to remember what the old did. */
  forget(): void {
    this.#crashes = 0;
  }
}
