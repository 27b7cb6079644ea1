const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const COMMA = 44;
const SEMICOLON = 59;
const DIGITS = new Int8Array(128);
for (let value = 0; value < BASE64.length; value += 1) DIGITS[BASE64.charCodeAt(value)] = value;

/**
 * Places in made code, and the places in the source that they stand for: line, column, line of the source, column of the source, and so
 * on. All count from 0. In one list of numbers, because there is a place for each word of a file.
 */
export type MappedPlaces = readonly number[];

/** How many numbers a place takes in `MappedPlaces`. */
export const PLACE_LENGTH = 4;

/**
 * The places of a source map's `mappings`, in their order.
 *
 * @source https://tc39.es/ecma426/#sec-mappings
 */
export function readMappings(mappings: string): MappedPlaces {
  const places: number[] = [];
  const fields = [0, 0, 0, 0, 0];
  let count = 0;
  let line = 0;
  let column = 0;
  let sourceLine = 0;
  let sourceColumn = 0;
  let value = 0;
  let shift = 0;
  for (let at = 0; at <= mappings.length; at += 1) {
    const code = at < mappings.length ? mappings.charCodeAt(at) : SEMICOLON;
    if (code === COMMA || code === SEMICOLON) {
      if (count > 0) column += fields[0] ?? 0;
      if (count > 3) {
        sourceLine += fields[2] ?? 0;
        sourceColumn += fields[3] ?? 0;
        places.push(line, column, sourceLine, sourceColumn);
      }
      count = 0;
      if (code === SEMICOLON) {
        line += 1;
        column = 0;
      }
      continue;
    }
    const digit = DIGITS[code] ?? 0;
    value |= (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) !== 0) continue;
    fields[count] = (value & 1) === 1 ? -(value >>> 1) : value >>> 1;
    count += 1;
    value = 0;
    shift = 0;
  }
  return places;
}

/** The `mappings` of places, which are in the order of the made code. */
export function writeMappings(places: MappedPlaces): string {
  let mappings = '';
  let last: readonly number[] = [0, 0, 0, 0];
  for (let at = 0; at < places.length; at += PLACE_LENGTH) {
    const place = places.slice(at, at + PLACE_LENGTH);
    const [line = 0, column = 0, sourceLine = 0, sourceColumn = 0] = place;
    const [lastLine = 0, lastColumn = 0, lastSourceLine = 0, lastSourceColumn = 0] = last;
    if (line > lastLine) mappings += ';'.repeat(line - lastLine);
    else if (at > 0) mappings += ',';
    mappings += base64Number(column - (line > lastLine ? 0 : lastColumn)) + base64Number(0);
    mappings += base64Number(sourceLine - lastSourceLine);
    mappings += base64Number(sourceColumn - lastSourceColumn);
    last = place;
  }
  return mappings;
}

/** @source https://tc39.es/ecma426/#sec-base64-vlq */
function base64Number(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += BASE64[rest > 0 ? digit | 32 : digit] ?? '';
  } while (rest > 0);
  return text;
}
