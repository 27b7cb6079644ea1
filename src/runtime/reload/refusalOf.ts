import type { ManifestInvalid, ReloadError } from '../../model/reload/ReloadError.js';
import { capabilitiesNotApproved } from '../../model/reload/sourceFailures.js';
import { dependencyProblem, type HostManifests } from '../manifest/dependencyProblem.js';
import { manifestRefused, placeOfKey } from '../manifest/manifestFailures.js';
import type { ReadManifest } from '../manifest/readManifest.js';
import type { PluginSlot } from '../slot/PluginSlot.js';

/** The other plugins of the host. */
export interface HostPlugins extends HostManifests {
  /** Whether a plugin that does not serve its files on disk may do so without another change: it is being loaded, or waits for a retry. */
  isComing(plugin: string): boolean;
}

/**
 * Why a plugin that compiles cannot serve in this host: its manifest has another name by now, its dependencies do not fit, or nobody
 * approved its capabilities. Undefined: it can. Also records in the slot what it waits for.
 */
export async function refusalOf(
  slot: PluginSlot,
  read: ReadManifest,
  others: HostPlugins,
): Promise<ReloadError | undefined> {
  const { root, capabilityGrowth } = slot.environment;
  const { manifest } = read;
  const { dependencies = {}, capabilities } = manifest;
  if (manifest.name !== slot.name) {
    // It was written after the folder was chosen. That change starts another reload.
    const reason = `the name changed from "${slot.name}" while the plugin was loaded`;
    return manifestRefused(root, slot.name, read, 'name', reason);
  }
  const problem = await dependencyProblem(manifest, others);
  slot.awaited = new Set(problem === undefined ? [] : Object.keys(dependencies));
  if (problem !== undefined) {
    slot.waiting = {
      blockers: new Set([...slot.awaited, ...problem.blockers]),
      isOver: async () => (await dependencyProblem(manifest, others)) === undefined,
    };
    const refusal = manifestRefused(root, slot.name, read, problem.key, problem.reason);
    const { onDisk: awaits } = problem;
    if (awaits === undefined || !others.isComing(awaits)) return refusal;
    const waiting: ManifestInvalid = { ...refusal, awaits };
    return waiting;
  }
  const added = capabilityGrowth === 'ask' ? slot.grants.missing(capabilities) : [];
  if (added.length === 0) return undefined;
  return capabilitiesNotApproved(slot.name, placeOfKey(root, read, ['capabilities']), added);
}
