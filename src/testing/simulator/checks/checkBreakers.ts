import type { BreakerStateName, ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { RunObserver } from '../observe/RunObserver.js';
import { isUncounted } from './checkRetries.js';
import type { CheckContext } from './shared/CheckContext.js';

/** The only transitions that a breaker may make. */
const ALLOWED_TRANSITIONS: readonly string[] = [
  'closed>open',
  'open>half-open',
  'half-open>open',
  'half-open>closed',
];

/** What is known of a plugin's breaker. */
interface Breaker {
  state: BreakerStateName;
  /** Failures in a row while it is closed. */
  failureCount: number;
  openedAtMs: number;
  /** When the last probe was admitted, unless one succeeded since. */
  probedAtMs: number;
  /** Whether the change that is attempted now, or is next, had an attempt. Only one that had none may probe early. */
  isTried: boolean;
  /** Whether a reload was started whose end has not been seen. */
  isReloading: boolean;
}

/**
 * Invariant 14, the circuit breaker of each plugin: only transitions that are allowed, each at the failure and at the time
 * at which it is due; no reload starts while the breaker is open. A failure that only other content cures is not counted. A
 * change probes before the open time is over, but not before `probeGapMs` after the last probe are.
 */
export function checkBreakers({ setup, report, nowMs }: CheckContext): RunObserver {
  const byPlugin = new Map<string, Breaker>();
  const breakerOf = (plugin: string): Breaker => {
    const known = byPlugin.get(plugin);
    if (known !== undefined) return known;
    const breaker: Breaker = {
      state: 'closed',
      failureCount: 0,
      openedAtMs: 0,
      probedAtMs: -Infinity,
      isTried: false,
      isReloading: false,
    };
    byPlugin.set(plugin, breaker);
    return breaker;
  };
  const forget = () => byPlugin.clear();

  const onTransition = (
    breaker: Breaker,
    { plugin, from, to }: Extract<ReloadEvent, { readonly _tag: 'BreakerChanged' }>,
  ) => {
    const transition = `${from}>${to}`;
    if (from !== breaker.state || !ALLOWED_TRANSITIONS.includes(transition)) {
      report.violated(14, `${plugin}: ${transition}, but the breaker was ${breaker.state}`);
    }
    if (transition === 'closed>open' && breaker.failureCount + 1 !== setup.failureCount) {
      report.violated(
        14,
        `${plugin}: the breaker opened at failure ${breaker.failureCount + 1}, not at ${setup.failureCount}`,
      );
    }
    const isEarly = nowMs() < breaker.openedAtMs + setup.openForMs;
    if (transition === 'open>half-open' && setup.probeOn === 'timer' && isEarly) {
      report.violated(14, `${plugin}: the breaker probed before ${setup.openForMs} ms were over`);
    }
    if (transition === 'open>half-open' && setup.probeOn === 'change' && isEarly) {
      report.count('breaker probed early');
      if (nowMs() < breaker.probedAtMs + setup.probeGapMs) {
        report.violated(
          14,
          `${plugin}: a change was probed ${nowMs() - breaker.probedAtMs} ms after the last probe, not ${setup.probeGapMs} ms`,
        );
      }
      if (breaker.isTried) {
        report.violated(14, `${plugin}: the breaker probed early without a change`);
      }
    }
    report.count(`breaker ${transition}`);
    if (to === 'half-open') breaker.probedAtMs = nowMs();
    if (to === 'closed') breaker.probedAtMs = -Infinity;
    breaker.state = to;
    breaker.failureCount = 0;
    if (to === 'open') breaker.openedAtMs = nowMs();
  };
  const onFailure = (breaker: Breaker, plugin: string) => {
    if (breaker.state !== 'closed') return;
    breaker.failureCount += 1;
    if (breaker.failureCount >= setup.failureCount) {
      report.violated(
        14,
        `${plugin}: the breaker is still closed after ${breaker.failureCount} failures in a row`,
      );
    }
  };

  return {
    pipelineSubscribed: forget,
    hostEnding: forget,
    // When the wall clock is set forward, the breaker counts that as time that has passed: it probes early, which does no
    // harm.
    clockSet: (byMs) => {
      if (byMs <= 0) return;
      for (const breaker of byPlugin.values()) breaker.openedAtMs = breaker.probedAtMs = -Infinity;
    },
    eventEmitted: (event) => {
      const { plugin } = event;
      if (plugin === '') return;
      const breaker = breakerOf(plugin);
      switch (event._tag) {
        case 'BreakerChanged':
          onTransition(breaker, event);
          break;
        case 'Superseded':
          breaker.isTried &&= breaker.isReloading;
          break;
        case 'ReloadStarted':
          breaker.isReloading = true;
          breaker.isTried = true;
          if (breaker.state === 'open') {
            report.violated(14, `${plugin}: a reload started while the breaker was open`);
          }
          break;
        case 'ReloadFailed': {
          const wasReloading = breaker.isReloading;
          breaker.isReloading = false;
          breaker.isTried &&= event.willRetry;
          if (wasReloading && event.error._tag !== 'CircuitOpen' && !isUncounted(event.error)) {
            onFailure(breaker, plugin);
          }
          break;
        }
        case 'Loaded':
        case 'Reloaded':
        case 'Unchanged':
        case 'Removed':
          if (breaker.isReloading) breaker.failureCount = 0;
          breaker.isReloading = breaker.isTried = false;
          break;
        default:
      }
    },
  };
}
