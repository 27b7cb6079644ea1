/** A set of texts in order, each with the count of those that need it. A text is in the set for as long as somebody needs it. */
export class SortedCounts {
  readonly #counts = new Map<string, number>();
  /** Sorted. A copy of `#given` from the first change on after that was given out. */
  #sorted: string[] = [];
  /** What was given out last. */
  #given: readonly string[] = [];

  /** The texts, sorted. The same array as the last time when they are the same. */
  get keys(): readonly string[] {
    const isSame =
      this.#sorted.length === this.#given.length &&
      this.#sorted.every((key, index) => key === this.#given[index]);
    if (!isSame) this.#given = this.#sorted;
    return this.#given;
  }

  has(key: string): boolean {
    return this.#counts.has(key);
  }

  /** Whether the text is new. */
  add(key: string): boolean {
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    if (count > 0) return false;
    this.#own().splice(this.#placeOf(key), 0, key);
    return true;
  }

  /** Whether nobody needs the text any more. Does nothing for a text that is not in the set. */
  remove(key: string): boolean {
    const count = this.#counts.get(key);
    if (count === undefined) return false;
    if (count > 1) {
      this.#counts.set(key, count - 1);
      return false;
    }
    this.#counts.delete(key);
    this.#own().splice(this.#placeOf(key), 1);
    return true;
  }

  #own(): string[] {
    if (this.#sorted === this.#given) this.#sorted = this.#sorted.slice();
    return this.#sorted;
  }

  /** The index of the first text that is not before `key`. */
  #placeOf(key: string): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] ?? '') < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
