/** An entry to check, or (name null) a whole directory to list. */
export interface QueuedHint {
  readonly dir: string;
  readonly name: string | null;
}

/** Hints that wait for their turn, in order of arrival. A path that is hinted at again before its turn is coalesced. */
export class HintQueue {
  /** Directory → names in it; null: all of them. */
  readonly #namesIn = new Map<string, Set<string> | null>();

  get isEmpty(): boolean {
    return this.#namesIn.size === 0;
  }

  add(dir: string, name: string | null): void {
    const names = this.#namesIn.get(dir);
    if (name === null) this.#namesIn.set(dir, null);
    else if (names === undefined) this.#namesIn.set(dir, new Set([name]));
    else names?.add(name);
  }

  /** Removes the first hint and returns it. */
  take(): QueuedHint | undefined {
    for (const [dir, names] of this.#namesIn) {
      const [name = null] = names ?? [];
      if (name !== null) names?.delete(name);
      if (names === null || names.size === 0) this.#namesIn.delete(dir);
      return { dir, name };
    }
    return undefined;
  }
}
