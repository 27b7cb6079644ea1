import type { Either } from 'fp-ts/lib/Either.js';
import type { OnWait, SerialQueue } from '../../model/concurrency.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadResult } from '../../model/reload/ReloadTarget.js';
import { stateLarge } from '../../model/reload/stateFailures.js';
import { clockOf } from '../../modules/adapters/clock.js';
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
  /** Called in COMMIT, each time that a version comes to serve. */
  readonly onServing: (plugin: string) => void;
  /** Called when the files that the plugin uses may be others. */
  readonly onFiles: () => void;
}

/**
 * The swaps that the runtime starts by itself. The slot gets them from its creator and does not import them, since a swap imports the slot.
 */
export interface Recovery {
  /** Restarts the serving version after its `instance` died. Does nothing when another instance serves by then. */
  restartCrashed(slot: PluginSlot, instance: PluginInstance): Promise<Either<ReloadError, void>>;
  /** Replaces the version that serves, because its probation failed, by the version `back`. */
  rollBack(slot: PluginSlot, back: PluginVersion, reason: string): Promise<void>;
}

/** A refusal that other plugins can cure. */
export interface WaitingFor {
  /** The names of these plugins. */
  readonly blockers: ReadonlySet<string>;
  /** Whether the refusal would not be repeated now. Reads files. */
  isOver(): Promise<boolean>;
}

