import { dirname } from 'node:path';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import { withoutMark } from '../../modules/files/PluginFiles.js';
import { type SuspectVersion, sha256Of } from '../../state/ledger/VersionLedger.js';
import type { LedgerKeeper } from './LedgerKeeper.js';
import type { PinnedFiles } from './PinnedFiles.js';

/**
 * Pins the proven version of each plugin whose suspect version is on disk, so that the first load runs the proven one.
 *
 * @returns The suspects that were replaced. A suspect whose files have changed is not replaced: the files on disk are
 *   another version.
 */
export async function pinProven(
  keeper: LedgerKeeper,
  files: PinnedFiles,
): Promise<readonly SuspectVersion[]> {
  const { suspects } = await keeper.read();
  const replaced: SuspectVersion[] = [];
  for (const suspect of suspects) {
    // Read before the content is compared: an edit in between changes the identity, so that the pin is dropped.
    const identities = new Map(suspect.files.map(({ path }) => [path, files.identityOf(path)]));
    const isOnDisk = suspect.files.every(({ path, sha256 }) => hashAt(files.disk, path) === sha256);
    const proven = isOnDisk ? await keeper.provenFiles(suspect.plugin) : undefined;
    if (proven === undefined) continue;
    for (const path of proven.keys()) {
      if (!identities.has(path)) identities.set(path, files.identityOf(path));
    }
    // The manifest is the first of a version's files, and is in the plugin's folder.
    const [manifest = ''] = proven.keys();
    files.pin(dirname(manifest), proven, identities);
    replaced.push(suspect);
  }
  return replaced;
}

/** `undefined` when the file cannot be read, or no longer exists. */
function hashAt(files: PluginFiles, path: string): string | undefined {
  try {
    const sizeBytes = files.stat(path)?.sizeBytes ?? 0;
    const { text } = files.read(path, sizeBytes);
    return sha256Of(withoutMark(text));
  } catch {
    return undefined;
  }
}
