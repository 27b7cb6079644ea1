import { fileURLToPath } from 'node:url';
import { keepCoverageMap, keepsCoverage } from '../adapters/tools.js';
import type { ToolComments } from '../stacks/toolMap.js';

/**
 * Code with what tools know it by, behind it. V8 takes the URL for breakpoints, coverage, and the header of an error that ends the
 * process. The name of the script stays: stack traces tell versions of a file apart by it.
 *
 * @source https://tc39.es/ecma426/#sec-linking-eval
 */
export function withToolComments(code: string, { url, map }: ToolComments): string {
  const named = `${code}\n${comment('sourceURL', url)}`;
  return map === undefined ? named : `${named}\n${comment('sourceMappingURL', mapUrl(map))}`;
}

/** Gives coverage the map of a text that was compiled. Coverage does not read the comment of what `vm` compiles. */
export function noteForCoverage(compiled: string, { url, map }: ToolComments): void {
  if (map !== undefined && keepsCoverage()) {
    const text = comment('sourceMappingURL', mapUrl(map));
    keepCoverageMap(fileURLToPath(url), compiled, text);
  }
}

/** Made of parts: Node would take the whole text, in this file, for a comment about this file. */
function comment(name: 'sourceURL' | 'sourceMappingURL', value: string): string {
  return `//# ${name}=${value}`;
}

function mapUrl(map: string): string {
  return `data:application/json;base64,${Buffer.from(map).toString('base64')}`;
}
