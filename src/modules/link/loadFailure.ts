import { evaluationFailed } from '../../model/reload/failures.js';
import type { EvaluationFailed } from '../../model/reload/ReloadError.js';
import { ImportError } from './linkGraph.js';
import { locateImport } from '../places/locateImport.js';
import type { ModuleGraph } from './ModuleGraph.js';
import { isInstance, messageOf } from '../../model/unknownValue.js';
import { sourcePlace } from '../places/sourcePlace.js';
import type { TextPlace } from '../places/textPlace.js';

/** What a module threw while it was loaded, with the innermost place of the plugin in its stack. */
export function loadFailure(
  plugin: string,
  root: string,
  graph: ModuleGraph,
  error: unknown,
): EvaluationFailed {
  const { path, place } = placeOf(graph, error);
  const text = graph.modules.get(path)?.compiled.source ?? '';
  const at = sourcePlace(root, path, text, place);
  const kind = readOf(error, ({ name }) => `${name}: `);
  return evaluationFailed(plugin, at, `${kind}${messageOf(error)}`);
}

function placeOf(graph: ModuleGraph, error: unknown): { path: string; place: TextPlace } {
  if (isInstance(error, ImportError)) {
    const source = graph.modules.get(error.importer)?.compiled.source ?? '';
    return { path: error.importer, place: locateImport(source, error.written) };
  }
  const stack = readOf(error, (thrown) => String(thrown.stack));
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

/** Part of an error; nothing where a plugin has put something there that cannot be read, or no text. */
function readOf(error: unknown, read: (error: Error) => string): string {
  try {
    return error instanceof Error ? read(error) : '';
  } catch {
    return '';
  }
}