/**
 * One plugin: where it is on disk, which version serves, and which earlier versions are kept. The slot only holds these; swaps change them
 * in `swap/commitVersion` and `slot/unloadSlot`.
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
  /** What the last reload was refused for, if other plugins can cure that; undefined otherwise, and while a reload is under way. */
  waiting: WaitingFor | undefined;
  /** How the last load or reload failed; undefined when it did not, and before the first. */
  lastFailure: ReloadError | undefined;
  /**
   * Counts the failures of the version that serves; undefined when that version was trusted from the start, or no version serves. A restart
   * of the version continues it.
   */
  probation: Probation | undefined;
  /** A version that was rolled back and whose files are still on disk: a reload must not load it again. Undefined when there is none. */
  #rejected: RejectedVersion | undefined;

  /**
   * The version and the instance that serve; undefined when none do. The gate passes calls to the instance, and reloads compare with the
   * version.
   */
  #serving: Serving | undefined;
  /** The highest number of a version that has served. Numbers are not used twice, also after a rollback to a lower one. */
  #lastNumber = 0;
  /** The last version that was told to be proven: each is told once. */
  #provenNumber = 0;
  /** Whether the size of the state was reported: once is enough for a state that is large on every save. */
  #hasReportedSize = false;
  /** Whether it was reported that the state, or a part of it, is not saved. Reset by a save of the whole: then it is news again. */
  #hasReportedLeftOut = false;
  /** Aborted when the runtime closes: it ends a swap that is under way. */
  readonly #closing = new AbortController();
  /** When that was. */
  #closedAtMs: number | undefined;
  readonly #nowMs: () => number;
  readonly #onServing: SlotOptions['onServing'];

  constructor(
    readonly name: string,
    { environment, location, lasting, recovery, onServing, onFiles }: SlotOptions,
  ) {
    this.environment = environment;
    this.#nowMs = clockOf(environment.scheduler);
    this.location = location;
    this.states = lasting.states;
    this.grants = lasting.grants;
    this.runExclusive = lasting.runExclusive;
    this.recovery = recovery;
    this.#onServing = onServing;
    this.kept = new KeptVersions(environment.keepVersionsCount);
    this.gate = new CallGate(
      name,
      () => this.lastFailure,
      environment.onCall && {
        nowMs: this.#nowMs,
        version: () => this.version,
        ended: environment.onCall,
      },
    );
    this.files = new PluginFilesInUse(
      () => this.#serving?.version.graph,
      () => this.#rejected,
      onFiles,
    );
    this.crashes = new CrashRestarts(this);
  }

  /** Number of the version that serves; 0 when none does. */
  get version(): number {
    return this.#serving?.version.number ?? 0;
  }

  get serving(): Serving | undefined {
    return this.#serving;
  }

  get rejected(): RejectedVersion | undefined {
    return this.#rejected;
  }

  set rejected(version: RejectedVersion | undefined) {
    this.#rejected = version;
    this.files.onChange();
  }

  isServing(instance: PluginInstance): boolean {
    return this.#serving?.instance === instance;
  }

  /** The number of the next version. A version that fails before COMMIT does not use it up. */
  get nextNumber(): number {
    return this.#lastNumber + 1;
  }

  /** Replaces the version that serves, and keeps the one that served before. Part of COMMIT. */
  replaceServing(serving: Serving): void {
    const { number } = serving.version;
    this.kept.replace(this.#serving?.version, number);
    this.#serving = serving;
    this.files.onChange();
    this.#lastNumber = Math.max(this.#lastNumber, number);
    this.#onServing(this.name);
  }

  /** No version serves from now on. */
  clearServing(): void {
    this.#serving = undefined;
    this.files.onChange();
  }

  /** The version that serves is good: a later rollback goes back to it. */
  trustServing(): void {
    this.kept.trust(this.version);
  }

  /**
   * Tells that the version that serves is proven, if it has this fingerprint. While it is on probation it is not: the end of that tells
   * it.
   */
  tellProven(fingerprint: string | undefined): void {
    const version = this.#serving?.version;
    const isOnProbation = this.probation?.isOver === false;
    if (version === undefined || version.fingerprint !== fingerprint || isOnProbation) return;
    if (version.number === this.#provenNumber) return;
    this.#provenNumber = version.number;
    const { number, fingerprint: files } = version;
    this.environment.emit({
      _tag: 'Proven',
      plugin: this.name,
      version: number,
      fingerprint: files,
    });
  }

  /** Ends the probation of the version that serves, since another one serves from now on, or none. */
  endProbation(): void {
    this.probation?.end();
    this.probation = undefined;
  }

  /** Records the saved state of the version that serves. A rollback restores both together. */
  noteSavedState(savedState: KeptState | undefined): void {
    if (this.#serving === undefined) return;
    this.#serving = { ...this.#serving, version: { ...this.#serving.version, savedState } };
    const bytes = savedState?.bytes ?? 0;
    if (bytes <= LARGE_STATE_BYTES || this.#hasReportedSize) return;
    this.#hasReportedSize = true;
    this.environment.report(stateLarge(this.name, bytes, LARGE_STATE_BYTES));
  }

  /** Notes what of the state a save left out, and reports it once; undefined when the save was whole. */
  noteLeftOut(leftOut: ReloadError | undefined): void {
    if (leftOut !== undefined && !this.#hasReportedLeftOut) this.environment.report(leftOut);
    this.#hasReportedLeftOut = leftOut !== undefined;
  }

  /** Reads and compiles what is on disk. `suspects` and `onWait`: see `buildCode`. */
  build(suspects?: ReadonlySet<string>, onWait?: OnWait): Promise<CodeBuild> {
    const { environment } = this;
    const known = this.#serving?.version;
    const building = buildCode(environment, this.location, known, suspects, onWait);
    return this.files.remember(building, environment.files);
  }

  /** Steps of a swap. Each of the signals aborts the swap, and so does closing the runtime. */
  steps(signals: readonly AbortSignal[] = []): Steps {
    return this.#createSteps([...signals, this.#closing.signal]);
  }

  /** Steps that also run while the runtime closes, with shorter deadlines then. */
  lastSteps(): Steps {
    return this.#createSteps([]);
  }

  /** Aborts the swap that is under way, since the runtime closes. What a swap disposes of has little time from now on. */
  abortSwap(): void {
    this.#closedAtMs = this.#nowMs();
    this.#closing.abort(new Error('the runtime closes'));
  }

  /** Called by `crashes`. */
  restartCrashed(instance: PluginInstance): Promise<Either<ReloadError, void>> {
    return this.recovery.restartCrashed(this, instance);
  }

  #createSteps(signals: readonly AbortSignal[]): Steps {
    const { scheduler, limitsMs } = this.environment;
    const { signal } = this.#closing;
    const elapsedMs = () => this.#nowMs() - (this.#closedAtMs ?? this.#nowMs());
    return createSteps({
      plugin: this.name,
      scheduler,
      limitsMs,
      signals,
      closing: { signal, elapsedMs },
    });
  }
}
