import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadResult, SaveState } from '../../model/reload/ReloadTarget.js';
import { buildCode, type CodeBuild } from '../code/buildCode.js';
import { CallGate } from '../calls/CallGate.js';
import type { SerialQueue } from '../../model/concurrency.js';
import { createSteps, type StageTime, type Steps } from '../protocol/createSteps.js';
import { closingLimitsMs, shorterLimitsMs, type LimitsMs } from '../protocol/Stage.js';
import { KeptVersions, type PluginVersion, type Rejected, type Serving } from './PluginVersion.js';
import { PluginFilesInUse } from '../code/PluginFilesInUse.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import { isOwnFault, stateLarge } from '../../model/reload/stateFailures.js';
import type { PluginGrants } from './PluginGrants.js';
import type { PluginLocation } from '../manifest/findManifest.js';
import type { PluginStates } from '../protocol/PluginStates.js';
import type { Probation } from '../calls/Probation.js';
import { keptOf, type TakenState } from '../protocol/KeptState.js';
import type { RuntimeEnvironment } from '../environment/RuntimeEnvironment.js';
import { CrashRestarts } from './CrashRestarts.js';
import { disposeInstance } from '../protocol/startInstance.js';
import type { HandOver } from '../protocol/transferState.js';
import { swapVersions, type Swapped, type SwapRequest } from '../protocol/swapVersions.js';

/** Calls wait while a state is copied: above this size so long that somebody notices. */
const LARGE_STATE_BYTES = 5 * 1024 * 1024;

type SwapPlan = Pick<
  SwapRequest,
  'code' | 'version' | 'steps' | 'whenBusy' | 'takeState' | 'isFresh'
> & {
  /** In the turn of COMMIT, when the new version is the slot's. */
  readonly onCommit?: () => void;
};

/** One plugin: where it lives, what serves, which versions are kept, and one swap at a time. */
export class PluginSlot {
  readonly gate: CallGate;
  readonly files: PluginFilesInUse;
  /** The state that the last reload took over. */
  restored: ReloadResult['restored'] | undefined;
  /** Plugins that the last reload could have needed to go well. */
  awaited: ReadonlySet<string> = new Set();
  /** Of the version that serves, while it is not trusted yet. */
  probation: Probation | undefined;
  rejected: Rejected | undefined;
  #trusted = 0;
  #hasWarned = false;
  #serving: Serving | undefined;
  /** Those that served before. */
  readonly kept: KeptVersions;
  #lastNumber = 0;
  readonly #closing = new AbortController();
  readonly #crashes = new CrashRestarts(this);

