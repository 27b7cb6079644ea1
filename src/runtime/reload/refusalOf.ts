import { capabilitiesNotApproved } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import {
  type DependencyProblem,
  dependencyProblem,
  type HostManifests,
} from '../manifest/dependencyProblem.js';
import { manifestRefused, placeOfKey } from '../manifest/manifestFailures.js';
import type { Manifest } from '../manifest/manifestKeys.js';
import type { ReadManifest } from '../manifest/readManifest.js';
import type { PluginSlot } from '../slot/PluginSlot.js';

/**
 * Why a plugin that compiles cannot serve in this host: it has another name than before, its dependencies do not fit, or nobody approved
 * its capabilities. Undefined: it can. Also records in the slot which plugins it waits for.
 */
export async function refusalOf(
  slot: PluginSlot,
  read: ReadManifest,
  others: HostManifests,
): Promise<ReloadError | undefined> {
  const { root, capabilityGrowth } = slot.environment;
  const { dependencies = {}, capabilities } = read.manifest;
  const problem =
    nameProblem(slot, read.manifest) ?? (await dependencyProblem(read.manifest, others));
  slot.awaited = new Set(problem === undefined ? [] : Object.keys(dependencies));
  if (problem !== undefined) {
    return manifestRefused(root, slot.name, read, problem.key, problem.reason);
  }
  const added = capabilityGrowth === 'ask' ? slot.grants.missing(capabilities) : [];
  if (added.length === 0) return undefined;
  return capabilitiesNotApproved(slot.name, placeOfKey(root, read, ['capabilities']), added);
}

function nameProblem(slot: PluginSlot, { name }: Manifest): DependencyProblem | undefined {
  if (name === slot.name) return undefined;
  const reason = `this folder serves as "${slot.name}"; keep the name, or move the plugin to a new folder`;
  return { key: ['name'], reason };
}
