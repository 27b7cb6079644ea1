import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { bundleMissing, bundleRefused, type FleetError } from '../fleet/protocol/FleetError.js';
import type { Bundles, BundleUpkeep } from '../fleet/protocol/FleetStore.js';
import type { NatsBuckets } from './natsBuckets.js';

/** Each chunk is one message, and one request that can be repeated by itself. */
const CHUNK_BYTES = 256 * 1024;
/** More chunks than a bundle of 32 MiB has, with its headers. */
const MAX_CHUNKS = 256;

type Task = <A>(
  what: string,
  work: () => Promise<E.Either<FleetError, A>>,
) => TaskEither<FleetError, A>;

const COUNT = '.count';

/** Bundles as chunks under their digest. The count is written last: a bundle without it is not there. */
export function natsBundles(
  { bundles: bucket, keysOf, purge }: NatsBuckets,
  task: Task,
): Bundles & Omit<BundleUpkeep, 'reportsOf'> {
  return {
    stored: () =>
      task('bundles', async () => {
        const keys = await keysOf('bundles', `*${COUNT}`);
        return E.right(keys.map((key) => key.slice(0, -COUNT.length)));
      }),
    remove: (name) =>
      task(name, async () => {
        // A wildcard would remove what others need.
        if (!/^[-/_=a-zA-Z0-9]+$/.test(name)) return E.left(bundleRefused(`${name} is no name`));
        // The count and all chunks in one request: a bundle is there as a whole, or not at all.
        await purge('bundles', `${name}.*`);
        return E.right(undefined);
      }),
    put: (digest, bytes) =>
      task(digest, async () => {
        const count = Math.ceil(bytes.length / CHUNK_BYTES);
        for (let index = 0; index < count; index += 1) {
          const chunk = bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
          await bucket.put(`${digest}.${index}`, chunk);
        }
        await bucket.put(`${digest}.count`, String(count));
        return E.right(undefined);
      }),
    get: (digest) =>
      task(digest, async () => {
        const entry = await bucket.get(`${digest}.count`);
        const count = Number(entry?.operation === 'PUT' ? entry.string() : Number.NaN);
        if (!Number.isInteger(count) || count < 0 || count > MAX_CHUNKS) {
          return E.left(bundleMissing(digest));
        }
        const chunks: Uint8Array[] = [];
        for (let index = 0; index < count; index += 1) {
          const chunk = await bucket.get(`${digest}.${index}`);
          if (chunk?.operation !== 'PUT') return E.left(bundleMissing(digest));
          chunks.push(chunk.value);
        }
        return E.right(Uint8Array.from(Buffer.concat(chunks)));
      }),
  };
}
