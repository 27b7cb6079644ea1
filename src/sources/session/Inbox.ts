/** Where to look, each place once however often it is named. */
export class Inbox {
  /** Directory → names; null: all of it. */
  readonly #places = new Map<string, Set<string> | null>();

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  post(dir: string, name: string | null): void {
    const names = this.#places.get(dir);
    if (name === null) this.#places.set(dir, null);
    else if (names === undefined) this.#places.set(dir, new Set([name]));
    else names?.add(name);
  }

  /** Takes out the place that was named first. */
  take(): { readonly dir: string; readonly name: string | null } | undefined {
    for (const [dir, names] of this.#places) {
      const [name = null] = names ?? [];
      if (name !== null) names?.delete(name);
      if (names === null || names.size === 0) this.#places.delete(dir);
      return { dir, name };
    }
    return undefined;
  }
}
