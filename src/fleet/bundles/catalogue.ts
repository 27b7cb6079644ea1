import { hash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { type Candidate, decodeCandidate } from '../protocol/Desired.js';
import { bundleMissing, bundleRefused, type FleetError } from '../protocol/FleetError.js';
import type { Bundles } from '../protocol/FleetStore.js';
import type { Bundle } from './readBundle.js';
import { type Statement, StatementCodec, signBundle } from './statements.js';

// What was published is found by plugin and version: beside each bundle is an entry with its statement. It is no more trusted than the
// engine is. Hosts verify the statement.

/** What is published beside the bundle. */
export type Published = Pick<Statement, 'plugin' | 'version' | 'serial'>;

/**
 * Stores a bundle with a signed statement, so that a rollout finds it by its plugin and version. A version that was published before stays
 * what it was: the same bytes are published again, others are refused.
 *
 * @param privateKey - An ed25519 key as PEM. `TypeError` for anything else.
 */
export function publishBundle(
  bundles: Bundles,
  { digest, bytes }: Bundle,
  about: Published,
  privateKey: string,
): TaskEither<FleetError, Candidate> {
  const { version } = about;
  const signed = signBundle({ ...about, digest, size: bytes.length }, privateKey);
  const candidate: Candidate = { version, digest, ...signed };
  return async () => {
    const before = await publishedVersion(bundles, about)();
    if (E.isLeft(before) && before.left._tag !== 'BundleMissing') return before;
    if (E.isRight(before) && before.right.digest !== digest) {
      const reason = `${about.plugin} ${version} was published as ${before.right.digest}, and this is ${digest}: give it another version`;
      return E.left(bundleRefused(reason));
    }
    const entry = Buffer.from(JSON.stringify(candidate));
    for (const [name, content] of [
      [digest, bytes],
      [nameOf(about), entry],
    ] as const) {
      const stored = await bundles.put(name, content)();
      if (E.isLeft(stored)) return stored;
    }
    return E.right(candidate);
  };
}

/** What was published under this version. Left `BundleMissing` when nothing was. */
export function publishedVersion(
  bundles: Bundles,
  of: Pick<Published, 'plugin' | 'version'>,
): TaskEither<FleetError, Candidate> {
  return async () => {
    const got = await bundles.get(nameOf(of))();
    if (E.isLeft(got)) {
      return got.left._tag === 'BundleMissing'
        ? E.left(bundleMissing(`of ${of.plugin} ${of.version}`))
        : got;
    }
    const candidate = decodeCandidate(parsed(got.right));
    return candidate?.version === of.version
      ? E.right(candidate)
      : E.left(bundleRefused(`what is stored for ${of.plugin} ${of.version} is no version`));
  };
}

/** One version in the catalogue. */
export interface Listed extends Published {
  /** Under which the entry is stored. */
  readonly entry: string;
  readonly digest: string;
  /** Of the bundle, in bytes. */
  readonly size: number;
}

/** What an entry of the catalogue says; undefined for what is no entry, or one that stands under the name of another version. */
export function listedAs(entry: string, bytes: Uint8Array): Listed | undefined {
  const candidate = decodeCandidate(parsed(bytes));
  const said = StatementCodec.decode(parsed(Buffer.from(candidate?.statement ?? '')));
  if (candidate === undefined || E.isLeft(said)) return undefined;
  const { plugin, version, serial, digest, size } = said.right;
  const isOfEntry = version === candidate.version && digest === candidate.digest;
  return isOfEntry && nameOf(said.right) === entry
    ? { entry, plugin, version, serial, digest, size }
    : undefined;
}

/** Whether something is stored under a name as an entry of the catalogue, and not as a bundle. */
export function isEntryName(name: string): boolean {
  return name.startsWith('published-');
}

/** Names of plugins and versions have more characters than keys of an engine. */
function nameOf({ plugin, version }: Pick<Published, 'plugin' | 'version'>): string {
  return `published-${hash('sha256', JSON.stringify([plugin, version]))}`;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    return value;
  } catch {
    return undefined;
  }
}
