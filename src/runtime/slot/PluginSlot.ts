import type { Either } from 'fp-ts/lib/Either.js';
import type { SerialQueue } from '../../model/concurrency.js';
import { stateLarge } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadResult } from '../../model/reload/ReloadTarget.js';
import { CallGate } from '../calls/CallGate.js';
import type { Probation } from '../calls/Probation.js';
import { buildCode, type CodeBuild } from '../code/buildCode.js';
import { PluginFilesInUse } from '../code/PluginFilesInUse.js';
import type { RuntimeEnvironment } from '../environment/RuntimeEnvironment.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { PluginLocation } from '../manifest/findManifest.js';
import { createSteps, type Steps } from '../protocol/createSteps.js';
import type { KeptState } from '../protocol/KeptState.js';
import type { PluginStates } from '../protocol/PluginStates.js';
import { type LimitsMs, shorterLimitsMs } from '../protocol/Stage.js';
import { CrashRestarts } from './CrashRestarts.js';
import type { CapabilityGrants, LastingParts } from './LastingParts.js';
import {
  KeptVersions,
  type PluginVersion,
  type RejectedVersion,
  type Serving,
} from './PluginVersion.js';

/** Calls wait while a state is copied. Above this size the wait is long enough to be noticed. */
const LARGE_STATE_BYTES = 5 * 1024 * 1024;

export interface SlotOptions {
  readonly environment: RuntimeEnvironment;
  readonly location: PluginLocation;
  readonly lasting: LastingParts;
  readonly recovery: Recovery;
}

/** The swaps that no order from outside starts. The slot gets them from its maker and does not import them, since a swap imports the slot. */
export interface Recovery {
  /** Starts the serving version again after its `instance` died. Does nothing when something else serves by then. */
  restartCrashed(slot: PluginSlot, instance: PluginInstance): Promise<Either<ReloadError, void>>;
  /** Replaces the version that serves, because its probation failed, by the version `back`. */
  rollBack(slot: PluginSlot, back: PluginVersion, reason: string): Promise<void>;
}

/**
 * One plugin: where it lives, what serves, and which earlier versions are kept. It only holds this; swaps change it in
 * `swap/commitVersion` and `slot/unloadSlot`.
 *
 * States:
 * - Empty: `serving` is undefined. The gate refuses calls.
 * - On probation: `serving` and `probation` are set, and the probation is not over. A failure goes back to `kept.trusted`.
 * - Trusted: `serving` is set, and `probation` is undefined or over.
 */
export class PluginSlot {
  readonly environment: RuntimeEnvironment;
  readonly states: PluginStates;
  readonly grants: CapabilityGrants;
  readonly runExclusive: SerialQueue;
  readonly recovery: Recovery;
  readonly gate: CallGate;
  readonly files: PluginFilesInUse;
  readonly kept: KeptVersions;
  readonly crashes: CrashRestarts;

  /** Where the plugin is loaded from. It changes when the folder is renamed. */
  location: PluginLocation;
  /**
   * The state that the last reload took over; undefined when there was none. Kept for `load`: when another plugin needed this one, it was
   * loaded before its own load.
   */
  restored: ReloadResult['restored'] | undefined;
  /**
   * The dependencies of the last reload, when it was refused because of them; empty otherwise. A change of one of them reloads this
   * plugin too.
   */
  awaited: ReadonlySet<string> = new Set();
  /**
   * Counts the failures of the version that serves; undefined when that version was trusted from the start, or nothing serves. A restart
   * of the version goes on with it.
   */
  probation: Probation | undefined;
  /** The version that was taken back while its files are still on disk: a reload must not load it again. Undefined when there is none. */
  rejected: RejectedVersion | undefined;

  /** What answers calls; undefined when nothing serves. The gate passes calls to its instance. Reloads compare with its version. */
  #serving: Serving | undefined;
  /** The highest number of a version that has served. Numbers are not used twice, also after a rollback to a lower one. */
  #lastNumber = 0;
  /** Whether the size of the state was reported: once is enough for a state that is large on every save. */
  #hasReportedSize = false;
  /** Aborted when the runtime closes: it ends a swap that is under way. */
  readonly #closing = new AbortController();

  constructor(
    readonly name: string,
    { environment, location, lasting, recovery }: SlotOptions,
  ) {
    this.environment = environment;
    this.location = location;
    this.states = lasting.states;
    this.grants = lasting.grants;
    this.runExclusive = lasting.runExclusive;
    this.recovery = recovery;
    this.kept = new KeptVersions(environment.keepVersionsCount);
    this.gate = new CallGate(name);
    this.files = new PluginFilesInUse(() => this.#serving?.version.graph);
    this.crashes = new CrashRestarts(this);
    this.gate.open();
  }

  /** Number of the version that serves; 0 when none does. */
  get version(): number {
    return this.#serving?.version.number ?? 0;
  }

  get serving(): Serving | undefined {
    return this.#serving;
  }

  isServing(instance: PluginInstance): boolean {
    return this.#serving?.instance === instance;
  }

  /** The number of the next version. A version that fails before COMMIT leaves it free. */
  get nextNumber(): number {
    return this.#lastNumber + 1;
  }

  /** Replaces what serves, and keeps the version that served before. Part of COMMIT. */
  replaceServing(serving: Serving): void {
    const { number } = serving.version;
    this.kept.replace(this.#serving?.version, number);
    this.#serving = serving;
    this.#lastNumber = Math.max(this.#lastNumber, number);
  }

  /** Nothing serves from now on. */
  clearServing(): void {
    this.#serving = undefined;
  }

  /** The version that serves is good: a later rollback goes back to it. */
  trustServing(): void {
    this.kept.trust(this.version);
  }

  /** Ends the probation of the version that serves, since another one serves from now on, or none. */
  endProbation(): void {
    this.probation?.end();
    this.probation = undefined;
  }

  /** Notes the state of what serves. It belongs to the version that it was saved under. */
  noteSavedState(savedState: KeptState | undefined): void {
    if (this.#serving === undefined) return;
    this.#serving = { ...this.#serving, version: { ...this.#serving.version, savedState } };
    const bytes = savedState?.bytes ?? 0;
    if (bytes <= LARGE_STATE_BYTES || this.#hasReportedSize) return;
    this.#hasReportedSize = true;
    this.environment.report(stateLarge(this.name, bytes, LARGE_STATE_BYTES));
  }

  /** Reads and compiles what is on disk. */
  build(): Promise<CodeBuild> {
    return this.files.remember(buildCode(this.environment, this.location, this.#serving?.version));
  }

  /** Steps of a swap that any of the signals aborts, or the end of the runtime. */
  steps(signals: readonly AbortSignal[] = []): Steps {
    return this.#createSteps([...signals, this.#closing.signal], {});
  }

  /** Steps that also run while the runtime closes. `limitsMs` may only shorten the usual deadlines. */
  lastSteps(limitsMs: Partial<LimitsMs>): Steps {
    return this.#createSteps([], limitsMs);
  }

  /** Aborts the swap that is under way, since the runtime closes. */
  abortSwap(): void {
    this.#closing.abort(new Error('the runtime closes'));
  }

  /** Called by `crashes`. */
  restartCrashed(instance: PluginInstance): Promise<Either<ReloadError, void>> {
    return this.recovery.restartCrashed(this, instance);
  }

  #createSteps(signals: readonly AbortSignal[], shorterMs: Partial<LimitsMs>): Steps {
    const { scheduler, limitsMs } = this.environment;
    return createSteps({
      plugin: this.name,
      scheduler,
      limitsMs: shorterLimitsMs(limitsMs, shorterMs),
      signals,
    });
  }
}
