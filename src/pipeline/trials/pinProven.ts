import { dirname } from 'node:path';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import { withoutMark } from '../../modules/files/readStableText.js';
import type { SuspectVersion } from '../../state/ledger/VersionLedger.js';
import type { LedgerKeeper } from './LedgerKeeper.js';
import { hashOf } from './versionMarks.js';
import type { PinnedFiles } from './PinnedFiles.js';

/** Puts the proven version of each plugin in the place of a suspect one, where that is what is on disk. */
export async function pinProven(
  keeper: LedgerKeeper,
  files: PinnedFiles,
): Promise<readonly SuspectVersion[]> {
  const { suspects } = await keeper.read();
  const replaced: SuspectVersion[] = [];
  for (const suspect of suspects) {
    const looks = new Map(suspect.files.map(({ path }) => [path, files.identityOf(path)]));
    const isOnDisk = suspect.files.every(({ path, sha256 }) => hashAt(files.disk, path) === sha256);
    const proven = isOnDisk ? await keeper.proven(suspect.plugin) : undefined;
    if (proven === undefined) continue;
    for (const path of proven.keys()) {
      if (!looks.has(path)) looks.set(path, files.identityOf(path));
    }
    // The manifest is the first of a version's files, and stands in the plugin's folder.
    const [manifest = ''] = proven.keys();
    files.pin(dirname(manifest), proven, looks);
    replaced.push(suspect);
  }
  return replaced;
}

/** `undefined` when there is no such file any more. */
function hashAt(files: PluginFiles, path: string): string | undefined {
  try {
    const sizeBytes = files.stat(path)?.sizeBytes ?? 0;
    const { text } = files.read(path, sizeBytes);
    return hashOf(withoutMark(text));
  } catch {
    return undefined;
  }
}
