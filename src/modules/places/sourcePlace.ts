import { isAbsolute, relative, sep } from 'node:path';
import { codeFrame, type TextPlace } from './textPlace.js';

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

/** A path as people read it: relative to the root, with forward slashes. */
export function displayPath(root: string, path: string): string {
  const short = relative(root, path);
  return short === '' || isAbsolute(short) ? path : short.split(sep).join('/');
}
