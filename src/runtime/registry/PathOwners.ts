/** Who uses which path. One lookup, however many users there are. */
export class PathOwners<Owner> {
  readonly #owners = new Map<string, Set<Owner>>();

  /** Those who use a path; undefined: nobody does. */
  of(path: string): ReadonlySet<Owner> | undefined {
    return this.#owners.get(path);
  }

  /** The owner uses `now`, where it used `before`. */
  replace(owner: Owner, before: ReadonlySet<string>, now: ReadonlySet<string>): void {
    for (const path of before) {
      if (now.has(path)) continue;
      const owners = this.#owners.get(path);
      owners?.delete(owner);
      if (owners?.size === 0) this.#owners.delete(path);
    }
    for (const path of now) {
      if (before.has(path)) continue;
      const owners = this.#owners.get(path);
      if (owners === undefined) this.#owners.set(path, new Set([owner]));
      else owners.add(owner);
    }
  }
}
