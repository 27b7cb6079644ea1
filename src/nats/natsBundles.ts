import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { bundleMissing, type FleetError } from '../fleet/protocol/FleetError.js';
import type { Bundles } from '../fleet/protocol/FleetStore.js';
import type { KV } from './natsPackages.js';

/** Each chunk is one message, and one request that can be repeated by itself. */
const CHUNK_BYTES = 256 * 1024;
/** More chunks than a bundle of 32 MiB has, with its headers. */
const MAX_CHUNKS = 256;

type Task = <A>(
  what: string,
  work: () => Promise<E.Either<FleetError, A>>,
) => TaskEither<FleetError, A>;

/** Bundles as chunks under their digest. The count is written last: a bundle without it is not there. */
export function natsBundles(bucket: KV, task: Task): Bundles {
  return {
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
