import type { TextPlace } from './codeFrame.js';
import { placeAt } from './placeAt.js';

/**
 * Where a key of a manifest is written; for a key that is missing, where its table is, or the first line. The parsers give no
 * places for keys, so this looks for the text: the worst that a strange layout does is a mark on a neighbouring line.
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
    const header = /^\s*\[\[?\s*(.+?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) table = keysOf(header);
    const key = /^\s*((?:"[^"]*"|'[^']*'|[\w.-]|\s*\.\s*)+?)\s*=/.exec(line)?.[1];
    const here = key === undefined ? table : [...table, ...keysOf(key)];
    if ((key !== undefined || header !== undefined) && startsWith(here, path)) {
      return offset + (line.length - line.trimStart().length);
    }
    // An inline table holds the last key on the same line.
    const last = path.at(-1) ?? '';
    if (key !== undefined && path.length > here.length && startsWith(path, here)) {
      const inner = line.search(new RegExp(`["']?${escapeRegExp(last)}["']?\\s*=`));
      if (inner >= 0) return offset + inner;
    }
    offset += line.length + 1;
  }
  return undefined;
}

function jsonOffset(text: string, path: readonly string[]): number | undefined {
  let from = 0;
  for (const key of path) {
    const quoted = new RegExp(`${escapeRegExp(JSON.stringify(key))}\\s*:`, 'g');
    quoted.lastIndex = from;
    const found = quoted.exec(text);
    if (found === null) return undefined;
    from = found.index;
  }
  return from;
}

function keysOf(dotted: string): string[] {
  return dotted.split('.').map((key) => key.trim().replace(/^["']|["']$/g, ''));
}

function startsWith(whole: readonly string[], start: readonly string[]): boolean {
  return start.length <= whole.length && start.every((key, index) => whole[index] === key);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
