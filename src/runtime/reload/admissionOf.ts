import type { ManifestInvalid, ReloadError } from '../../model/reload/ReloadError.js';
import { capabilitiesNotApproved } from '../../model/reload/sourceFailures.js';
import { checkDependencies, type HostManifests } from '../manifest/checkDependencies.js';
import { manifestRefused, placeOfKey } from '../manifest/manifestFailures.js';
import type { ReadManifest } from '../manifest/readManifest.js';
import type { PluginSlot } from '../slot/PluginSlot.js';

/** The other plugins of the host. */
export interface HostPlugins extends HostManifests {
  /** Whether a plugin that does not serve its files on disk may do so without another change: it is being loaded, or waits for a retry. */
  isComing(plugin: string): boolean;
}

/** Whether a plugin may serve in a host. */
export interface Admission {
  /** Why it may not. Undefined: it may. */
  readonly refusal: ReloadError | undefined;
  /** Asked in the turn of COMMIT: whether it still fits beside the others, of which some may have gone live meanwhile. */
  readonly fitsNow: () => boolean;
}

/**
 * Why a plugin that compiles cannot serve in this host: its manifest has another name by now, its dependencies do not fit, or nobody
 * approved its capabilities. Also records in the slot what it waits for.
 */
export async function admissionOf(
  slot: PluginSlot,
  read: ReadManifest,
  others: HostPlugins,
): Promise<Admission> {
  const { root, capabilityGrowth } = slot.environment;
  const { manifest } = read;
  const { dependencies = {}, capabilities } = manifest;
  if (manifest.name !== slot.name) {
    // It was written after the folder was chosen. That change starts another reload.
    const reason = `the name changed from "${slot.name}" while the plugin was loaded`;
    return refused(manifestRefused(root, slot.name, read, 'name', reason));
  }
  const { problem, fitsNow } = await checkDependencies(manifest, others);
  slot.awaited = new Set(problem === undefined ? [] : Object.keys(dependencies));
  if (problem !== undefined) {
    slot.waiting = {
      blockers: new Set([...slot.awaited, ...problem.blockers]),
      isOver: async () => (await checkDependencies(manifest, others)).problem === undefined,
    };
    const refusal = manifestRefused(root, slot.name, read, problem.key, problem.reason);
    const { onDisk: awaits } = problem;
    if (awaits === undefined || !others.isComing(awaits)) return refused(refusal);
    const waiting: ManifestInvalid = { ...refusal, awaits };
    return refused(waiting);
  }
  const added = capabilityGrowth === 'ask' ? slot.grants.missing(capabilities) : [];
  if (added.length === 0) return { refusal: undefined, fitsNow };
  return refused(
    capabilitiesNotApproved(slot.name, placeOfKey(root, read, ['capabilities']), added),
  );
}

function refused(refusal: ReloadError): Admission {
  return { refusal, fitsNow: () => false };
}
