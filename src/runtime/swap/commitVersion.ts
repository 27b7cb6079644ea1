import type { TriedVersion } from '../../model/reload/VersionTrials.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { PluginInstance } from '../instances/PluginInstance.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import { startProbation } from './startProbation.js';

/**
 * How far a version is trusted when it goes live. `probation`: it is new, so it is watched where the rules say so. `trusted`: it has
 * served before, and somebody went back to it. `asBefore`: it is a restart of the version that serves, whose probation goes on.
 */
type Standing = 'probation' | 'trusted' | 'asBefore';

export interface Commit {
  readonly code: PluginCode;
  readonly number: number;
  readonly standing: Standing;
  /** How the host's trials identify the version; undefined without trials. */
  readonly tried: TriedVersion | undefined;
}

/**
 * COMMIT: the version goes live. All of this happens in one turn of the event loop, so that no call meets a version before its probation
 * counts and its crashes are watched. Opening the gate comes last: the calls that waited start in it.
 */
export function commitVersion(
  slot: PluginSlot,
  { code, number, standing, tried }: Commit,
  instance: PluginInstance,
): void {
  const { manifest } = code;
  const version = { ...partsOf(code), number, savedState: undefined };
  slot.replaceServing({ version, instance });
  slot.grants.grantOnly(manifest.manifest.capabilities);

  if (standing !== 'asBefore') {
    slot.endProbation();
    // A rollback sets this again after COMMIT, because the files on disk are then those of another version.
    slot.rejected = undefined;
  }
  if (standing === 'trusted') slot.trustServing();
  if (standing === 'probation') slot.probation = startProbation(slot, version);
  slot.gate.outcomes = slot.probation;

  slot.crashes.watch(instance);
  if (tried !== undefined) slot.environment.trials?.served(tried);
  slot.gate.serve(instance);
}

/** All that a build says of the code; a version that comes back has more, which is of its time before. */
function partsOf(code: PluginCode): PluginCode {
  const { manifest, graph, codeHash, fingerprint, settings } = code;
  const { builds, dataStamp, linkedFolder } = code;
  return {
    ...{ manifest, graph, codeHash, fingerprint, settings },
    ...(builds && { builds }),
    ...(dataStamp !== undefined && { dataStamp }),
    ...(linkedFolder !== undefined && { linkedFolder }),
  };
}
