/**
 * Text from files and plugins, made safe to print: control characters, line separators and marks that turn the
 * direction of writing are shown as escapes, so that a file name cannot steer the terminal. Line feeds and tabs of
 * code frames stay where `isFrame` says so.
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
