import * as E from 'fp-ts/lib/Either.js';
import type { OnWait } from '../../model/concurrency.js';
import { timedOut } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadResult } from '../../model/reload/ReloadTarget.js';
import type { TriedVersion, VersionTrials } from '../../model/reload/VersionTrials.js';
import type { PluginCode } from '../code/PluginCode.js';
import { triedVersion } from '../code/triedVersion.js';
import type { RuntimeEnvironment } from '../environment/RuntimeEnvironment.js';
import type { WhenBusy } from '../environment/RuntimeOptions.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import { type StageTime, type Steps, waitsOf } from '../protocol/createSteps.js';
import { disposeInstance } from '../protocol/disposeInstance.js';
import { giveState } from '../protocol/giveState.js';
import type { TakenState } from '../protocol/KeptState.js';
import { loadInstance } from '../protocol/loadInstance.js';
import { startInstance } from '../protocol/startInstance.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { Serving } from '../slot/PluginVersion.js';
import { type Commit, commitVersion } from './commitVersion.js';
import { startAgain } from './startAgain.js';

/** What to swap in, and how. */
export interface SwapPlan extends Omit<Commit, 'tried'> {
  readonly steps: Steps;
  /** What to do about calls that do not end in time. */
  readonly whenBusy: WhenBusy;
  /** Chooses the state that the new version takes over. Runs in SAVE, while no call is under way. `candidate` is the new version. */
  readonly takeOver: (
    time: StageTime,
    candidate: PluginInstance,
  ) => Promise<E.Either<ReloadError, TakenState | undefined>>;
  /** Asked right before COMMIT: false when the files changed since they were read. Default: true. */
  readonly isFresh?: () => boolean;
  /** Told when the swap waits for others, and when it goes on. */
  readonly onWait?: OnWait | undefined;
  /** Called when the new version serves, before the old one ends. */
  readonly onCommit?: (() => void) | undefined;
}

/** A swap that ended well. */
export interface Swapped {
  /** The state that the new version took over, as events report it; undefined when there was none. */
  readonly restored: ReloadResult['restored'] | undefined;
}

/**
 * Replaces the version that serves, by the protocol: LOAD beside the old version, VALIDATE, QUIESCE, SAVE, MIGRATE, RESTORE, START, HEALTH,
 * COMMIT, DISPOSE. Until COMMIT the old version is only paused, never stopped: whatever fails, it answers the calls that waited. With
 * `stop-first` it is stopped after RESTORE, before START: whatever fails from then on, it is started again (`startAgain`).
 *
 * @returns Right(undefined) when the files changed meanwhile: nothing was swapped, and the newer files have to be built.
 */
export async function swapVersion(
  slot: PluginSlot,
  plan: SwapPlan,
): Promise<E.Either<ReloadError, Swapped | undefined>> {
  const { trials } = slot.environment;
  if (trials === undefined) return swap(slot, plan, undefined);
  const tried = triedVersion(plan.code);
  const admitted = await beginTrial(slot.name, trials, tried, plan);
  if (E.isLeft(admitted)) return admitted;
  const swapped = await swap(slot, plan, tried);
  if (E.isLeft(swapped) || swapped.right === undefined) trials.dropped(tried);
  return swapped;
}

/**
 * The version is noted as on trial, within the deadline of LOAD: the note is a durable write, and a store may never answer. While it waits for the
 * trials of others, no deadline runs.
 */
async function beginTrial(
  plugin: string,
  trials: VersionTrials,
  tried: TriedVersion,
  { steps, onWait }: Pick<SwapPlan, 'steps' | 'onWait'>,
): Promise<E.Either<ReloadError, void>> {
  const admitted = await steps.run('load', async (time) => {
    const begun = await trials.begin(tried, waitsOf(time, onWait));
    // Nobody waits any more, and the version will not serve.
    if (time.isOver && E.isRight(begun)) trials.dropped(tried);
    return begun;
  });
  if (E.isRight(admitted)) return admitted;
  const { left } = admitted;
  if (left._tag !== 'TimedOut' || !('limitMs' in left)) return admitted;
  return E.left(timedOut(plugin, 'trial', Number(left.limitMs)));
}

