import { hash } from 'node:crypto';
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
