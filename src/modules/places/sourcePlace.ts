import { isAbsolute, relative, sep } from 'node:path';
import type { Place } from '../../model/reload/ReloadError.js';
import type { TextPlace } from './textPlace.js';

const LINES_AROUND_COUNT = 2;
const MAX_LINE_LENGTH = 140;

/** The place that a failure points to: the file's displayed path, line and column, and the lines around them. */
export function sourcePlace(root: string, path: string, text: string, place: TextPlace): Place {
  const { line, column } = place;
  return { file: displayPath(root, path), line, column, frame: codeFrame(text, place) };
}

/** A path as messages show it: relative to the root, with forward slashes. */
export function displayPath(root: string, path: string): string {
  const short = relative(root, path);
  return short === '' || isAbsolute(short) ? path : short.split(sep).join('/');
}

/** The lines around a place, numbered, with a mark under the column. Control characters are shown as `·`. */
export function codeFrame(text: string, place: TextPlace): string {
  const lines = text.split(/\r?\n/);
  const first = Math.max(1, place.line - LINES_AROUND_COUNT);
  const last = Math.min(lines.length, place.line + LINES_AROUND_COUNT);
  const digits = String(last).length;
  // Of a long line, the part around the column is shown.
  const from = Math.max(0, place.column - 1 - MAX_LINE_LENGTH / 2);
  const shown: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const gutter = String(number).padStart(digits);
    // Cut first: a line may have millions of characters.
    const content = printable((lines[number - 1] ?? '').slice(from, from + MAX_LINE_LENGTH));
    shown.push(`${number === place.line ? '>' : ' '} ${gutter} | ${content}`.trimEnd());
    if (number === place.line) {
      shown.push(`  ${' '.repeat(digits)} | ${' '.repeat(place.column - 1 - from)}^`);
    }
  }
  return shown.join('\n');
}

function printable(line: string): string {
  return line.replaceAll('\t', ' ').replace(/[\p{Cc}\p{Cf}]/gu, '·');
}
