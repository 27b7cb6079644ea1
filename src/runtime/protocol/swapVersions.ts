import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { TriedVersion, VersionTrials } from '../../model/reload/VersionTrials.js';
import type { CallGate } from '../calls/CallGate.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { TakenState } from './KeptState.js';
import type { StageTime, Steps } from './createSteps.js';
import {
  disposeInstance,
  loadInstance,
  startInstance,
  type StageEnvironment,
} from './startInstance.js';
import { restoreState } from './transferState.js';

/**
 * What a swap does about calls that have not ended by the deadline of `quiesce`: `refuse`, the default, gives up and the old version
 * serves on; `abandon` lets them go on in the old version, for at most the deadline of `dispose`, while the new one serves; `abort`
 * ends the old version, and with it its `ctx.signal`, at once. What such a call still changes is not in the state that went over.
 */
export type WhenBusy = 'refuse' | 'abandon' | 'abort';

/** What a swap works with. */
export interface SwapEnvironment extends StageEnvironment {
  /** Notes which version is on trial, so that one that ends the host is not tried again. */
  readonly trials: VersionTrials | undefined;
}

export interface SwapRequest {
  readonly plugin: string;
  readonly gate: CallGate;
  readonly old: PluginInstance | undefined;
  readonly code: PluginCode;
  readonly version: number;
  readonly steps: Steps;
  readonly whenBusy: WhenBusy;
  /** SAVE: runs while no call does, and answers what the new version is to take over. */
  readonly takeState: (time: StageTime) => Promise<E.Either<ReloadError, TakenState | undefined>>;
  /** Right before COMMIT: false when the files changed under the build, so that it is not the newest. */
  readonly isFresh: () => boolean;
  /** COMMIT, in one turn with the gate's opening. */
  readonly commit: (instance: PluginInstance) => void;
}

export interface Swapped {
  /** The state that the new version took over, as events may tell it. */
  readonly restored: { readonly bytes: number; readonly sha256: string } | undefined;
}

/**
 * Replaces what serves, by the protocol: LOAD beside the old, VALIDATE, QUIESCE, SAVE, MIGRATE, RESTORE, START, HEALTH, COMMIT,
 * DISPOSE. Until COMMIT the old version is only paused, never stopped: whatever fails, it takes up the calls that waited.
 *
 * @returns Right(undefined) when the files changed meanwhile: nothing happened, and the newer ones are to be built.
 */
export async function swapVersions(
  environment: SwapEnvironment,
  request: SwapRequest,
): Promise<E.Either<ReloadError, Swapped | undefined>> {
  const { trials } = environment;
  if (trials === undefined) return swap(environment, request);
  const version = triedVersion(request.code);
  const admitted = await trials.begin(version);
  if (E.isLeft(admitted)) return admitted;
  const outcome = { isServed: false };
  const commit = (instance: PluginInstance) => {
    request.commit(instance);
    outcome.isServed = true;
    trials.served(version);
  };
  const swapped = await swap(environment, { ...request, commit });
  if (!outcome.isServed) trials.dropped(version);
  return swapped;
}

async function swap(
  environment: SwapEnvironment,
  request: SwapRequest,
): Promise<E.Either<ReloadError, Swapped | undefined>> {
  const { plugin, gate, old, steps } = request;
  const { flight } = gate;
  const loaded = await loadInstance(environment, request.code, request.version, steps);
  if (E.isLeft(loaded)) return loaded;
  const candidate = loaded.right;

  gate.close();
  const prepared = await prepare(request, candidate);
  const verdict = E.isLeft(prepared) ? prepared : lastLook(candidate, steps);
  if (E.isLeft(prepared) || E.isLeft(verdict) || !request.isFresh()) {
    gate.open();
    await disposeInstance(environment, plugin, candidate, steps);
    return E.isLeft(verdict) ? verdict : E.right(undefined);
  }
  steps.measure('commit', () => {
    request.commit(candidate);
    gate.serve(candidate);
  });
  if (old !== undefined) {
    if (request.whenBusy === 'abandon')
      await steps.run('dispose', () => flight.idle().then(E.right));
    await disposeInstance(environment, plugin, old, steps);
  }
  return prepared;
}

/** A candidate that died between two stages, in which nothing was asked of it, is no better than one that failed. */
function lastLook({ crash }: PluginInstance, steps: Steps): E.Either<ReloadError, void> {
  return crash === undefined ? steps.check('commit') : E.left(crash);
}

async function prepare(
  { plugin, gate, code, steps, whenBusy, takeState }: SwapRequest,
  candidate: PluginInstance,
): Promise<E.Either<ReloadError, Swapped>> {
  const drained = await steps.run('quiesce', () => gate.flight.idle().then(E.right));
  const isBusy = E.isLeft(drained) && drained.left._tag === 'TimedOut';
  if (E.isLeft(drained) && !(isBusy && whenBusy !== 'refuse')) return drained;
  const taken = await steps.run('save', takeState);
  if (E.isLeft(taken)) return taken;
  const restored = await restoreState(candidate, code, taken.right, steps);
  if (E.isLeft(restored)) return restored;
  const started = await startInstance(plugin, candidate, steps);
  if (E.isLeft(started)) return started;
  const state = restored.right;
  return E.right({ restored: state && { bytes: state.bytes, sha256: state.sha256 } });
}

/** A version as the files that it is made of. */
export function triedVersion({ manifest, graph, codeHash }: PluginCode): TriedVersion {
  const fingerprint = createHash('sha256').update(codeHash).update(manifest.meaning).digest('hex');
  const modules = Array.from(
    graph.modules,
    ([path, { compiled }]) => [path, compiled.source] as const,
  );
  return {
    plugin: manifest.manifest.name,
    fingerprint,
    files: new Map([[manifest.path, manifest.text], ...modules]),
  };
}
