import type { PluginVersion } from '../code/PluginCode.js';

/** The versions of a plugin that served before, oldest first; the newest few of them. */
export class KeptVersions {
  #versions: readonly PluginVersion[] = [];

  constructor(readonly maxCount: number) {}

  get all(): readonly PluginVersion[] {
    return this.#versions;
  }

  find(number: number): PluginVersion | undefined {
    return this.#versions.find((version) => version.number === number);
  }

  /** `next` serves from now on, in the place of `old`. */
  replace(old: PluginVersion | undefined, next: number): void {
    const others = this.#versions.filter(({ number }) => number !== next);
    const kept = old === undefined || old.number === next ? others : [...others, old];
    this.#versions = kept.slice(Math.max(0, kept.length - this.maxCount));
  }
}
