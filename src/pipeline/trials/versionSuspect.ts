import type { VersionSuspect } from '../../model/reload/ReloadError.js';
import type { SuspectVersion } from '../../state/ledger/VersionLedger.js';

/** Why a version does not run: the host ended while it was tried. */
export function versionSuspect(
  { plugin, fingerprint, crashes }: SuspectVersion,
  outcome: 'replaced' | 'refused',
): VersionSuspect {
  const times = crashes === 1 ? 'once' : `${crashes} times`;
  const now =
    outcome === 'replaced'
      ? 'The version before it runs in its place, from a copy'
      : 'It is left out, so that the host can run';
  return {
    _tag: 'VersionSuspect',
    plugin,
    fingerprint,
    crashes,
    message: `The host ended ${times} before this version of ${plugin} had proven itself. ${now}. Change one of its files to have it tried again.`,
  };
}
