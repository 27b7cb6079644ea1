import { isAbsolute, relative, sep } from 'node:path';
import type { Place } from '../../model/reload/ReloadError.js';
import { codeFrame, type TextPlace } from './textPlace.js';

/** Where a failure points to: the file as people read it, and the lines around the place. */
export function sourcePlace(root: string, path: string, text: string, place: TextPlace): Place {
  const { line, column } = place;
  return { file: displayPath(root, path), line, column, frame: codeFrame(text, place) };
}

/** A path as people read it: relative to the root, with forward slashes. */
export function displayPath(root: string, path: string): string {
  const short = relative(root, path);
  return short === '' || isAbsolute(short) ? path : short.split(sep).join('/');
}
