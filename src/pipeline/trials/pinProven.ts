import { dirname } from 'node:path';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import { withoutMark } from '../../modules/files/PluginFiles.js';
import { type SuspectVersion, sha256Of, versionLedgers } from '../../state/ledger/VersionLedger.js';
import type { LedgerKeeper } from './LedgerKeeper.js';
import type { PinnedFiles } from './PinnedFiles.js';

/**
 * Pins another version of each plugin whose version on disk is not to run, so that the first load runs that one: the proven version in place
 * of a suspect, and the version that a person went back to in place of the one that was taken back. A version whose files have changed is
 * not replaced: the files on disk are another version.
 *
 * @returns The suspects that were replaced.
 */
export async function pinProven(
  keeper: LedgerKeeper,
  files: PinnedFiles,
): Promise<readonly SuspectVersion[]> {
  const ledger = await keeper.read();
  const { suspects, takenBack = [] } = ledger;
  const replaced: SuspectVersion[] = [];
  for (const suspect of suspects) {
    // An earlier release kept what was noted of a build before its version had proven itself.
    if (versionLedgers.hasProven(ledger, suspect)) continue;
    const isReplaced = await replace(files, suspect, () => keeper.provenFiles(suspect.plugin));
    if (isReplaced) replaced.push(suspect);
  }
  for (const { to: fingerprint, ...version } of takenBack) {
    await replace(files, version, () => keeper.copyOf({ plugin: version.plugin, fingerprint }));
  }
  return replaced;
}

/** Whether the version is on disk, and another one is pinned in its place. */
async function replace(
  files: PinnedFiles,
  onDisk: Pick<SuspectVersion, 'files'>,
  copy: () => Promise<ReadonlyMap<string, string> | undefined>,
): Promise<boolean> {
  // Read before the content is compared: an edit in between changes the identity, so that the pin is dropped.
  const identities = new Map(onDisk.files.map(({ path }) => [path, files.identityOf(path)]));
  const isOnDisk = onDisk.files.every(({ path, sha256 }) => hashAt(files.disk, path) === sha256);
  const texts = isOnDisk ? await copy() : undefined;
  if (texts === undefined) return false;
  for (const path of texts.keys()) {
    if (!identities.has(path)) identities.set(path, files.identityOf(path));
  }
  // The manifest is the first of a version's files, and is in the plugin's folder.
  const [manifest = ''] = texts.keys();
  files.pin(dirname(manifest), texts, identities);
  return true;
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
