import { closestName } from '../closestName.js';
import { messageOf } from '../unknownValue.js';
import type {
  Aborted,
  CircuitOpen,
  Crashed,
  HealthCheckFailed,
  LifecycleFailed,
  PluginGone,
  PluginNotFound,
  ProbationFailed,
  StateSaveFailed,
  TimedOut,
  Unexpected,
  VersionNotKept,
  VersionSuspect,
} from './ReloadError.js';
import { WITHOUT_STATE } from './stateFailures.js';

// Failures of what runs: lifecycle, deadlines, threads, attempts, versions, plugins. `sourceFailures` has those of files, `stateFailures` those
// of states.

export function lifecycleFailed(plugin: string, phase: string, reason: string): LifecycleFailed {
  return { _tag: 'LifecycleFailed', plugin, phase, reason, message: `${plugin}: ${reason}` };
}

/** A version has ended, and something that it opened has not. */
export function handlesLeftOpen(plugin: string, message: string): LifecycleFailed {
  return { _tag: 'LifecycleFailed', plugin, phase: 'dispose', reason: message, message };
}

export function healthCheckFailed(plugin: string, reason: string): HealthCheckFailed {
  const message = `${plugin} reports that it is not healthy: ${reason}.`;
  return { _tag: 'HealthCheckFailed', plugin, reason, message };
}

/** What did not end in time, by stage. */
const OVERDUE: Readonly<Record<string, string>> = {
  compile: 'its files could not be read and compiled',
  trial: 'the note that it is on trial was not written',
  load: 'its modules did not finish loading',
  quiesce: 'calls in flight did not end',
  save: 'its state could not be saved',
  migrate: 'migrate() did not return',
  restore: 'restoreState() did not return',
  start: 'init() or start() did not return',
  health: 'health() did not answer',
  dispose: 'stop(), or the disposal of what was given to ctx.own, did not return',
};

/** The stages that may be named as overdue. */
export const overduePhases: readonly string[] = Object.keys(OVERDUE);

/** What to do about it, by stage, where that is not obvious. */
const OVERDUE_ADVICE: Readonly<Record<string, string>> = {
  load: ' Look for an await at the top level that never ends.',
  quiesce: ' Make them shorter, or listen to an AbortSignal.',
};

/**
 * A stage of a swap did not end in time.
 *
 * @param by - Set when the plugin was asked for its state and did not give it in time.
 */
export function timedOut(plugin: string, phase: string, limitMs: number, by?: 'plugin'): TimedOut {
  if (by !== undefined) {
    const message = `${plugin}: saveState() did not return within ${limitMs} ms. ${WITHOUT_STATE}`;
    return { _tag: 'TimedOut', plugin, phase, limitMs, by, message };
  }
  const what = OVERDUE[phase] ?? `${phase} did not end`;
  const message = `${plugin}: ${what} within ${limitMs} ms.${OVERDUE_ADVICE[phase] ?? ''}`;
  return { _tag: 'TimedOut', plugin, phase, limitMs, message };
}

/** The caller's signal was aborted during the stage `phase`. */
export function aborted(plugin: string, phase: string, signal: AbortSignal): Aborted {
  const cause: unknown = signal.reason;
  const reason = cause === undefined ? 'aborted' : messageOf(cause);
  const message = `Reload of ${plugin} was aborted during ${phase}: ${reason}.`;
  return { _tag: 'Aborted', plugin, reason, message };
}

/** The reload of a target that stands in for a runtime ended after its signal had been aborted. */
export function abortedUnchanged(plugin: string): Aborted {
  const reason = 'it was aborted';
  const message = `The reload of ${plugin} changed nothing: ${reason}.`;
  return { _tag: 'Aborted', plugin, reason, message };
}

export function runtimeClosed(plugin: string): Aborted {
  const reason = 'the runtime is closed';
  return { _tag: 'Aborted', plugin, reason, message: `${plugin} is not loaded: ${reason}.` };
}