  constructor(
    readonly environment: RuntimeEnvironment,
    readonly name: string,
    public location: PluginLocation,
    readonly states: PluginStates,
    readonly grants: PluginGrants,
    /** Work on a plugin waits for the work before it. */
    readonly exclusively: SerialQueue,
  ) {
    this.kept = new KeptVersions(environment.keepVersionsCount);
    this.gate = new CallGate(name);
    this.files = new PluginFilesInUse(() => this.#serving?.version.graph);
    this.gate.open();
  }

  /** 0 when nothing serves. */
  get version(): number {
    return this.#serving?.version.number ?? 0;
  }
  get serving(): Serving | undefined {
    return this.#serving;
  }
  /** The number of the version that comes next; one that failed leaves it free. */
  get nextNumber(): number {
    return this.#lastNumber + 1;
  }

  /** The version to go back to: the one that was trusted last, or else the newest of those kept. */
  trusted(): PluginVersion | undefined {
    return this.kept.find(this.#trusted) ?? this.kept.all.at(-1);
  }
  /** What serves is good: nothing older is wanted any more. */
  trust(): void {
    this.#trusted = this.version;
  }

  /** What is on disk, compiled. */
  build(): Promise<CodeBuild> {
    return this.files.remember(buildCode(this.environment, this.location, this.#serving?.version));
  }

  /** A fresh instance of the code that serves, with the newest acknowledged state: for a version that crashed. */
  async restart(serving: Serving): Promise<E.Either<ReloadError, void>> {
    const swapped = await this.swap({
      code: serving.version,
      version: serving.version.number,
      steps: this.steps(),
      whenBusy: 'abort',
      takeState: () => this.states.newest(),
      isFresh: () => true,
    });
    return E.isLeft(swapped) ? swapped : E.right(undefined);
  }

  isServing(instance: PluginInstance): boolean {
    return this.#serving?.instance === instance;
  }
  /** In the place of an instance that died, unless something else serves by then. */
  restartInstance(instance: PluginInstance): Promise<E.Either<ReloadError, void>> {
    return this.exclusively(async () => {
      const serving = this.#serving;
      if (serving?.instance !== instance) return E.right(undefined);
      const restarted = await this.restart(serving);
      const { tell } = this.environment;
      if (E.isRight(restarted))
        tell({ _tag: 'Restarted', plugin: this.name, version: this.version });
      return restarted;
    });
  }

  /** Saves, and ends what serves. Calls from now on find no plugin. `limitsMs` may only shorten the usual deadlines. */
  async unload(limitsMs: Partial<LimitsMs> = {}): Promise<E.Either<ReloadError, void>> {
    const serving = this.#serving;
    if (serving === undefined) return E.right(undefined);
    const steps = this.#stepsUntil([], limitsMs);
    this.gate.close();
    // Its removal was ordered: a call that does not end in time goes on in what was unloaded.
    await steps.run('quiesce', () => this.gate.flight.idle().then(E.right));
    const saved = await steps.run('save', (time) => this.takeState(undefined, time));
    if (E.isLeft(saved) && !isOwnFault(saved.left)) {
      this.gate.open();
      return saved;
    }
    if (E.isLeft(saved)) this.environment.report(saved.left);
    await this.#end(serving, steps);
    return E.right(undefined);
  }

  /** Ends the plugin with its host: a swap under way is called off, and nothing may take long. */
  close(): Promise<E.Either<ReloadError, void>> {
    this.#closing.abort(new Error('the runtime closes'));
    return this.exclusively(async () => {
      const unloaded = await this.unload(closingLimitsMs);
      // Elsewhere a plugin whose state cannot be saved goes on; here its host ends.
      if (this.#serving) await this.#end(this.#serving, this.#stepsUntil([], closingLimitsMs));
      return unloaded;
    });
  }

  async #end(serving: Serving, steps: Steps): Promise<void> {
    this.#serving = undefined;
    this.#crashes.end();
    this.#endProbation();
    this.gate.serve(undefined);
    await disposeInstance(this.environment, this.name, serving.instance, steps);
  }

  /** The state of what serves, kept; or the newest known one, when nothing serves or what serves has none to give. */
  async takeState(
    save: SaveState | undefined,
    time: StageTime,
    handOver: HandOver = 'copy',
  ): Promise<E.Either<ReloadError, TakenState | undefined>> {
    const serving = this.#serving;
    if (serving === undefined) return this.states.newest();
    const saved = await this.states.save(serving.instance, serving.version, save, time, handOver);
    if (E.isLeft(saved)) return saved;
    if (saved.right === undefined) return this.states.newest();
    // By now something else may serve.
    if (time.isOver) return saved;
    // A state belongs to the version that it was saved under.
    const savedState = keptOf(saved.right);
    this.#serving = { ...serving, version: { ...serving.version, savedState } };
    this.#warnOfSize(savedState?.bytes ?? 0);
    return saved;
  }

  #warnOfSize(bytes: number): void {
    if (bytes <= LARGE_STATE_BYTES || this.#hasWarned) return;
    this.#hasWarned = true;
    this.environment.report(stateLarge(this.name, bytes, LARGE_STATE_BYTES));
  }

  /** Brings a version into the place of what serves; Right(undefined): the files changed meanwhile, and nothing happened. */
  swap(plan: SwapPlan): Promise<E.Either<ReloadError, Swapped | undefined>> {
    const { code, version: number } = plan;
    return swapVersions(this.#watched(number), {
      ...plan,
      plugin: this.name,
      gate: this.gate,
      old: this.#serving?.instance,
      commit: (instance) => {
        const isSame = this.version === number;
        this.kept.replace(this.#serving?.version, number);
        const { manifest, graph, codeHash } = code;
        const version = { manifest, graph, codeHash, number, savedState: undefined };
        this.#serving = { version, instance };
        this.#lastNumber = Math.max(this.#lastNumber, number);
        this.grants.grant(manifest.manifest.capabilities);
        // A restart of the same version goes on with its probation.
        if (!isSame) this.#endProbation();
        plan.onCommit?.();
        this.gate.outcomes = this.probation;
        this.#crashes.watch(instance);
      },
    });
  }

  /** What a timer or listener of what serves throws counts in its probation. */
  #watched(number: number): RuntimeEnvironment {
    const { report } = this.environment;
    return {
      ...this.environment,
      report: (error) => {
        report(error);
        if (error._tag === 'Crashed' && this.version === number)
          this.probation?.failed(error.message);
      },
    };
  }

  #endProbation(): void {
    this.probation?.end();
    this.probation = undefined;
    this.rejected = undefined;
  }

  /** Stages that any of the signals, or the end of the host, calls off. */
  steps(signals: readonly AbortSignal[] = []): Steps {
    return this.#stepsUntil([...signals, this.#closing.signal]);
  }

  #stepsUntil(signals: readonly AbortSignal[], shorterMs: Partial<LimitsMs> = {}): Steps {
    const { scheduler } = this.environment;
    const limitsMs = shorterLimitsMs(this.environment.limitsMs, shorterMs);
    return createSteps({ plugin: this.name, scheduler, limitsMs, signals });
  }
}
