import { isInstance, messageOf } from '../../model/unknownValue.js';
import { stackTraces } from '../../modules/evaluateGraph.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import { watchFaults, writeError } from '../adapters/processFaults.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { PluginVersion } from '../slot/PluginVersion.js';

/** Where in a plugin an error comes from. */
export interface FaultOrigin {
  readonly plugin: string;
  /** Number of the version whose code it was. */
  readonly version: number;
  /** Relative to the root. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The innermost place of a plugin in an error's stack. Undefined when it names none; what is thrown and is no error has no stack. */
export function faultOrigin(error: unknown, slots: readonly PluginSlot[]): FaultOrigin | undefined {
  if (!isInstance(error, Error)) return undefined;
  const script = stackTraces.originOf(error);
  for (const [, path = '', line, column] of stackOf(error).matchAll(
    /^\s+at (?:.*\()?(.*?):(\d+):(\d+)\)?$/gm,
  )) {
    const file = path.replace(/^async /, '');
    for (const { name, serving, kept, environment } of slots) {
      // Newest first. Versions that share the very text of a file share its script: then the newest of them is meant.
      const versions = [...(serving ? [serving.version] : []), ...[...kept.all].reverse()];
      const owners = versions.filter(({ graph }) => graph.modules.has(file));
      const owner = owners.find((version) => hasScript(version, file, script)) ?? owners[0];
      if (owner === undefined) continue;
      const place = { line: Number(line), column: Number(column) };
      return {
        plugin: name,
        version: owner.number,
        file: displayPath(environment.root, file),
        ...place,
      };
    }
  }
  return undefined;
}

/** Writes to standard error which plugin a fault comes from that ends the host. Returns a function that ends it. */
export function tellFaults(slots: () => readonly PluginSlot[]): () => void {
  return watchFaults((error, kind) => {
    const origin = faultOrigin(error, slots());
    if (origin !== undefined) writeError(describeFault(origin, error, kind));
  });
}

function describeFault(
  { plugin, version, file, line, column }: FaultOrigin,
  error: unknown,
  kind: NodeJS.UncaughtExceptionOrigin,
): string {
  const what =
    kind === 'unhandledRejection'
      ? 'a rejection that nobody handled'
      : 'an error that nothing caught';
  return `hotpipe: ${what} in plugin ${plugin}, version ${version}, at ${file}:${line}:${column}: ${messageOf(error)}. Node ends the process for it, unless the host listens to uncaughtException. Handle it there, or run the plugin with mode = "worker", where it ends only the plugin.`;
}

function hasScript({ graph }: PluginVersion, file: string, script: string | undefined): boolean {
  const form = graph.modules.get(file)?.compiled.form;
  return form?.kind === 'script' && form.scriptName === script;
}

function stackOf(error: Error): string {
  try {
    return String(error.stack);
  } catch {
    return '';
  }
}
