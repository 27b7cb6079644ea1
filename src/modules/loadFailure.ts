import type { EvaluationFailed } from '../model/reload/ReloadError.js';
import { evaluationFailed } from '../model/reload/sourceFailures.js';
import { messageOf } from '../model/unknownValue.js';
import { importPlaceOf } from './link/importErrors.js';
import { loadHint, type Thrown } from './loadHint.js';
import type { ModuleGraph } from './ModuleGraph.js';
import { sourcePlace } from './places/sourcePlace.js';
import { locateImport, type TextPlace } from './places/textPlace.js';

/**
 * Why a graph could not be evaluated: what a module threw, and the innermost place in the plugin's files that the stack names.
 *
 * @param loading - How it was loaded. Default: in a thread of its own.
 */
export function loadFailure(
  plugin: string,
  root: string,
  graph: ModuleGraph,
  error: unknown,
  loading: Pick<Thrown, 'hadEarlier' | 'packages'> = { hadEarlier: false, packages: undefined },
): EvaluationFailed {
  const { path, place } = placeOf(graph, error);
  const module = graph.modules.get(path);
  const at = sourcePlace(root, path, module?.compiled.source ?? '', place);
  const kind = textOf(error, ({ name }) => `${name}: `);
  const message = messageOf(error);
  const stack = textOf(error, (thrown) => String(thrown.stack));
  const hint = loadHint({ message, stack, module, ...loading });
  const text = hint === undefined ? message : `${message.replace(/\.+$/, '')}. ${hint}`;
  return evaluationFailed(plugin, at, `${kind}${text}`);
}

function placeOf(graph: ModuleGraph, error: unknown): { path: string; place: TextPlace } {
  const imported = importPlaceOf(error);
  if (imported !== undefined) {
    const source = graph.modules.get(imported.importer)?.compiled.source ?? '';
    return { path: imported.importer, place: locateImport(source, imported.written) };
  }
  const stack = textOf(error, (thrown) => String(thrown.stack));
  for (const [, path = '', line, column] of stack.matchAll(
    /^\s+at (?:.*\()?(.*?):(\d+):(\d+)\)?$/gm,
  )) {
    const known = path.replace(/^async /, '');
    if (graph.modules.has(known)) {
      return { path: known, place: { line: Number(line), column: Number(column) } };
    }
  }
  return { path: graph.entry, place: { line: 1, column: 1 } };
}

/** A part of an error as text. Empty when it is not an `Error`, or when a getter of the plugin's throws. */
function textOf(error: unknown, read: (error: Error) => string): string {
  try {
    return error instanceof Error ? read(error) : '';
  } catch {
    return '';
  }
}
