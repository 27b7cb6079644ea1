import { closestName } from '../closestName.js';
import { messageOf } from '../unknownValue.js';
import type {
  Aborted,
  ApiVersionMismatch,
  CapabilitiesNotApproved,
  CircuitOpen,
  CompilationFailed,
  Crashed,
  EvaluationFailed,
  ExportMissing,
  HealthCheckFailed,
  Io,
  LifecycleFailed,
  ManifestInvalid,
  ManifestNotFound,
  NameTaken,
  Place,
  PluginGone,
  PluginNotFound,
  ProbationFailed,
  ReloadError,
  StateCorrupt,
  StateLarge,
  StateRejected,
  StateSaveFailed,
  TimedOut,
  Unexpected,
  VersionNotKept,
  VersionSuspect,
} from './ReloadError.js';

// The constructors of every failure of the runtime and the pipeline, in the order of a reload's stages. They are in one
// file so that their messages stay consistent. Messages name files relative to the runtime's root. The failures of a
// state store are in `state/records/storeFailure`.

/** What to do, by the code of the failure. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: 'it does not exist; create it, or correct the path',
  EACCES: 'permission denied; give the host read permission for it',
  EPERM: 'permission denied; give the host read permission for it',
  EISDIR: 'it is a directory; name a file',
  ENOTFILE: 'it is not a regular file; pipes, devices and directories are refused',
  ELOOP: 'its links form a circle; replace the link with a file',
  ETOOBIG: 'it is larger than hotpipe reads; make it smaller',
  EBUSY: 'it kept changing while it was read; save it again when the writer is done',
  EMFILE: 'the process has too many files open; raise the limit (ulimit -n)',
  EOUTSIDE: "it is a link to outside of the plugin's folder; put the file itself there",
  ENXIO: 'it is a pipe or a device; only regular files are read',
};

/** A file could not be read. `code` is the system's, or hotpipe's own `ENOTFILE`, `ETOOBIG`, `EBUSY`, `EOUTSIDE`. */
export function ioFailure(plugin: string, file: string, code: string): Io {
  const advice = ADVICE[code] ?? 'the system reported an error';
  const message = `Cannot read ${file}: ${advice} (${code}).`;
  return { _tag: 'Io', plugin, code, path: file, message };
}

/** The folder has neither plugin.toml (`file`) nor plugin.json. */
export function manifestNotFound(plugin: string, file: string): ManifestNotFound {
  const message = `${file} does not exist, and neither does plugin.json: create one of them, or remove the folder.`;
  return { _tag: 'ManifestNotFound', plugin, file, message };
}

export function manifestInvalid(
  plugin: string,
  at: Place,
  problems: readonly string[],
): ManifestInvalid {
  const [first = 'invalid'] = problems;
  const message = `${textOf(at)}: the manifest is not valid: ${first}${andMore(problems.length - 1)}.`;
  return { _tag: 'ManifestInvalid', plugin, problems, message, ...at };
}

export function apiVersionMismatch(
  plugin: string,
  file: string,
  wanted: string,
  host: string,
): ApiVersionMismatch {
  const message = `${file}: the plugin asks for api version ${wanted}, but this host has ${host}: set api-version to what the host has, or run a host that has it.`;
  return { _tag: 'ApiVersionMismatch', plugin, file, wanted, host, message };
}

/** The manifest `file` declares a name that the plugin in the folder `takenBy` already has. */
export function nameTaken(plugin: string, file: string, takenBy: string): NameTaken {
  const message = `${file}: the name "${plugin}" is already used by ${takenBy}: rename one of them.`;
  return { _tag: 'NameTaken', plugin, file, takenBy, message };
}

export function capabilitiesNotApproved(
  plugin: string,
  at: Place,
  added: readonly string[],
): CapabilitiesNotApproved {
  const list = added.map((name) => JSON.stringify(name)).join(', ');
  const message = `${textOf(at)}: ${plugin} now asks for ${list}, which the version before did not: call approveCapabilities('${plugin}', [${list}]) to let it load, or remove it from "capabilities".`;
  return { _tag: 'CapabilitiesNotApproved', plugin, added, message, ...at };
}

/** @param moreCount - Number of other problems that the compiler found. */
export function compilationFailed(
  plugin: string,
  at: Place,
  reason: string,
  moreCount = 0,
): CompilationFailed {
  // Compilers end some of their sentences with a dot, and others not.
  const message = `${textOf(at)}: ${reason.replace(/\.+$/, '')}${andMore(moreCount)}.`;
  return { _tag: 'CompilationFailed', plugin, message, ...at };
}

