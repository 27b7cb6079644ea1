import { pathToFileURL } from 'node:url';
import { readsMaps } from '../adapters/tools.js';
import { type MappedPlaces, PLACE_LENGTH, readMappings, writeMappings } from './mappings.js';
import { PlaceWriter } from './PlaceWriter.js';
import { type MakeMaps, type RawMap, stackTraces } from './stackTraces.js';

/** A source that brings a map along leads to what it was made of: debuggers read that map. */
const OWN_MAP = /^\/\/[#@] sourceMappingURL=/m;

/** What is written behind the code for tools. */
export interface ToolComments {
  /** The URL of the file, the same for each version of it: a breakpoint in the file binds in all of them. */
  readonly url: string;
  /** The map back to the source, as JSON, while a tool is there that reads it. */
  readonly map?: string;
}

/**
 * What tools are told of a file's code. The map is made only while a tool is there that reads it: it costs a second compilation. Without
 * it lines are right, since code stays on its lines, and columns of rewritten words are not.
 */
export function toolComments(
  { path, source }: { readonly path: string; readonly source: string },
  makeMaps: MakeMaps,
  headLength: number,
): ToolComments {
  const url = fileUrl(path);
  if (!readsMaps() || OWN_MAP.test(source)) return { url };
  const maps = makeMaps();
  return { url, map: toolMap(maps.length === 0 ? [ownPlaces(source)] : maps, { url, headLength }) };
}

/** A path whose URL is the path itself. */
const PLAIN_PATH = /^(?:\/[\w-][\w.-]*)+$/;

function fileUrl(path: string): string {
  return PLAIN_PATH.test(path) ? `file://${path}` : pathToFileURL(path).href;
}

/** The map of a text that stayed as it is. */
function ownPlaces(source: string): RawMap {
  const places = new PlaceWriter();
  places.copy(source);
  return { version: 3, names: [], sources: ['module'], mappings: places.mappings() };
}

/**
 * One source map, as JSON, of the maps of each step of a compilation, that of the last step first.
 *
 * @param headLength - How many characters stand in front of the first line of what the maps describe.
 */
function toolMap(
  [last, ...steps]: readonly RawMap[],
  { url, headLength }: { readonly url: string; readonly headLength: number },
): string {
  const places = readMappings(last?.mappings ?? '');
  const found: number[] = [];
  for (let at = 0; at < places.length; at += PLACE_LENGTH) {
    const [line = 0, column = 0, sourceLine = 0, sourceColumn = 0] = places.slice(at, at + 4);
    const source = sourcePlace(sourceLine, sourceColumn, steps);
    if (source === undefined) continue;
    found.push(line, line === 0 ? column + headLength : column, ...source);
  }
  return JSON.stringify({ version: 3, sources: [url], names: [], mappings: withoutRepeats(found) });
}

function sourcePlace(
  line: number,
  column: number,
  steps: readonly RawMap[],
): readonly [number, number] | undefined {
  if (steps.length === 0) return [line, column];
  const place = stackTraces.locate(line + 1, column + 1, () => steps);
  return place === undefined ? undefined : [place.line - 1, place.column - 1];
}

/** Words of the running code that stand for the same place of the source begin at the first of them. */
function withoutRepeats(places: MappedPlaces): string {
  const kept: number[] = [];
  for (let at = 0; at < places.length; at += PLACE_LENGTH) {
    const before = kept.length - PLACE_LENGTH;
    const isRepeat =
      before >= 0 && [0, 2, 3].every((field) => kept[before + field] === places[at + field]);
    if (!isRepeat) kept.push(...places.slice(at, at + PLACE_LENGTH));
  }
  return writeMappings(kept);
}
