import * as E from 'fp-ts/lib/Either.js';
import type { Crashed, ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadOptions, ReloadResult } from '../../model/reload/ReloadTarget.js';
import { asksForReload } from './asksForReload.js';
import { handOverOf } from './handOverOf.js';
import { hasSameComputedImports } from '../code/staleFiles.js';
import { allLookUnchanged } from '../../modules/files/unchanged.js';
import { manifestRefused, placeOfKey } from '../manifest/manifestFailures.js';
import type { PluginSlot } from './PluginSlot.js';
import type { PluginCode } from '../code/PluginCode.js';
import { capabilitiesNotApproved, probationFailed } from '../../model/reload/failures.js';
import type { ReadManifest } from '../manifest/readManifest.js';
import type { Rejected } from './PluginVersion.js';
import { startProbation } from './startProbation.js';

/** A reload starts over when files changed while it ran; after so many times the build that loads is new enough. */
const MAX_BUILDS_COUNT = 5;

const untouched: Pick<Crashed, 'needsRestart'> = { needsRestart: false };

/** What crashed had not served: the version before goes on, and must not be started anew from an older state. */
const beforeCommit = (error: ReloadError): ReloadError =>
  error._tag === 'Crashed' ? { ...error, ...untouched } : error;

/** Brings what is on disk into service, unless that serves already. */
export async function reloadSlot(
  slot: PluginSlot,
  options: ReloadOptions,
): Promise<E.Either<ReloadError, ReloadResult>> {
  const { files, whenBusy, inBuildTurn, nextTurn } = slot.environment;
  const steps = slot.steps(options.signal === undefined ? [] : [options.signal]);
  const from = slot.version;
  for (let builds = 1; ; builds += 1) {
    // Its deadline is for its own work: a hundred plugins that are loaded at once wait for each other before it.
    const build = await inBuildTurn(() => steps.run('compile', () => slot.build().then(E.right)));
    if (E.isLeft(build)) return build;
    const { result, read } = build.right;
    const isFresh = () => builds === MAX_BUILDS_COUNT || allLookUnchanged(files, read);
    if (E.isLeft(result) && !isFresh()) continue;
    if (E.isLeft(result)) return E.left({ ...result.left, plugin: slot.name });
    const code = result.right;
    const rejected = rejectedAs(slot, code);
    // Other bytes are on disk than those that a person went back from: the order is carried out.
    if (rejected === undefined && slot.rejected?.by === 'order') slot.rejected = undefined;
    const isBack = rejected?.by === 'order';
    const isSame = isServed(slot, code) && !asksForReload(code, slot.location, options.change);
    if (isBack || isSame) return E.right({ from, to: from, stageMs: steps.stageMs });
    const refusal = rejected
      ? probationFailed(slot.name, rejected)
      : await refusalOf(slot, code.manifest);
    if (refusal !== undefined) return E.left(refusal);
    // What came in while the build held the loop, such as calls and timers, is not made to wait for the swap too.
    await nextTurn();
    const swapped = await slot.swap({
      code,
      version: slot.nextNumber,
      steps,
      whenBusy,
      takeState: (time) => {
        const handOver = handOverOf(slot.environment, slot.serving?.version, code);
        return slot.takeState(options.saveState, time, handOver);
      },
      isFresh,
      onCommit: () => startProbation(slot),
    });
    if (E.isLeft(swapped)) return E.left(beforeCommit(swapped.left));
    if (swapped.right === undefined) continue;
    const { restored } = swapped.right;
    slot.restored = restored;
    const { stageMs } = steps;
    return E.right({ from, to: slot.version, stageMs, ...(restored && { restored }) });
  }
}

/** What was taken back is not tried again: only other files are, or a person orders that version. */
function rejectedAs({ rejected }: PluginSlot, code: PluginCode): Rejected | undefined {
  const isSame = rejected?.codeHash === code.codeHash && rejected.meaning === code.manifest.meaning;
  return isSame ? rejected : undefined;
}

/** Why what is on disk cannot serve here, well formed as it is. */
async function refusalOf(
  slot: PluginSlot,
  manifest: ReadManifest,
): Promise<ReloadError | undefined> {
  const { root, dependencyProblem, capabilityGrowth } = slot.environment;
  const { name, dependencies = {}, capabilities } = manifest.manifest;
  const reason = `this folder serves as "${slot.name}"; keep the name, or move the plugin to a new folder`;
  const problem =
    name === slot.name ? await dependencyProblem(manifest.manifest) : { key: ['name'], reason };
  slot.awaited = new Set(problem === undefined ? [] : Object.keys(dependencies));
  const added = capabilityGrowth === 'ask' ? slot.grants.missing(capabilities) : [];
  if (problem === undefined && added.length > 0) {
    return capabilitiesNotApproved(slot.name, placeOfKey(root, manifest, ['capabilities']), added);
  }
  return problem && manifestRefused(root, slot.name, manifest, problem.key, problem.reason);
}

function isServed({ serving, environment }: PluginSlot, code: PluginCode): boolean {
  const version = serving?.version;
  return (
    version?.codeHash === code.codeHash &&
    version.manifest.meaning === code.manifest.meaning &&
    hasSameComputedImports(environment.files, version.graph, code.graph)
  );
}
