/** The capabilities that a plugin may have, by its name: also while it is not loaded. */
export class PluginGrants {
  #granted: ReadonlySet<string> | undefined;

  /** What a version asks for that nobody approved. The first version is approved by the host that loads it. */
  missing(requested: readonly string[] = []): readonly string[] {
    const granted = this.#granted;
    return granted === undefined ? [] : requested.filter((name) => !granted.has(name));
  }

  /** For the next version. */
  approve(capabilities: readonly string[]): void {
    this.#granted = new Set([...(this.#granted ?? []), ...capabilities]);
  }

  /** A version serves: it has what it asks for, and no more. What it gave up is to be approved again. */
  grant(capabilities: readonly string[] = []): void {
    this.#granted = new Set(capabilities);
  }
}
