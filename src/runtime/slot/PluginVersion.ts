import type { TriedVersion } from '../../model/reload/VersionTrials.js';
import type { ModuleGraph } from '../../modules/ModuleGraph.js';
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
  /** Its files, with those that it imported by computed names: a change of one of these makes it another version too. */
  readonly graph: ModuleGraph;
  /**
   * `probation`: it failed, and each reload of the same files fails with that reason. `order`: somebody called `replacePlugin`, and a
   * reload of the same files does nothing.
   */
  readonly by: 'probation' | 'order';
  readonly reason: string;
  /** How the host's trials identify it. */
  readonly tried: TriedVersion;
}

/**
 * Earlier versions of a plugin, for a rollback: the one that was trusted last, however many came since, and at most `maxCount` others,
 * the newest ones.
 */
export class KeptVersions<Version extends Pick<PluginVersion, 'number'> = PluginVersion> {
  /** Oldest first, in the order in which they were replaced. */
  #versions: readonly Version[] = [];
  /**
   * Numbers of the versions that passed their probation, or had none, in the order in which they were trusted. The last one serves, or is
   * one of `#versions`; so are those before it, unless they were dropped.
   */
  #trusted: readonly number[] = [];

  constructor(readonly maxCount: number) {}

  get all(): readonly Version[] {
    return this.#versions;
  }

  find(number: number): Version | undefined {
    return this.#versions.find((version) => version.number === number);
  }

  /** The version that was trusted last; undefined when it serves, and before the first. */
  get trusted(): Version | undefined {
    return this.find(this.#lastTrusted);
  }

  /** The version that an order goes back to: among those that do not serve, the one that was trusted last. */
  get backByOrder(): Version | undefined {
    const number = this.#trusted.findLast((trusted) => this.find(trusted) !== undefined);
    return number === undefined ? undefined : this.find(number);
  }

  /** Version `next` serves from now on and is no earlier one any more; `old` is kept. */
  replace(old: Version | undefined, next: number): void {
    const others = this.#versions.filter(({ number }) => number !== next);
    this.#versions = old === undefined || old.number === next ? others : [...others, old];
    this.#drop();
  }

  /** The version that serves is good. The one that was trusted before it counts as one of the others now. */
  trust(serving: number): void {
    this.#trusted = [...this.#trusted.filter((number) => number !== serving), serving];
    this.#drop();
  }

  /** This version was taken back: no rollback goes to it by itself. */
  distrust(version: number): void {
    this.#trusted = this.#trusted.filter((number) => number !== version);
    this.#drop();
  }

  get #lastTrusted(): number {
    return this.#trusted.at(-1) ?? 0;
  }

  /** Drops the oldest of the others when there are too many. */
  #drop(): void {
    const others = this.#versions.filter(({ number }) => number !== this.#lastTrusted);
    const dropped = new Set(others.slice(0, Math.max(0, others.length - this.maxCount)));
    this.#versions = this.#versions.filter((version) => !dropped.has(version));
    const gone = new Set(Array.from(dropped, ({ number }) => number));
    this.#trusted = this.#trusted.filter((number) => !gone.has(number));
  }
}
