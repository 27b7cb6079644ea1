import { closestName } from '../closestName.js';
import { messageOf } from '../unknownValue.js';
import type {
  Aborted,
  ApiVersionMismatch,
  CapabilitiesNotApproved,
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
  TimedOut,
  VersionNotKept,
} from './ReloadError.js';
import { HOW_TO_DISCARD } from './stateFailures.js';

// Makes every failure of a plugin's manifest, code and life, in the order of a reload's stages, so that the texts can be read
// beside each other. Messages name files as people read them: relative to the runtime's root. Failures of a plugin's state are
// in `stateFailures`, those of a whole reload in `reloadFailures`, those of a state store in `state/records/storeFailure`.

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

/** The manifest `file` gives the name that the plugin in the folder `takenBy` already has. */
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
  const message = `${textOf(at)}: ${reason}${andMore(moreCount)}.`;
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

export function lifecycleFailed(plugin: string, phase: string, reason: string): LifecycleFailed {
  return { _tag: 'LifecycleFailed', plugin, phase, reason, message: `${plugin}: ${reason}` };
}

export function healthCheckFailed(plugin: string, reason: string): HealthCheckFailed {
  const message = `${plugin} reports that it is not healthy: ${reason}.`;
  return { _tag: 'HealthCheckFailed', plugin, reason, message };
}

/** What did not end in time, by stage. */
const OVERDUE: Readonly<Record<string, string>> = {
  compile: 'its files could not be read and compiled',
  load: 'its modules did not finish loading',
  quiesce: 'calls in flight did not end',
  save: 'its state could not be saved',
  migrate: 'migrate() did not return',
  restore: 'restoreState() did not return',
  start: 'init() or start() did not return',
  health: 'health() did not answer',
  dispose: 'stop(), or the disposal of what was given to ctx.own, did not return',
};

/** What to do about it, by stage, where that is not plain. */
const OVERDUE_ADVICE: Readonly<Record<string, string>> = {
  load: ' Look for an await at the top level that never ends.',
  quiesce: ' Make them shorter, or listen to an AbortSignal.',
};

/**
 * A stage of a swap did not end in time.
 *
 * @param by - The plugin was asked for its state and did not give it.
 */
export function timedOut(plugin: string, phase: string, limitMs: number, by?: 'plugin'): TimedOut {
  if (by !== undefined) {
    const message = `${plugin}: saveState() did not return within ${limitMs} ms. ${HOW_TO_DISCARD}`;
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
  const message = `${plugin} has no version ${version} to go back to: ${choice}, and ${serving} serves.`;
  return { _tag: 'VersionNotKept', plugin, version, kept: rising, message };
}

export function pluginNotFound(plugin: string, loaded: readonly string[]): PluginNotFound {
  const meant = closestName(plugin, loaded);
  const list = loaded.length === 0 ? 'none is' : `loaded plugins: ${loaded.join(', ')}`;
  const hint = meant === undefined ? list : `did you mean "${meant}"?`;
  return { _tag: 'PluginNotFound', plugin, message: `No plugin "${plugin}" is loaded; ${hint}` };
}

/** The plugin's folder, `path`, is gone. */
export function pluginGone(plugin: string, path: string): PluginGone {
  const message = `The folder of ${plugin}, ${path}, is gone: unload it.`;
  return { _tag: 'PluginGone', plugin, path, message };
}

function textOf({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

function andMore(count: number): string {
  return count > 0 ? ` (and ${count} more)` : '';
}
