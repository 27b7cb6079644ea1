import { closestName } from '../closestName.js';
import type {
  ApiVersionMismatch,
  CapabilitiesNotApproved,
  CompilationFailed,
  EvaluationFailed,
  ExportMissing,
  Io,
  ManifestInvalid,
  ManifestNotFound,
  NameTaken,
  Place,
} from './ReloadError.js';

// Failures of what is on disk, in the order in which it is read: files, manifest, sources, exports. Messages name files relative to the
// runtime's root.

/** How many problems or names a message lists. */
const MAX_NAMED_COUNT = 5;

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

/** The directory of compiled modules, or a file of it, is not used. */
export function cacheUnusable(path: string, reason: string): Io {
  const message = `${path} ${reason}. Plugins run all the same: what it does not give is compiled. Remove it, or name another directory, to have later starts faster.`;
  return { _tag: 'Io', plugin: '', code: 'ECACHE', path, message };
}

/** The folder has neither plugin.toml (`file`) nor plugin.json. */
export function manifestNotFound(plugin: string, file: string): ManifestNotFound {
  const message = `${file} does not exist, and neither does plugin.json: create one of them, or remove the folder.`;
  return { _tag: 'ManifestNotFound', plugin, file, message };
}

/** A folder that looks like a plugin has no manifest. */
export function manifestMissing({
  plugin,
  name,
  folder,
  source,
  hasPackage,
}: {
  readonly plugin: string;
  /** A valid name for the plugin. */
  readonly name: string;
  /** As messages show it. */
  readonly folder: string;
  /** Name of the file to load. */
  readonly source: string;
  /** Whether there is a package.json. */
  readonly hasPackage: boolean;
}): ManifestNotFound {
  const file = `${folder}/plugin.toml`;
  const orPackage = hasPackage ? `, or add "hotpipe": {} to ${folder}/package.json` : '';
  const message = `${folder} looks like a plugin and has no manifest, so it is not loaded: create ${file} with the lines  name = "${name}"  version = "0.1.0"  source = "./${source}"${orPackage}, or start the host with manifests: 'optional' (hotpipe watch --manifests optional).`;
  return { _tag: 'ManifestNotFound', plugin, file, message };
}

/** A directory that is to hold plugins has none. `single`: source files in it that could be plugins. */
export function noPluginIn(
  plugin: string,
  dir: string,
  single: readonly string[],
): ManifestNotFound {
  const found =
    single.length === 0
      ? ''
      : ` ${single.slice(0, MAX_NAMED_COUNT).join(', ')} would be loaded with manifests: 'optional' (hotpipe watch --manifests optional).`;
  const message = `No plugin in ${dir}. Add a folder with a plugin.toml, such as "npx hotpipe new ${dir}/counter" writes: it is loaded at once.${found}`;
  return { _tag: 'ManifestNotFound', plugin, file: dir, message };
}

export function manifestInvalid(
  plugin: string,
  at: Place,
  problems: readonly string[],
): ManifestInvalid {
  const [first = 'invalid'] = problems;
  const others = problems.slice(1, MAX_NAMED_COUNT).map((problem) => `; ${problem}`);
  const more = andMore(problems.length - 1 - others.length);
  const message = `${textOf(at)}: the manifest is not valid: ${first}${others.join('')}${more}.`;
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
  const meant = name === 'default' ? undefined : closestName(name, offered);
  const other =
    name === 'default'
      ? 'import its names in braces, or all of it with `import * as`'
      : 'a type needs `import type`';
  const hint = meant === undefined ? other : `did you mean "${meant}"?`;
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

function textOf({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`;
}

function andMore(count: number): string {
  return count > 0 ? ` (and ${count} more)` : '';
}
