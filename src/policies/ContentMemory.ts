/** What a change is compared by: bytes, or a text that stands for them, such as a hash. Undefined: nothing to compare. */
export type Content = string | Uint8Array | undefined;

/**
 * The last content of each key, at most `maxKeyCount` of them. The key unseen for longest is forgotten first; its next
 * content is then new, so a full memory repeats a change and never hides one.
 */
export class ContentMemory<K> {
  readonly #contents = new Map<K, Exclude<Content, undefined>>();
  readonly #maxKeyCount: number;

  constructor(maxKeyCount: number) {
    this.#maxKeyCount = maxKeyCount;
  }

  /** Whether this is other than the key's last content. Takes it for the last from now on. */
  isNew(key: K, content: Content): boolean {
    const last = this.#contents.get(key);
    this.#contents.delete(key); // and in again below, as the newest
    if (content === undefined) return true;
    if (last !== undefined && isSame(last, content)) {
      this.#contents.set(key, last);
      return false;
    }
    // A copy: the caller may read the next file into the same buffer.
    this.#contents.set(key, typeof content === 'string' ? content : content.slice());
    if (this.#contents.size > this.#maxKeyCount) {
      const [oldest] = this.#contents.keys();
      if (oldest !== undefined) this.#contents.delete(oldest);
    }
    return true;
  }
}

function isSame(a: string | Uint8Array, b: string | Uint8Array): boolean {
  if (typeof a === 'string' || typeof b === 'string') return a === b;
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
