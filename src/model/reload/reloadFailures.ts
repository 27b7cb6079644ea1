import { messageOf } from '../unknownValue.js';
import type { CircuitOpen, TimedOut, Unexpected, VersionSuspect } from './ReloadError.js';

// Makes the failures that the pipeline reports about a whole reload, or about a version that must not run.

/** A whole reload did not end in time. */
export function reloadTimedOut(plugin: string, limitMs: number): TimedOut {
  const message = `Reload of ${plugin} did not end within ${limitMs} ms. Look for work at the top of its modules, in start or in health, that never ends.`;
  return { _tag: 'TimedOut', plugin, phase: 'reload', limitMs, message };
}

/** The plugin's breaker refuses attempts for another `retryAfterMs`. */
export function circuitOpen(plugin: string, retryAfterMs: number): CircuitOpen {
  const message = `The breaker of ${plugin} is open for another ${retryAfterMs} ms; save a change to probe sooner.`;
  return { _tag: 'CircuitOpen', plugin, retryAfterMs, message };
}

/** Something was thrown that is no `ReloadError`. */
export function unexpected(plugin: string, cause: unknown): Unexpected {
  const reason = messageOf(cause);
  return {
    _tag: 'Unexpected',
    plugin,
    reason,
    message: `Reload of ${plugin} failed unexpectedly: ${reason}`,
  };
}

/**
 * The host ended during this version's trial. The version does not run until its files change.
 *
 * @param outcome - `replaced`: the proven version before it runs. `refused`: nothing runs in its place.
 */
export function versionSuspect(
  { plugin, fingerprint, crashes }: Pick<VersionSuspect, 'plugin' | 'fingerprint' | 'crashes'>,
  outcome: 'replaced' | 'refused',
): VersionSuspect {
  const times = crashes === 1 ? 'once' : `${crashes} times`;
  const now =
    outcome === 'replaced'
      ? 'The version before it runs in its place, from a copy'
      : 'It is left out, so that the host can run';
  const message = `The host ended ${times} before this version of ${plugin} had proven itself. ${now}. Change one of its files to try it again.`;
  return { _tag: 'VersionSuspect', plugin, fingerprint, crashes, message };
}
