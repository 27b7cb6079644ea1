import type { PluginCode } from '../code/PluginCode.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { KeptState } from '../protocol/KeptState.js';

/** Code that has served, or is about to. Numbers rise by one from 1. */
export interface PluginVersion extends PluginCode {
  readonly number: number;
  /** What was saved when this version was last replaced: rollback restores the pair. */
  readonly savedState: KeptState | undefined;
}

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

/** A version that was taken back: what is on disk still is it, and is not tried again. */
export interface Rejected {
  readonly codeHash: string;
  readonly meaning: string;
  readonly number: number;
  /** A person who went back wants no news of the version that was; of one that failed its probation the reason is told again. */
  readonly by: 'probation' | 'order';
  readonly reason: string;
}

/** What answers a plugin's calls. */
export interface Serving {
  readonly version: PluginVersion;
  readonly instance: PluginInstance;
}
