import type { PluginCode } from '../code/PluginCode.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { KeptState } from '../protocol/KeptState.js';

/** Code that has served, with its number. Numbers start at 1 and rise by 1 with each version that serves. */
export interface PluginVersion extends PluginCode {
  readonly number: number;
  /** The state that was saved when this version was last replaced: a rollback restores both together. */
  readonly savedState: KeptState | undefined;
}

/** The version that answers a plugin's calls, and its running copy. */
export interface Serving {
  readonly version: PluginVersion;
  readonly instance: PluginInstance;
}

/** A version that was rolled back. The same files are still on disk, and must not be loaded again. */
export interface RejectedVersion {
  readonly number: number;
  readonly codeHash: string;
  /** `meaning` of its manifest, see `ReadManifest`. */
  readonly meaning: string;
  /**
   * `probation`: it failed, and each reload of the same files fails with that reason. `order`: somebody called `replacePlugin`, and a
   * reload of the same files does nothing.
   */
  readonly by: 'probation' | 'order';
  readonly reason: string;
}

/** Earlier versions of a plugin, for a rollback: oldest first, at most `maxCount`. */
export class KeptVersions {
  #versions: readonly PluginVersion[] = [];

  constructor(readonly maxCount: number) {}

  get all(): readonly PluginVersion[] {
    return this.#versions;
  }

  find(number: number): PluginVersion | undefined {
    return this.#versions.find((version) => version.number === number);
  }

  /** Keeps `old`, and removes the version `next`, which serves from now on. */
  replace(old: PluginVersion | undefined, next: number): void {
    const others = this.#versions.filter(({ number }) => number !== next);
    const kept = old === undefined || old.number === next ? others : [...others, old];
    this.#versions = kept.slice(Math.max(0, kept.length - this.maxCount));
  }
}
