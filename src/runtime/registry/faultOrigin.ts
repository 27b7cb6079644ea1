import { inspect } from 'node:util';
import { isInstance, messageOf } from '../../model/unknownValue.js';
import { stackTraces } from '../../modules/evaluateGraph.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import { watchFaults, writeError } from '../adapters/processFaults.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { PluginVersion } from '../slot/PluginVersion.js';

/** Plugins that may be at fault: more of them are counted. */
const MAX_NAMED = 5;

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
    const text =
      origin === undefined
        ? withoutPlace(error, slots(), kind)
        : describeFault(origin, error, kind);
    if (text !== undefined) writeError(text);
  });
}

/** What is thrown and is no error tells nothing of where it comes from: then who it may be is said. Undefined for an error of the host's own. */
function withoutPlace(
  error: unknown,
  slots: readonly PluginSlot[],
  kind: NodeJS.UncaughtExceptionOrigin,
): string | undefined {
  const serving = slots.flatMap(({ name, serving }) =>
    serving === undefined ? [] : [`${name} (version ${serving.version.number})`],
  );
  const thrown = thrownValue(error);
  if (thrown === undefined || serving.length === 0) return undefined;
  const named = serving.slice(0, MAX_NAMED).join(', ');
  const others = serving.length > MAX_NAMED ? ` and ${serving.length - MAX_NAMED} more` : '';
  return `hotpipe: ${whatOf(kind)}: ${thrown}. It is no Error, so it has no stack that says where it comes from: the host, or a plugin that serves: ${named}${others}. Throw and reject with an Error.`;
}

function describeFault(
  { plugin, version, file, line, column }: FaultOrigin,
  error: unknown,
  kind: NodeJS.UncaughtExceptionOrigin,
): string {
  return `hotpipe: ${whatOf(kind)} in plugin ${plugin}, version ${version}, at ${file}:${line}:${column}: ${messageOf(error)}. Node ends the process for it, unless the host listens to uncaughtException. Handle it there, or run the plugin with mode = "worker", where it ends only the plugin.`;
}

function whatOf(kind: NodeJS.UncaughtExceptionOrigin): string {
  return kind === 'unhandledRejection'
    ? 'a rejection that nobody handled'
    : 'an error that nothing caught';
}

/** The text of what was thrown and is no error. Node hands rejections of this kind on as an error of its own, which quotes them. */
function thrownValue(error: unknown): string | undefined {
  if (!isInstance(error, Error)) {
    // Shortly: a text may be of any length, and a getter of a plugin's may throw.
    return inspect(error, {
      depth: 1,
      breakLength: Infinity,
      maxStringLength: 200,
      customInspect: false,
    });
  }
  if (Reflect.get(error, 'code') !== 'ERR_UNHANDLED_REJECTION') return undefined;
  return /with the reason ("[^]*")\.$/.exec(error.message)?.[1]?.slice(0, 200);
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