/** The plugin failed while it ran, outside of any call. */
export function crashed(plugin: string, reason: string): Crashed {
  return { _tag: 'Crashed', plugin, reason, message: `${plugin}: ${reason}` };
}

/** The worker of a version did not start. `error` is what Node threw: `ERR_ACCESS_DENIED` when its permission model forbids threads. */
export function threadNotStarted(plugin: string, error: unknown): Crashed {
  const isForbidden =
    error instanceof Error && 'code' in error && error.code === 'ERR_ACCESS_DENIED';
  const reason = isForbidden
    ? "Node's permission model forbids this host to start threads"
    : `no thread could be started: ${messageOf(error)}`;
  const advice = isForbidden
    ? 'start the host with --allow-worker, or run the plugin with mode = "in-process"'
    : 'give the host more threads and memory, or run the plugin with mode = "in-process"';
  const message = `${plugin} was not loaded into a worker: ${reason}. What served before serves on. To load it, ${advice}.`;
  return { _tag: 'Crashed', plugin, reason, needsRestart: false, message };
}

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

/** The thrown value is not a `ReloadError`. */
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
 * @param outcome - `replaced`: the last proven version runs instead. `refused`: nothing runs instead.
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

/** The order to go back was followed, but it could not be noted. */
export function takenBackNotKept(plugin: string): StateSaveFailed {
  const reason = 'the order to go back could not be noted';
  const message = `${plugin}: ${reason}, because another host has the notes about versions or they cannot be written. The older version serves, and the next start loads what is on disk.`;
  return { _tag: 'StateSaveFailed', plugin, reason, message };
}

export function probationFailed(
  plugin: string,
  { number, reason }: { readonly number: number; readonly reason: string },
): ProbationFailed {
  const message = `Version ${number} of ${plugin} failed its probation: ${reason}. The same files are not tried again: change them, or load that version with replacePlugin.`;
  return { _tag: 'ProbationFailed', plugin, version: number, reason, message };
}

/** @param kept - The versions that `replacePlugin` can go back to. */
export function versionNotKept(
  plugin: string,
  version: number,
  serving: number,
  kept: readonly number[],
): VersionNotKept {
  const rising = [...kept].sort((a, b) => a - b);
  const choice = kept.length === 0 ? 'none is kept' : `those kept are ${rising.join(', ')}`;
  const serves = serving === 0 ? 'nothing serves' : `${serving} serves`;
  const which = version === 0 ? 'trusted version' : `version ${version}`;
  const message = `${plugin} has no ${which} to go back to: ${choice}, and ${serves}.`;
  return { _tag: 'VersionNotKept', plugin, version, kept: rising, message };
}

export function pluginNotFound(plugin: string, loaded: readonly string[]): PluginNotFound {
  const meant = closestName(plugin, loaded);
  const list = loaded.length === 0 ? 'none is' : `loaded plugins: ${loaded.join(', ')}`;
  const hint = meant === undefined ? list : `did you mean "${meant}"?`;
  return { _tag: 'PluginNotFound', plugin, message: `No plugin "${plugin}" is loaded; ${hint}` };
}

/** A call waited for the first load of a plugin, and nobody has started that load, or it hangs. */
export function firstLoadLate(plugin: string, limitMs: number): PluginNotFound {
  const message = `Plugin "${plugin}" was not loaded within ${limitMs} ms, so nothing answers this call: subscribe to the events of hotReload, or run the load that was made.`;
  return { _tag: 'PluginNotFound', plugin, message };
}

/**
 * No folder has the plugin any more. `path` is the one that had it.
 *
 * @param now - The name that the manifest in that folder has now; undefined when the folder is gone.
 */
export function pluginGone(plugin: string, path: string, now?: string): PluginGone {
  const message =
    now === undefined
      ? `The folder of ${plugin}, ${path}, is gone: unload it.`
      : `No folder has a plugin named "${plugin}" any more, ${path} has "${now}": unload it.`;
  return { _tag: 'PluginGone', plugin, path, message };
}
