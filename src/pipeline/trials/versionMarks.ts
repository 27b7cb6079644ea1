import { hash } from 'node:crypto';
import type { VersionSuspect } from '../../model/reload/ReloadError.js';
import type { TriedVersion } from '../../model/reload/VersionTrials.js';
import type { SuspectVersion } from '../../state/ledger/VersionLedger.js';

/** A version as a ledger notes it: enough to tell whether it is what is on disk. */
export function markOf({
  plugin,
  fingerprint,
  files,
}: TriedVersion): Omit<SuspectVersion, 'crashes'> {
  const marks = Array.from(files, ([path, text]) => ({ path, sha256: hashOf(text) }));
  return { plugin, fingerprint, files: marks };
}

export function hashOf(text: string): string {
  return hash('sha256', text);
}

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
