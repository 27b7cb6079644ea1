import type { BreakerStateName } from '../../../model/reload/ReloadEvent.js';
import type { Witness } from '../witness/Witness.js';
import type { CheckParts } from './CheckParts.js';

interface Breaker {
  state: BreakerStateName;
  failures: number;
  openedAtMs: number;
}

const DRAWN: readonly string[] = [
  'closed>open',
  'open>half-open',
  'half-open>open',
  'half-open>closed',
];

/** 14: transitions only as drawn, at the failure that they are due at; nothing starts while it is open. */
export function checkBreakers({ setup, findings, nowMs }: CheckParts): Witness {
  const all = new Map<string, Breaker>();
  const of = (plugin: string): Breaker => {
    const known = all.get(plugin);
    if (known !== undefined) return known;
    const made: Breaker = { state: 'closed', failures: 0, openedAtMs: 0 };
    all.set(plugin, made);
    return made;
  };
  const started = new Set<string>();
  const forget = () => {
    all.clear();
    started.clear();
  };
  return {
    subscribed: forget,
    ending: forget,
    // Time that a scheduler's clock skips counts as time that has passed: a probe comes early then, and loses nothing.
    clockSet: (byMs) => {
      if (byMs > 0) for (const breaker of all.values()) breaker.openedAtMs = -Infinity;
    },
    event: (event) => {
      const { plugin } = event;
      if (plugin === '') return;
      const breaker = of(plugin);
      switch (event._tag) {
        case 'BreakerChanged': {
          const change = `${event.from}>${event.to}`;
          if (event.from !== breaker.state || !DRAWN.includes(change)) {
            findings.report(14, `${plugin}: ${change}, and the breaker was ${breaker.state}`);
          }
          if (change === 'closed>open' && breaker.failures + 1 !== setup.failureCount) {
            findings.report(
              14,
              `${plugin}: opened at failure ${breaker.failures + 1}, not ${setup.failureCount}`,
            );
          }
          const isEarly = nowMs() < breaker.openedAtMs + setup.openForMs;
          if (change === 'open>half-open' && setup.probeOn === 'timer' && isEarly) {
            findings.report(14, `${plugin}: half-open before ${setup.openForMs} ms`);
          }
          findings.count(`breaker ${change}`);
          breaker.state = event.to;
          breaker.failures = 0;
          if (event.to === 'open') breaker.openedAtMs = nowMs();
          break;
        }
        case 'ReloadStarted':
          started.add(plugin);
          if (breaker.state === 'open')
            findings.report(14, `${plugin}: a reload started while its breaker was open`);
          break;
        case 'ReloadFailed':
          if (!started.delete(plugin) || event.error._tag === 'CircuitOpen') break;
          if (breaker.state !== 'closed') break;
          breaker.failures += 1;
          if (breaker.failures >= setup.failureCount) {
            findings.report(14, `${plugin}: closed after ${breaker.failures} failures in a row`);
          }
          break;
        case 'Loaded':
        case 'Reloaded':
        case 'Unchanged':
        case 'Removed':
          if (started.delete(plugin)) breaker.failures = 0;
          break;
        default:
      }
    },
  };
}
