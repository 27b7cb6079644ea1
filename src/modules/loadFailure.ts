import type { EvaluationFailed } from '../model/reload/ReloadError.js';
import { evaluationFailed } from '../model/reload/sourceFailures.js';
import { messageOf } from '../model/unknownValue.js';
import { importPlaceOf } from './link/importErrors.js';
import type { ModuleGraph } from './ModuleGraph.js';
import { sourcePlace } from './places/sourcePlace.js';
import { locateImport, type TextPlace } from './places/textPlace.js';

/** What libraries say when a name is given to them that they have, such as that of a model or a metric. */
const TAKEN = /\balready\b|\bduplicate\b|\boverwrite\b|\bredefin/i;

/**
 * Why a graph could not be evaluated: what a module threw, and the innermost place in the plugin's files that the stack names.
 *
 * @param hadEarlier - Whether an earlier version was loaded in the same thread, where packages are one for all versions. Default false.
 */
export function loadFailure(
  plugin: string,
  root: string,
  graph: ModuleGraph,
  error: unknown,
  hadEarlier = false,
): EvaluationFailed {
  const { path, place } = placeOf(graph, error);
  const text = graph.modules.get(path)?.compiled.source ?? '';
  const at = sourcePlace(root, path, text, place);
  const kind = textOf(error, ({ name }) => `${name}: `);
  const message = messageOf(error);
  const keeper = hadEarlier && TAKEN.test(message) ? packageThatThrew(error) : undefined;
  const hint = keeper === undefined ? '' : `. ${keptByPackage(keeper)}`;
  return evaluationFailed(
    plugin,
    at,
    `${kind}${hint === '' ? message : message.replace(/\.+$/, '')}${hint}`,
  );
}

/** The package whose code the stack begins in. */
function packageThatThrew(error: unknown): string | undefined {
  const stack = textOf(error, (thrown) => String(thrown.stack));
  const [first = ''] = /^\s+at .*:\d+:\d+\)?$/m.exec(stack) ?? [];
  return /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)/.exec(first)?.[1];
}

function keptByPackage(name: string): string {
  return `The package "${name}" is one for all versions, and has what an earlier one gave to it: take it back, give it to an instance that each version makes, or run the plugin in a thread (mode = "worker"), which has packages of its own`;
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
