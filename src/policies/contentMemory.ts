/** What a change is compared by: bytes, or a text that stands for them, such as a hash. Undefined: nothing to compare. */
export type Content = string | Uint8Array | undefined;

/**
 * The last content of each key, at most `maxKeyCount` of them. The key unseen for longest is forgotten first; its next
 * content is then new, so a full memory repeats a change and never hides one.
 *
 * @returns Whether a key's content is other than its last one, and takes it for the last from now on.
 */
export function contentMemory(
  maxKeyCount: number,
): (key: string | number, content: Content) => boolean {
  const contents = new Map<string | number, Content>();
  return (key, content) => {
    const last = contents.get(key);
    contents.delete(key); // and in again below, as the newest
    if (content === undefined) return true;
    const isNew = !isSame(last, content);
    contents.set(key, isNew ? copyOf(content) : last);
    const [oldest] = contents.keys();
    if (contents.size > maxKeyCount && oldest !== undefined) contents.delete(oldest);
    return isNew;
  };
}

/** The caller may read the next file into the same buffer. `slice` would not do: that of a `Buffer` is no copy. */
function copyOf(content: string | Uint8Array): string | Uint8Array {
  return typeof content === 'string' ? content : new Uint8Array(content);
}

function isSame(a: Content, b: Content): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
