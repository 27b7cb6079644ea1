import * as E from 'fp-ts/lib/Either.js';
import { messageOf } from '../../model/unknownValue.js';
import { isDigest, readBundle } from '../bundles/readBundle.js';
import { verifyBundle, verifyStatement } from '../bundles/statements.js';
import type { Candidate } from '../protocol/Desired.js';
import { bundleRefused, type FleetError } from '../protocol/FleetError.js';
import type { AgentPorts } from './AgentPorts.js';

/** Names that are folders of an agent as they are written. */
const PLUGIN_NAME = /^[a-z0-9][a-z0-9._-]{0,213}$/i;

/**
 * Brings a version to this disk, after everything about it was verified: who signed it, for which plugin, that it is no older one, its digest,
 * and each of its names. `BundleMissing` and `EngineUnreachable` say nothing about the version; all else is its end.
 *
 * An older one is taken only where it has served and can be gone back to. A host that joined after a promotion has never served the version
 * before it, so it refuses that one on a roll back, and serves on what it has.
 */
export async function fetchVersion(
  plugin: string,
  candidate: Candidate,
  {
    home,
    bundles,
    trustedKeys,
    answered,
  }: Pick<AgentPorts, 'home' | 'bundles' | 'trustedKeys' | 'answered'>,
): Promise<E.Either<FleetError, void>> {
  const { digest } = candidate;
  if (!PLUGIN_NAME.test(plugin) || !isDigest(digest)) {
    return E.left(bundleRefused(`${plugin} and ${digest} are no names of a plugin and a digest`));
  }
  const verified = verifyStatement(candidate, trustedKeys);
  if (E.isLeft(verified)) return verified;
  const { serial } = verified.right;
  const { floor, good, previous, proven } = home.of(plugin);
  if (serial < floor && ![good, previous, ...proven].includes(digest)) {
    return E.left(
      bundleRefused(
        `its serial is ${serial}, and ${floor} was served here: it is an older version`,
      ),
    );
  }
  if (verified.right.digest !== digest) {
    return E.left(
      bundleRefused(`the statement speaks of ${verified.right.digest}, not of ${digest}`),
    );
  }
  if (verified.right.plugin !== plugin || verified.right.version !== candidate.version) {
    return E.left(
      bundleRefused(`the statement speaks of ${verified.right.plugin} ${verified.right.version}`),
    );
  }
  // A folder that is there is complete, and was verified before it was made.
  if (home.has(plugin, digest)) return E.right(undefined);
  const got = await bundles.get(digest)();
  answered(E.isLeft(got) ? got.left : undefined);
  if (E.isLeft(got)) return got;
  const whole = verifyBundle({ ...candidate, plugin }, got.right, trustedKeys);
  if (E.isLeft(whole)) return whole;
  const files = readBundle(got.right);
  if (E.isLeft(files)) return files;
  try {
    home.unpack(plugin, digest, files.right);
  } catch (error) {
    // A full disk, or one that cannot be written, is no fault of the version: it is tried again.
    return E.left({
      _tag: 'BundleMissing',
      message: `${plugin}: ${digest} cannot be written to this host's disk: ${messageOf(error)}; it is tried again, and what serves goes on serving`,
    });
  }
  return E.right(undefined);
}
