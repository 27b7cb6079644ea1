import { exponential } from '../../../policies/backoff/exponential.js';
import type { Witness } from '../witness/Witness.js';
import type { CheckParts } from './CheckParts.js';

interface Attempts {
  startedAtMs: number | undefined;
  /** The version that served when the attempt began. */
  served: number | undefined;
  inTarget: number;
  hasNewer: boolean;
  waiting: { readonly sinceMs: number; readonly delayMs: number } | undefined;
  cutDueMs: number | undefined;
  delaysMs: number;
  /** A failure was told that will be retried; a retry without one waits for the breaker. */
  hasFailed: boolean;
}

export interface AttemptsCheck extends Witness {
  /** Whether an attempt is under way, or was in this very moment. */
  isUnderWay(plugin: string): boolean;
  isIdle(): boolean;
}

/** 1 one reload at a time, 2 a failure changes nothing, 4 newer cancels older, 10 deadlines, 12 delays within the curve. */
export function checkAttempts({ setup, findings, nowMs, servingOf }: CheckParts): AttemptsCheck {
  const all = new Map<string, Attempts>();
  const lastMs = new Map<string, number>();
  /** Told at the beginning and at the end. */
  const rollingBack = new Set<string>();
  const curve = exponential({ initialMs: setup.initialMs, maxMs: setup.maxDelayMs });
  let underWay = 0;
  const of = (plugin: string): Attempts => {
    const known = all.get(plugin);
    if (known !== undefined) return known;
    const made: Attempts = {
      ...{ startedAtMs: undefined, served: 0, inTarget: 0, hasNewer: false },
      ...{ waiting: undefined, cutDueMs: undefined, delaysMs: 0, hasFailed: false },
    };
    all.set(plugin, made);
    return made;
  };
  const forget = () => {
    all.clear();
    rollingBack.clear();
    underWay = 0;
  };
  const end = (plugin: string, attempts: Attempts) => {
    if (attempts.startedAtMs === undefined) return;
    attempts.startedAtMs = undefined;
    underWay -= 1;
    lastMs.set(plugin, nowMs());
  };
  const checkDelay = (plugin: string, attempt: number, delayMs: number, isRefused: boolean) => {
    const fullMs = isRefused ? setup.openForMs : curve(attempt);
    const leastMs = isRefused
      ? 0
      : setup.jitter === 'none'
        ? fullMs
        : setup.jitter === 'equal'
          ? fullMs / 2
          : 0;
    if (delayMs < leastMs || delayMs > fullMs + 1) {
      findings.report(
        12,
        `${plugin}: retry ${attempt} waits ${delayMs} ms, the curve says ${leastMs} to ${fullMs}`,
      );
    }
  };

  return {
    subscribed: forget,
    ending: forget,
    event: (event) => {
      const { plugin } = event;
      if (plugin === '') return;
      const attempts = of(plugin);
      switch (event._tag) {
        case 'ChangeDetected':
          // An attempt whose delay is over, and which waits for its turn under `concurrency`, reads the newest bytes.
          if (
            attempts.waiting !== undefined &&
            nowMs() < attempts.waiting.sinceMs + attempts.waiting.delayMs
          ) {
            attempts.hasNewer = true;
            attempts.cutDueMs = nowMs();
          }
          attempts.hasNewer ||= attempts.startedAtMs !== undefined;
          break;
        case 'ReloadStarted': {
          if (attempts.startedAtMs !== undefined)
            findings.report(1, `${plugin} is reloaded while it is reloaded`);
          if (event.attempt > 1) {
            findings.count('retry');
            if (attempts.hasNewer)
              findings.report(
                4,
                `${plugin}: attempt ${event.attempt} of a change that a newer one replaced`,
              );
          }
          const { waiting } = attempts;
          if (
            waiting !== undefined &&
            event.attempt > 1 &&
            nowMs() < waiting.sinceMs + waiting.delayMs - 1
          ) {
            findings.report(
              12,
              `${plugin}: attempt ${event.attempt} came before its delay of ${waiting.delayMs} ms`,
            );
          }
          underWay += 1;
          if (underWay > setup.concurrency)
            findings.report(
              1,
              `${underWay} reloads at a time, of ${setup.concurrency} that may be`,
            );
          attempts.startedAtMs = nowMs();
          attempts.served = rollingBack.has(plugin) ? undefined : servingOf(plugin);
          attempts.hasNewer = false;
          attempts.waiting = undefined;
          break;
        }
        case 'ReloadFailed':
          attempts.hasFailed = event.willRetry;
          if (event.error._tag === 'TimedOut') findings.count('timed out');
          if (attempts.startedAtMs !== undefined && attempts.served !== undefined) {
            const now = servingOf(plugin);
            if (now !== attempts.served) {
              findings.report(
                2,
                `${plugin}: a failure (${event.error._tag}) left version ${now} in the place of ${attempts.served}`,
              );
            }
          }
          attempts.cutDueMs = undefined;
          end(plugin, attempts);
          break;
        case 'Loaded':
        case 'Reloaded':
        case 'Unchanged':
        case 'Removed':
          end(plugin, attempts);
          break;
        case 'Superseded':
          if (attempts.cutDueMs !== undefined) findings.count('wait cut short');
          attempts.cutDueMs = undefined;
          attempts.waiting = undefined;
          break;
        case 'RetryScheduled':
          checkDelay(plugin, event.attempt, event.delayMs, !attempts.hasFailed);
          attempts.waiting = { sinceMs: nowMs(), delayMs: event.delayMs };
          attempts.hasFailed = false;
          break;
        default:
      }
    },
    reloadEntered: (plugin) => {
      const attempts = of(plugin);
      attempts.inTarget += 1;
      if (attempts.inTarget > 1)
        findings.report(1, `two reloads of ${plugin} run in its host at once`);
    },
    // A person's word changes what serves, also while a reload is under way.
    rolledBack: (plugin) => {
      of(plugin).served = undefined;
      if (!rollingBack.delete(plugin)) rollingBack.add(plugin);
    },
    reloadLeft: (plugin) => {
      of(plugin).inTarget -= 1;
    },
    stepped: () => {
      for (const [plugin, attempts] of all) {
        if (attempts.startedAtMs !== undefined) {
          const ageMs = nowMs() - attempts.startedAtMs;
          if (ageMs > setup.reloadTimeoutMs) {
            findings.report(
              10,
              `${plugin}: a reload lasts ${ageMs} ms, its deadline is ${setup.reloadTimeoutMs}`,
            );
            attempts.startedAtMs = undefined;
            underWay -= 1;
          }
        }
        if (attempts.cutDueMs !== undefined && nowMs() > attempts.cutDueMs) {
          findings.report(
            4,
            `${plugin}: a new change did not end the wait for a retry of an older one`,
          );
          attempts.cutDueMs = undefined;
        }
      }
    },
    isUnderWay: (plugin) =>
      all.get(plugin)?.startedAtMs !== undefined || lastMs.get(plugin) === nowMs(),
    isIdle: () => {
      for (const { startedAtMs } of all.values()) if (startedAtMs !== undefined) return false;
      return true;
    },
  };
}
