import * as E from 'fp-ts/lib/Either.js';
import { isContentFailure } from '../../model/reload/isContentFailure.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadResult } from '../../model/reload/ReloadTarget.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import type { Manifest } from '../manifest/manifestKeys.js';
import { semverRange } from '../manifest/semverRange.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { ReloadRequests } from './ReloadRequests.js';

/** What the order of reloads needs from the registry. */
export interface DependencyHost {
  slot(plugin: string): PluginSlot | undefined;
  slots(): readonly PluginSlot[];
  isClosed(): boolean;
  /** Whether there is a place to load the plugin from. */
  isOnDisk(plugin: string): boolean;
  /** Loads the files of a plugin on disk, without a pipeline, and tells how that ended. */
  reloadAndTell(plugin: string): Promise<E.Either<ReloadError, ReloadResult>>;
}

/**
 * Which plugins are reloaded because of another one: those that it needs, before it; and those that wait for it, once it serves. The
 * reloads go through the pipeline, if there is one.
 */
export class Dependencies {
  /** How many loads and reloads of each plugin are under way. */
  readonly #underWay = new Map<string, number>();
  /** By plugin: those that it waits for right now, before its own reload. */
  readonly #waits = new Map<string, Set<string>>();

  constructor(
    readonly host: DependencyHost,
    readonly requests: ReloadRequests,
  ) {}

  /** Does the work of one load or reload of a plugin, and then sees whether what it waits for serves by now. */
  async during<A>(plugin: string, work: () => Promise<A>): Promise<A> {
    this.#underWay.set(plugin, (this.#underWay.get(plugin) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#underWay.get(plugin) ?? 1) - 1;
      if (left > 0) this.#underWay.set(plugin, left);
      else this.#underWay.delete(plugin);
      const slot = this.host.slot(plugin);
      if (left === 0 && slot !== undefined) void this.#tryAgain(slot);
    }
  }

  /** A version of the plugin serves, or the plugin is gone: what waited for that is tried again. */
  changed(plugin: string): void {
    for (const slot of this.host.slots()) {
      if (slot.waiting?.blockers.has(plugin) === true) void this.#tryAgain(slot);
    }
  }

  /**
   * Whether a dependency is worth a reload: it does not serve in a version that fits, and what is on disk is not what it just failed with.
   */
  isWorthReload(plugin: string, range: string): boolean {
    if (this.isMet(plugin, range) || !this.host.isOnDisk(plugin)) return false;
    const slot = this.host.slot(plugin);
    if (slot === undefined || slot.waiting !== undefined || this.#underWay.has(plugin)) return true;
    const { lastFailure, files, environment } = slot;
    const mayEndOtherwise = lastFailure !== undefined && !isContentFailure(lastFailure);
    return mayEndOtherwise || !files.looksAsBuilt(environment.files);
  }

  isMet(plugin: string, range: string): boolean {
    const serving = this.host.slot(plugin)?.serving?.version.manifest.manifest.version;
    return serving !== undefined && semverRange.satisfies(serving, range);
  }

  /** Whether a plugin may come to serve its files on disk without another change. */
  isComing(plugin: string): boolean {
    const slot = this.host.slot(plugin);
    if (slot === undefined || this.#underWay.has(plugin)) return true;
    const { lastFailure } = slot;
    return lastFailure !== undefined && !isContentFailure(lastFailure);
  }

  /** For an attempt of a pipeline: has the dependencies reloaded that do not fit, one after the other, and waits for them. */
  async prepare(plugin: string, manifest: Manifest): Promise<void> {
    for (const [dependency, range] of Object.entries(manifest.dependencies ?? {})) {
      // In a cycle nobody waits for himself: the check of the dependencies reports the cycle.
      if (this.#doesWait(dependency, plugin) || !this.isWorthReload(dependency, range)) continue;
      const waits = this.#waits.get(plugin) ?? new Set();
      this.#waits.set(plugin, waits.add(dependency));
      try {
        await this.ask(dependency, range);
      } finally {
        waits.delete(dependency);
        if (waits.size === 0) this.#waits.delete(plugin);
      }
    }
  }

  /** Has a dependency reloaded, and waits for it. */
  async ask(plugin: string, range: string): Promise<void> {
    await this.requests.reload({
      plugin,
      cause: 'dependency',
      isUrgent: false,
      isNeeded: () => this.isWorthReload(plugin, range),
      directly: () => this.host.reloadAndTell(plugin),
    });
  }

  /** Whether `plugin` is, or waits for, `other`. */
  #doesWait(plugin: string, other: string): boolean {
    const seen = new Set([plugin]);
    // The loop also visits what is added while it runs.
    for (const name of seen) for (const next of this.#waits.get(name) ?? []) seen.add(next);
    return seen.has(other);
  }

  /** Reloads a plugin whose last reload was refused, if the refusal would not be repeated. Never rejects. */
  async #tryAgain(slot: PluginSlot): Promise<void> {
    const { waiting, name } = slot;
    const isStillWaiting = () =>
      waiting !== undefined &&
      slot.waiting === waiting &&
      this.host.slot(name) === slot &&
      !this.host.isClosed();
    // In a later turn of the promises: this may be called inside of COMMIT.
    await Promise.resolve();
    // The end of a reload that is under way looks again.
    if (!isStillWaiting() || this.#underWay.has(name)) return;
    try {
      if (waiting === undefined || !(await waiting.isOver())) return;
      if (!isStillWaiting() || this.#underWay.has(name)) return;
      await this.requests.reload({
        plugin: name,
        cause: 'dependency',
        isUrgent: true,
        isNeeded: isStillWaiting,
        directly: () => this.host.reloadAndTell(name),
      });
    } catch (error) {
      slot.environment.report(toReloadError(name, error));
    }
  }
}