/** A module imports a name that the imported module does not export. */
export function importedNameMissing(
  plugin: string,
  at: Place,
  specifier: string,
  name: string,
  offered: readonly string[],
): CompilationFailed {
  const meant = closestName(name, offered);
  const hint = meant === undefined ? 'a type needs `import type`' : `did you mean "${meant}"?`;
  const message = `${textOf(at)}: "${specifier}" has no export "${name}"; ${hint}`;
  return { _tag: 'CompilationFailed', plugin, message, ...at };
}

/** A module threw while it was loaded. `reason` starts with the error's name, if it has one. */
export function evaluationFailed(plugin: string, at: Place, reason: string): EvaluationFailed {
  const message = `${textOf(at)}: loading the module threw ${reason}`;
  return { _tag: 'EvaluationFailed', plugin, message, ...at };
}

/**
 * The entry does not export a function that the manifest promises or the runtime calls.
 *
 * @param names - What the entry exports.
 */
export function exportMissing(
  plugin: string,
  file: string,
  exportName: string,
  names: readonly string[],
): ExportMissing {
  const meant = closestName(exportName, names);
  const hint = names.includes(exportName)
    ? 'it is exported, but is not a function'
    : `export a function of that name${meant === undefined ? '' : ` (there is "${meant}")`}, or remove it from "exports" of the manifest`;
  const message = `${file}: the plugin must export the function "${exportName}": ${hint}.`;
  return { _tag: 'ExportMissing', plugin, file, exportName, message };
}

/** Only the serving version knows its state. When it does not give it, no version after it can have it. */
const WITHOUT_STATE =
  'Fix it and save: the next version starts from the newest saved state, and what changed since then is lost.';

/** The plugin itself failed to give its state. */
export function stateNotGiven(plugin: string, reason: string): StateSaveFailed {
  const message = `${plugin} did not give its state: ${reason}. ${WITHOUT_STATE}`;
  return { _tag: 'StateSaveFailed', plugin, reason, by: 'plugin', message };
}

/** A warning: the state goes from version to version as the object itself, and no copy of it can be saved. */
export function stateOnlyHandedOver(plugin: string, reason: string): StateSaveFailed {
  const message = `The state of ${plugin} is handed over but not saved: ${reason}. After a crash or a start of the host, it starts from the newest saved state.`;
  return { _tag: 'StateSaveFailed', plugin, reason, by: 'plugin', message };
}

/** A warning: the state is saved without a part of it. */
export function statePartlySaved(plugin: string, reason: string): StateSaveFailed {
  const message = `A part of the state of ${plugin} is not saved: ${reason}. Keep it in plain objects, lists, texts and numbers.`;
  return { _tag: 'StateSaveFailed', plugin, reason, by: 'plugin', message };
}

/** The store threw instead of answering. */
export function stateNotSaved(plugin: string, reason: string): StateSaveFailed {
  const message = `The state of ${plugin} could not be saved: ${reason}.`;
  return { _tag: 'StateSaveFailed', plugin, reason, message };
}

/** The store returned a state that cannot be used. */
export function stateUnreadable(plugin: string, reason: string): StateCorrupt {
  const message = `The saved state of ${plugin} could not be read: ${reason}`;
  return { _tag: 'StateCorrupt', plugin, path: plugin, reason, message };
}

/** The plugin refused the state, or the state cannot be handed to it. */
export function stateRejected(plugin: string, reason: string): StateRejected {
  const message = `${plugin} did not accept the state: ${reason}.`;
  return { _tag: 'StateRejected', plugin, reason, message };
}

/** The state does not fit the io-ts codec that the host has for it. */
export function stateMisfit(plugin: string, reason: string): StateRejected {
  const message = `The state of ${plugin} does not fit its codec: ${reason}. Raise state-version and migrate when the shape changes. The saved state is unchanged.`;
  return { _tag: 'StateRejected', plugin, reason, message };
}

/** A warning about a state that takes long to copy. */
export function stateLarge(plugin: string, bytes: number, limitBytes: number): StateLarge {
  const size = `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  const message = `The state of ${plugin} is ${size}: calls wait while it is copied. Keep less in it, or set hand-over = "reference" in the manifest.`;
  return { _tag: 'StateLarge', plugin, bytes, limitBytes, message };
}

/** Whether the plugin itself failed to give a state that can be saved, so that a retry would fail too. */
export function isOwnFault(error: ReloadError): boolean {
  return 'by' in error && error.by === 'plugin';
}

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

/** The plugin's folder, `path`, is gone. */
/** @param now - The name that the manifest in that folder has now; undefined when the folder is gone. */
export function pluginGone(plugin: string, path: string, now?: string): PluginGone {
  const message =
    now === undefined
      ? `The folder of ${plugin}, ${path}, is gone: unload it.`
      : `No folder has a plugin named "${plugin}" any more, ${path} has "${now}": unload it.`;
  return { _tag: 'PluginGone', plugin, path, message };
}

function textOf({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

function andMore(count: number): string {
  return count > 0 ? ` (and ${count} more)` : '';
}
