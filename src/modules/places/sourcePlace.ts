import { codeFrame, type TextPlace } from './textPlace.js';
import { displayPath } from './displayPath.js';

/** The fields of a failure that points into a file. */
export interface SourcePlace extends TextPlace {
  readonly file: string;
  readonly frame: string;
}

export function sourcePlace(
  root: string,
  path: string,
  text: string,
  place: TextPlace,
): SourcePlace {
  const { line, column } = place;
  return { file: displayPath(root, path), line, column, frame: codeFrame(text, place) };
}
