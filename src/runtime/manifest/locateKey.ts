import { placeAt, type TextPlace } from '../../modules/places/textPlace.js';

/**
 * Where a key of a manifest is written; for a missing key, where its table is, or the first line. The parsers do not report where keys
 * are, so this searches the text. In an unusual layout the result may be a line too high or too low.
 */
export function locateKey(
  text: string,
  path: readonly string[],
  format: 'toml' | 'json',
): TextPlace {
  for (let length = path.length; length > 0; length -= 1) {
    const keys = path.slice(0, length);
    const offset = format === 'toml' ? tomlOffset(text, keys) : jsonOffset(text, keys);
    if (offset !== undefined) return placeAt(text, offset);
  }
  return { line: 1, column: 1 };
}

function tomlOffset(text: string, path: readonly string[]): number | undefined {
  let table: readonly string[] = [];
  let offset = 0;
  for (const line of text.split('\n')) {
    const content = line.trimStart();
    const start = offset + line.length - content.length;
    const isHeader = content.startsWith('[');
    const equals = content.indexOf('=');
    if (isHeader) table = keysOf(content.slice(0, content.indexOf(']')).replaceAll('[', ''));
    const here = isHeader || equals < 0 ? table : [...table, ...keysOf(content.slice(0, equals))];
    if ((isHeader || equals >= 0) && startsWith(here, path)) return start;
    // The last key may be in an inline table on this line.
    const last = path.at(-1);
    if (!isHeader && equals >= 0 && last !== undefined && startsWith(path, here)) {
      const inner = content.indexOf(last, equals);
      if (inner >= 0) return start + inner;
    }
    offset += line.length + 1;
  }
  return undefined;
}

function jsonOffset(text: string, path: readonly string[]): number | undefined {
  let from = 0;
  for (const key of path) {
    const quoted = JSON.stringify(key);
    let at = text.indexOf(quoted, from);
    while (
      at >= 0 &&
      !/^\s{0,100}:/.test(text.slice(at + quoted.length, at + quoted.length + 101))
    ) {
      at = text.indexOf(quoted, at + 1);
    }
    if (at < 0) return undefined;
    from = at;
  }
  return from;
}

function keysOf(dotted: string): string[] {
  return dotted.split('.').map((key) => key.trim().replace(/^["']|["']$/g, ''));
}

function startsWith(whole: readonly string[], start: readonly string[]): boolean {
  return start.length <= whole.length && start.every((key, index) => whole[index] === key);
}
