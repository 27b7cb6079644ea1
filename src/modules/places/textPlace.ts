/** Where something is in a text. Lines and columns count from 1, columns in UTF-16 units. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Why a text is not valid, and where. */
export interface SourceProblem extends TextPlace {
  readonly reason: string;
}

/** A longer text is no path or name that a person wrote, and may be too long for a pattern. */
const MAX_WRITTEN_LENGTH = 4_096;

/** The place of the character at `offset` (in UTF-16 units, from 0). */
export function placeAt(text: string, offset: number): TextPlace {
  const before = text.slice(0, Math.max(0, offset));
  const lastBreak = before.lastIndexOf('\n');
  return { line: before.split('\n').length, column: before.length - lastBreak };
}

/**
 * Where a specifier or an imported name is written: after `from`, `import` or `import(`. When it is in none of these places, its first
 * mention in quotes, and then its first mention as a word.
 */
export function locateImport(source: string, written: string): TextPlace {
  if (written.length > MAX_WRITTEN_LENGTH) return placeAt(source, source.indexOf(written));
  const quoted = [JSON.stringify(written), `'${written}'`, `\`${written}\``];
  const offsets = quoted.flatMap((text) => offsetsOf(source, text));
  const imported = offsets.find((offset) =>
    /(?:\bfrom|\bimport|\bimport\s*\()\s*$/.test(source.slice(Math.max(0, offset - 40), offset)),
  );
  const word = new RegExp(`(?<![\\w$])${written.replace(/[^\w]/g, '\\$&')}(?![\\w$])`);
  return placeAt(source, imported ?? offsets[0] ?? source.search(word));
}

function offsetsOf(source: string, text: string): number[] {
  const offsets: number[] = [];
  for (let at = source.indexOf(text); at >= 0; at = source.indexOf(text, at + 1)) offsets.push(at);
  return offsets;
}