async function swap(
  slot: PluginSlot,
  plan: SwapPlan,
  tried: TriedVersion | undefined,
): Promise<E.Either<ReloadError, Swapped | undefined>> {
  const { name, gate } = slot;
  const { code, number, standing, steps, isFresh } = plan;
  const environment = countingThrows(slot, number);
  const old = slot.serving?.instance;
  // The calls that may still run in the old version after COMMIT, when the gate counts those of the new one.
  const { flight } = gate;
  const loaded = await loadInstance(environment, code, number, steps, plan.onWait);
  if (E.isLeft(loaded)) return loaded;
  const candidate = loaded.right;

  const endOld = async (): Promise<void> => {
    if (old === undefined || old.isStopped === true) return;
    if (plan.whenBusy === 'abandon') await steps.run('dispose', () => flight.idle().then(E.right));
    // What it throws at its end is not the new version's fault.
    await disposeInstance(slot.environment, name, old, steps);
  };

  gate.close();
  const given = await hand(slot, plan, candidate);
  const isStopFirst = mustStopFirst(slot.serving, code);
  const before = E.isLeft(given) ? given : lastCheck(candidate, steps);
  if (E.isLeft(given) || E.isLeft(before) || (isStopFirst && isFresh?.() === false)) {
    gate.open();
    await disposeInstance(environment, name, candidate, steps);
    return E.isLeft(before) ? before : E.right(undefined);
  }
  const { swapped, handed } = given.right;
  if (isStopFirst && old !== undefined) {
    // From here on, what fails starts the version before again.
    await endOld();
    old.wasStarted = false;
    old.isStopped = true;
  }
  const started = await startInstance(name, candidate, steps);
  const verdict = E.isLeft(started) ? started : lastCheck(candidate, steps);
  // Without the version before, newer files can wait: their change starts another reload.
  if (E.isLeft(verdict) || (!isStopFirst && isFresh?.() === false)) {
    if (!isStopFirst) gate.open();
    await disposeInstance(environment, name, candidate, steps);
    if (isStopFirst && E.isLeft(verdict)) await startAgain(slot, verdict.left, handed);
    return E.isLeft(verdict) ? verdict : E.right(undefined);
  }
  steps.measure('commit', () => commitVersion(slot, { code, number, standing, tried }, candidate));
  plan.onCommit?.();
  await endOld();
  return E.right(swapped);
}

/** A version that is dead, or was stopped before, holds nothing that its successor could want. */
function mustStopFirst(serving: Serving | undefined, code: PluginCode): boolean {
  if (serving === undefined) return false;
  const { instance, version } = serving;
  if (instance.crash !== undefined || instance.isStopped === true) return false;
  return [version, code].some(({ manifest }) => manifest.manifest.swap === 'stop-first');
}

/** What a version took over: as the swap tells it, and the very object where that was handed over. */
interface Given {
  readonly swapped: Swapped;
  readonly handed: TakenState | undefined;
}

/** QUIESCE to RESTORE. */
async function hand(
  { gate }: PluginSlot,
  { code, steps, whenBusy, takeOver }: SwapPlan,
  candidate: PluginInstance,
): Promise<E.Either<ReloadError, Given>> {
  const drained = await steps.run('quiesce', () => gate.flight.idle().then(E.right));
  const isBusy = E.isLeft(drained) && drained.left._tag === 'TimedOut';
  if (E.isLeft(drained) && !(isBusy && whenBusy !== 'refuse')) return drained;
  const taken = await steps.run('save', (time) => takeOver(time, candidate));
  if (E.isLeft(taken)) return taken;
  const restored = await giveState(candidate, code, taken.right, steps);
  if (E.isLeft(restored)) return restored;
  const state = restored.right;
  const isHanded = taken.right !== undefined && 'reference' in taken.right;
  return E.right({
    swapped: { restored: state && { bytes: state.bytes, sha256: state.sha256 } },
    handed: isHanded ? taken.right : undefined,
  });
}

/**
 * The last check, in the turn of COMMIT: a worker may have died between two stages, when nobody waited for it, and the caller may have
 * aborted.
 */
function lastCheck({ crash }: PluginInstance, steps: Steps): E.Either<ReloadError, void> {
  return crash === undefined ? steps.check('commit') : E.left(crash);
}

/** The environment of one version: what its timers and listeners throw while it serves counts in its probation too. */
function countingThrows(slot: PluginSlot, number: number): RuntimeEnvironment {
  const { report } = slot.environment;
  return {
    ...slot.environment,
    report: (error) => {
      report(error);
      if (error._tag === 'Crashed' && slot.version === number) {
        slot.probation?.failed(error.message);
      }
    },
  };
}
