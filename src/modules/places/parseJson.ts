import * as E from 'fp-ts/lib/Either.js';
import { placeAt, type SourceProblem } from './textPlace.js';

const TOKEN = /\s*(?:"(?:[^"\\\n]|\\.)*"|-?\d[\d.eE+-]*|true|false|null|[{}[\],:])/y;

/** `JSON.parse` that returns its failure as a value, with the place in the text. */
export function parseJson(text: string): E.Either<SourceProblem, unknown> {
  try {
    return E.right(JSON.parse(text));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return E.left({ reason: message, ...placeAt(text, offsetOf(text, message)) });
  }
}

/** V8's message names the offset, or only the token, or nothing when the text ends too early. */
function offsetOf(text: string, message: string): number {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  const token = /^Unexpected token '(.)'/su.exec(message)?.[1];
  return token === undefined ? text.length : offsetOfMisplaced(text, token);
}

/** The offset of the first `token` that stands where a value should be: after `:`, `,`, `[` or at the start. */
function offsetOfMisplaced(text: string, token: string): number {
  let previous = '';
  TOKEN.lastIndex = 0;
  for (;;) {
    const start = TOKEN.lastIndex;
    const found = TOKEN.exec(text)?.[0].trim();
    if (found === undefined) return skipSpace(text, start);
    const closesTooEarly = /^[}\],:]$/.test(found) && /^[:,]?$/.test(previous);
    if (found === token && closesTooEarly) return skipSpace(text, start);
    previous = found;
  }
}

function skipSpace(text: string, from: number): number {
  return from + (text.slice(from).length - text.slice(from).trimStart().length);
}
