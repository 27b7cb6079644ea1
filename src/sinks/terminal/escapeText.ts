/**
 * Makes text from files and plugins safe to print: control characters, line separators and marks that change the writing
 * direction become escapes, so that a file name cannot control the terminal. With `isFrame`, line feeds and tabs stay, for
 * code frames.
 */
export function escapeText(text: string, { isFrame = false } = {}): string {
  return text.replaceAll(UNPRINTABLE, (character) =>
    isFrame && (character === '\n' || character === '\t')
      ? character
      : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** C0, DEL and C1 controls, zero-width and bidirectional marks, line and paragraph separators. */
const UNPRINTABLE = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;
