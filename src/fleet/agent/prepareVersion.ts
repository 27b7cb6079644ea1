import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { diskFiles } from '../../modules/adapters/diskFiles.js';
import { hostHash } from '../protocol/cohort.js';
import type { Candidate } from '../protocol/Desired.js';
import type { FleetError } from '../protocol/FleetError.js';
import type { AgentPorts } from './AgentPorts.js';
import { type BuiltVersion, buildVersion } from './buildVersion.js';
import { fetchVersion } from './fetchVersion.js';

/** `later`: nothing is known about the version yet. `refused`: it can never serve here. */
export type PreparedVersion =
  | { readonly _tag: 'ready'; readonly built: BuiltVersion }
  | { readonly _tag: 'later'; readonly error: FleetError }
  | { readonly _tag: 'refused'; readonly error: ReloadError };

/**
 * Brings a version to this disk, and compiles it where it is. Nothing of it runs, and nothing that serves changes.
 *
 * @param known - What was built of this digest before, so that it is not built again.
 */
export async function prepareVersion(
  plugin: string,
  candidate: Candidate,
  ports: AgentPorts,
  known?: BuiltVersion,
): Promise<PreparedVersion> {
  const { home, host, splayMs, apiVersion, scheduler } = ports;
  const { digest } = candidate;
  if (splayMs > 0 && !home.has(plugin, digest)) {
    // Not all hosts ask for the bundle in the same moment. The same host waits for the same time.
    const share = Number.parseInt(hostHash(digest, host).slice(0, 8), 16) / 0xffffffff;
    await new Promise<void>((resolve) => {
      scheduler.schedule(() => resolve(), splayMs * share);
    });
  }
  const fetched = await fetchVersion(plugin, candidate, ports);
  if (E.isLeft(fetched)) {
    const { _tag, message } = fetched.left;
    const isLater = _tag === 'BundleMissing' || _tag === 'EngineUnreachable';
    return isLater
      ? { _tag: 'later', error: fetched.left }
      : { _tag: 'refused', error: { _tag, plugin, message } };
  }
  if (known !== undefined) return { _tag: 'ready', built: known };
  const folder = home.folderOf(plugin, digest);
  const built = await buildVersion(folder, plugin, { files: diskFiles, apiVersion });
  return E.isLeft(built)
    ? { _tag: 'refused', error: built.left }
    : { _tag: 'ready', built: built.right };
}
