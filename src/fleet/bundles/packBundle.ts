import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { messageOf } from '../../model/unknownValue.js';
import { type FolderEntry, filesIn, isFolder } from '../adapters/bundleFolder.js';
import { bundleRefused, type FleetError } from '../protocol/FleetError.js';
import { type Bundle, bundleOf } from './readBundle.js';

/**
 * Makes a bundle of a plugin's folder: an uncompressed ustar archive of its regular files. The same files make the same bytes, on every
 * machine: names are sorted, and there are no times, owners or permissions.
 *
 * Contract:
 * - Loses: empty folders, permissions, times.
 * - Errors: `BundleRefused` for a link, a pipe or a device in the folder, for a name that is not safe on every machine, for more than
 *   4,096 files or 32 MiB, and when the folder cannot be read.
 *
 * @param dir - The plugin's folder. It is not changed.
 *
 * @example
 * ```ts
 * const bundle = await packBundle('plugins/no-such-plugin')();
 *
 * bundle._tag; // => 'Left'
 * ```
 */
export function packBundle(dir: string): TaskEither<FleetError, Bundle> {
  return async () => {
    try {
      if (!(await isFolder(dir))) return E.left(bundleRefused(`${dir} is no folder`));
      const entries: FolderEntry[] = [];
      for await (const entry of filesIn(dir)) entries.push(entry);
      const problem = entries.find((entry) => 'problem' in entry);
      if (problem !== undefined) return E.left(bundleRefused(problem.problem));
      return bundleOf(entries.flatMap((entry) => ('name' in entry ? [entry] : [])));
    } catch (error) {
      return E.left(bundleRefused(`${dir} cannot be read: ${messageOf(error)}`));
    }
  };
}
