import { dirname, join, relative } from 'node:path';
import { isUnder } from '../../model/paths.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import { realPlace, tryStat, withoutMark } from '../../modules/files/PluginFiles.js';
import { type SuspectVersion, sha256Of, versionLedgers } from '../../state/ledger/VersionLedger.js';
import type { CopiedFiles, LedgerKeeper } from './LedgerKeeper.js';
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
  onDisk: Pick<SuspectVersion, 'files' | 'folder'>,
  copy: () => Promise<CopiedFiles | undefined>,
): Promise<boolean> {
  const { disk } = files;
  // The manifest is the first of a version's files, and is in the plugin's folder.
  const folder = dirname(onDisk.files[0]?.path ?? '');
  const places = placesIn(disk, folder, onDisk.folder);
  // Read before the content is compared: an edit in between changes the identity, so that the pin is dropped.
  const identities = new Map(
    onDisk.files.map(({ path }) => [places(path), files.identityOf(places(path))]),
  );
  const isOnDisk = onDisk.files.every(({ path, sha256 }) => hashAt(disk, places(path)) === sha256);
  const version = isOnDisk ? await copy() : undefined;
  if (version === undefined) return false;
  const [manifest = ''] = version.files.keys();
  const placesOfCopy = placesIn(disk, dirname(manifest), version.folder);
  const texts = new Map(Array.from(version.files, ([path, text]) => [placesOfCopy(path), text]));
  for (const path of texts.keys()) {
    if (!identities.has(path)) identities.set(path, files.identityOf(path));
  }
  files.pin(dirname(manifest), texts, identities);
  return true;
}

/**
 * Where a file of a version lies now. A link to the plugin's folder, or above it, may lead to another release since: then the files of the
 * version are those at the same places of that one.
 *
 * @param given - The folder by the path that the host has.
 * @param before - Its real path when the version was noted; undefined: the same.
 */
function placesIn(
  disk: PluginFiles,
  given: string,
  before: string = given,
): (path: string) => string {
  const now = realPlace(disk, given);
  return (path) => {
    if (isUnder(path, before)) return join(now, relative(before, path));
    if (isUnder(path, given)) return join(now, relative(given, path));
    // A file outside of the folder belongs to the release, or lies elsewhere and stays there.
    const place = join(now, relative(before, path));
    return place !== path && tryStat(disk, place) === undefined ? path : place;
  };
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
