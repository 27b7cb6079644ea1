import type { TextPlace } from './textPlace.js';

/** The place of the character at `offset` (in UTF-16 units, from 0). */
export function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, Math.max(0, offset));
  const lastBreak = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: before.length - lastBreak };
}
