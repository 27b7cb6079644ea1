const LINES_AROUND_COUNT = 2;
const MAX_LINE_LENGTH = 140;

/** Where something is in a text. Lines and columns count from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** The lines around a place, numbered, with a mark under the column. Control characters are shown as `·`. */
export function codeFrame(text: string, place: TextPlace): string {
  const lines = text.split(/\r?\n/);
  const first = Math.max(1, place.line - LINES_AROUND_COUNT);
  const last = Math.min(lines.length, place.line + LINES_AROUND_COUNT);
  const digits = String(last).length;
  // A long line is shown from where the place can be seen.
  const from = Math.max(0, place.column - 1 - MAX_LINE_LENGTH / 2);
  const shown: string[] = [];
  for (let number = first; number <= last; number += 1) {
    const gutter = String(number).padStart(digits);
    const content = printable(lines[number - 1] ?? '').slice(from, from + MAX_LINE_LENGTH);
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

/** Why a text could not be read, and where. */
export interface SourceProblem extends TextPlace {
  readonly reason: string;
}

/** The place of the character at `offset` (in UTF-16 units, from 0). */
export function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, Math.max(0, offset));
  const lastBreak = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: before.length - lastBreak };
}
