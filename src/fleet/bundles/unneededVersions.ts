import type { Desired } from '../protocol/Desired.js';
import type { Listed } from './catalogue.js';

/** What needs versions. */
export interface VersionNeeds {
  /** By plugin. `unreadable`: there is a document, and nobody knows what it names. Without an entry: there is none. */
  readonly documents: ReadonlyMap<string, Desired | 'unreadable'>;
  /** Digests that live hosts serve or try. */
  readonly used: ReadonlySet<string>;
  /** How many versions of each plugin are kept whatever needs them: those with the highest serials. */
  readonly keepCount: number;
}

/**
 * The versions that nothing needs, oldest first. A version that hosts refused needs no bundle: no order goes back to it, but a rollout, which
 * wants it published.
 *
 * All that have the serial of one that is kept are kept, and so are bytes that stand under two versions: no plugin has such.
 */
export function unneededVersions(listed: readonly Listed[], needs: VersionNeeds): Listed[] {
  const newest = lowestKept(listed, needs.keepCount);
  const digests = new Map<string, number>();
  for (const { digest } of listed) digests.set(digest, (digests.get(digest) ?? 0) + 1);
  return listed
    .filter(
      ({ plugin, serial, digest }) =>
        serial < (newest.get(plugin) ?? 0) &&
        digests.get(digest) === 1 &&
        !needs.used.has(digest) &&
        !isNamed(needs.documents.get(plugin), digest),
    )
    .sort((left, right) => left.serial - right.serial);
}

/** Whether a document needs the bundle of a digest, or nobody knows that it does not. */
export function isNamed(doc: Desired | 'unreadable' | undefined, digest: string): boolean {
  if (doc === undefined) return false;
  if (doc === 'unreadable') return true;
  return [doc.stable, doc.candidate, doc.previous].some((one) => one?.digest === digest);
}

/** The serial of the last version that is kept, by plugin. */
function lowestKept(listed: readonly Listed[], keepCount: number): ReadonlyMap<string, number> {
  const serials = new Map<string, number[]>();
  for (const { plugin, serial } of listed) {
    serials.set(plugin, [...(serials.get(plugin) ?? []), serial]);
  }
  return new Map(
    [...serials].map(([plugin, all]) => {
      const sorted = all.sort((left, right) => right - left);
      return [plugin, sorted[Math.min(keepCount, sorted.length) - 1] ?? 0];
    }),
  );
}
