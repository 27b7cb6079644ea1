/** An entry to check, or (name null) a whole directory to list. */
export interface QueuedHint {
  readonly dir: string;
  readonly name: string | null;
}

interface DirectoryHints {
  readonly names: Set<string>;
  isWhole: boolean;
}

/**
 * Hints that wait for their turn, in order of arrival. A path that is hinted at again before its turn is coalesced. Names are kept beside the
 * listing of their directory: that a file was named may be all that shows of a second write within one tick of the disk's clock.
 */
export class HintQueue {
  readonly #hintsIn = new Map<string, DirectoryHints>();

  get isEmpty(): boolean {
    return this.#hintsIn.size === 0;
  }

  add(dir: string, name: string | null): void {
    let hints = this.#hintsIn.get(dir);
    if (hints === undefined) {
      hints = { names: new Set(), isWhole: false };
      this.#hintsIn.set(dir, hints);
    }
    if (name === null) hints.isWhole = true;
    else hints.names.add(name);
  }

  /** Removes the first hint and returns it: of a directory, its names before the whole. */
  take(): QueuedHint | undefined {
    for (const [dir, { names, isWhole }] of this.#hintsIn) {
      const [name = null] = names;
      if (name !== null) names.delete(name);
      if (name === null || (names.size === 0 && !isWhole)) this.#hintsIn.delete(dir);
      return { dir, name };
    }
    return undefined;
  }
}
