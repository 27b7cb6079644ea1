import { messageOf } from '../model/unknownValue.js';
import { keysOf, purgeKeys } from './natsKeys.js';
import { type KV, type NatsConnection, natsPackages } from './natsPackages.js';
import { repeated } from './natsRequests.js';

/** A host is alive for this long after it has said so. Renewed by each write: per-key times are ignored by servers before 2.11. */
export const HOST_TTL_MS = 15_000;
/** A lease ends this long after its last renewal, unless the bucket was made with another time. */
export const LEASE_TTL_MS = 10_000;
/** Documents before the newest are kept to look back at. */
const HISTORY_COUNT = 16;

/** The buckets of one fleet. */
export interface NatsBuckets {
  readonly desired: KV;
  readonly reports: KV;
  readonly hosts: KV;
  readonly lock: KV;
  readonly bundles: KV;
  /** Where a write of a bucket is told to whoever listens, before its key. */
  readonly subjectOf: (bucket: 'desired' | 'reports' | 'hosts') => string;
  /** The keys that match a filter. */
  readonly keysOf: (
    bucket: 'desired' | 'reports' | 'bundles',
    filter: string,
  ) => Promise<readonly string[]>;
  /** Removes the keys that match a filter, and leaves nothing in their place. */
  readonly purge: (bucket: 'bundles', filter: string) => Promise<void>;
}

/** What the buckets of a fleet are opened with, as in `NatsFleetOptions`. */
interface BucketOptions {
  readonly namespace: string;
  readonly timeoutMs: number;
  readonly leaseTtlMs: number;
}

/**
 * Opens the buckets of a fleet, and makes those that are missing. Rejects with what the server lacks.
 *
 * Writes are told by republishing, which costs the server a subscription per listener. A watch costs it a consumer each.
 */
export async function openBuckets(
  connection: NatsConnection,
  { namespace, timeoutMs, leaseTtlMs }: BucketOptions,
): Promise<NatsBuckets> {
  const { jetstream, Kvm } = await natsPackages();
  const manager = new Kvm(jetstream(connection, { timeout: timeoutMs }));
  const nameOf = (bucket: string) => `hp_${namespace}_${bucket}`;
  const subjectOf = (bucket: string) => `hp.${namespace}.${bucket}.`;
  const told = (bucket: string) => ({
    republish: { src: `$KV.${nameOf(bucket)}.>`, dest: `${subjectOf(bucket)}>` },
  });
  // What is there already is opened, so that a server that is slow for a moment may be asked again.
  const open = (bucket: string, how: Parameters<typeof manager.create>[1]) =>
    repeated(() => manager.create(nameOf(bucket), how));
  try {
    return {
      desired: await open('desired', { history: HISTORY_COUNT, ...told('desired') }),
      reports: await open('reports', { history: 1, ...told('reports') }),
      hosts: await open('hosts', { history: 1, ttl: HOST_TTL_MS, ...told('hosts') }),
      lock: await open('lock', { history: 1, ttl: leaseTtlMs }),
      bundles: await open('bundles', { history: 1 }),
      subjectOf,
      keysOf: (bucket, filter) => keysOf(connection, nameOf(bucket), filter, timeoutMs),
      purge: (bucket, filter) => purgeKeys(connection, nameOf(bucket), filter, timeoutMs),
    };
  } catch (error) {
    const version = connection.info?.version ?? 'of an unknown version';
    throw new Error(
      `natsFleet: the buckets of ${namespace} cannot be opened on nats-server ${version}: ${messageOf(error)}. It needs JetStream (-js), version 2.9 or newer, and the right to make or read the streams KV_${nameOf('*')}.`,
      { cause: error },
    );
  }
}
