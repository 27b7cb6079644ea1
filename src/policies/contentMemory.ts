/**
 * The content that is compared: bytes, or a text that represents them, such as a hash. Undefined: there is nothing to
 * compare.
 */
export type Content = string | Uint8Array | undefined;

/**
 * Remembers the last content of each key, for at most `maxKeyCount` keys. A full memory forgets the least recently
 * used key, and the next content of that key counts as new. So a full memory may report unchanged content as a change,
 * but it never hides a change.
 *
 * @returns A function that says whether a key's content differs from its last one, and remembers it as the last.
 */
export function contentMemory(
  maxKeyCount: number,
): (key: string | number, content: Content) => boolean {
  const contents = new Map<string | number, Content>();
  return (key, content) => {
    const last = contents.get(key);
    contents.delete(key); // set again below, so that the map is ordered by use
    if (content === undefined) return true;
    const isNew = !isSame(last, content);
    contents.set(key, isNew ? copyOf(content) : last);
    const [oldest] = contents.keys();
    if (contents.size > maxKeyCount && oldest !== undefined) contents.delete(oldest);
    return isNew;
  };
}

/** A copy, since the caller may read the next file into the same buffer. Not `slice`, which on a `Buffer` does not copy. */
function copyOf(content: string | Uint8Array): string | Uint8Array {
  return typeof content === 'string' ? content : new Uint8Array(content);
}

function isSame(a: Content, b: Content): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
