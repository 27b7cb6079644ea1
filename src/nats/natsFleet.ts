import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import { asyncScheduler, Observable, type SchedulerLike, Subject } from 'rxjs';
import { mayTakeName } from '../fleet/protocol/cohort.js';
import { type Desired, decodeDesired, isRepeat } from '../fleet/protocol/Desired.js';
import {
  engineUnreachable,
  type FleetError,
  fenceTooOld,
  hostNameTaken,
  revisionTaken,
} from '../fleet/protocol/FleetError.js';
import type {
  Beat,
  Bundles,
  BundleUpkeep,
  FleetStore,
  Revision,
} from '../fleet/protocol/FleetStore.js';
import { decodeReport, type HostReport } from '../fleet/protocol/HostReport.js';
import { LEASE_TTL_MS, type NatsBuckets, openBuckets } from './natsBuckets.js';
import { natsBundles } from './natsBundles.js';
import { liveHosts } from './natsHosts.js';
import { natsLease } from './natsLease.js';
import { parsed } from './natsMessages.js';
import type { NatsConnection } from './natsPackages.js';
import { casOf, task } from './natsRequests.js';
import { valuesOf } from './natsValues.js';

const DEFAULT_TIMEOUT_MS = 400;
/** A lease that is renewed less often than a request may take with its repeats would be lost again and again. */
const MIN_LEASE_TTL_MS = 1_000;

/** Options of `natsFleet`. */
export interface NatsFleetOptions {
  /** Keeps fleets of one server apart: 1 to 32 characters from a-z, 0-9, `-` and `_`. `TypeError` otherwise. */
  readonly namespace: string;
  /** How long a request may take before it is repeated, in milliseconds, above 0 (`RangeError` otherwise). Default 400. */
  readonly timeoutMs?: number;
  /**
   * How long the lease of a controller lasts after its last renewal, in milliseconds, from 1,000 (`RangeError` otherwise). Whoever makes the
   * buckets decides; everybody after that goes by what the bucket has. Default 10,000.
   */
  readonly leaseTtlMs?: number;
  /** The clock. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/** A fleet whose engine is NATS JetStream. */
export type NatsFleet = FleetStore &
  Bundles &
  BundleUpkeep & {
    /** Ends what this fleet listens to. The connection is the caller's, and stays open. */
    close(): Promise<void>;
  };

/**
 * A fleet whose engine is NATS JetStream: key-value buckets of one server or cluster, over one connection that is the caller's.
 *
 * Contract:
 * - Errors: rejects with one sentence when the server lacks what is needed. Later an engine that does not answer is `EngineUnreachable`.
 * - Holds: the last revision of each document and beat, no bundle.
 * - Limit: nats-server 2.9 or newer. A loss of power loses acknowledged writes unless the server has `sync_interval: always`, from 2.10 on.
 *
 * @param connection - A `NatsConnection` of `@nats-io/transport-node`, which reconnects by itself. `TypeError` for anything else.
 */
export async function natsFleet(
  connection: unknown,
  {
    namespace,
    timeoutMs = DEFAULT_TIMEOUT_MS,
    leaseTtlMs = LEASE_TTL_MS,
    scheduler = asyncScheduler,
  }: NatsFleetOptions,
): Promise<NatsFleet> {
  if (!isConnection(connection)) {
    throw new TypeError('natsFleet: this is no NatsConnection of @nats-io/transport-node');
  }
  if (!/^[a-z0-9_-]{1,32}$/.test(namespace)) {
    throw new TypeError(
      `natsFleet: namespace (${JSON.stringify(namespace)}) is not 1 to 32 characters from a-z, 0-9, - and _`,
    );
  }
  if (!(timeoutMs > 0)) throw new RangeError(`natsFleet: timeoutMs (${timeoutMs}) is not above 0`);
  if (!(leaseTtlMs >= MIN_LEASE_TTL_MS)) {
    throw new RangeError(`natsFleet: leaseTtlMs (${leaseTtlMs}) is less than ${MIN_LEASE_TTL_MS}`);
  }
  const buckets = await openBuckets(connection, { namespace, timeoutMs, leaseTtlMs });
  return storeOf(connection, buckets, scheduler);
}

function storeOf(
  connection: NatsConnection,
  buckets: NatsBuckets,
  scheduler: SchedulerLike,
): NatsFleet {
  const { desired, reports, hosts, lock, subjectOf, keysOf } = buckets;
  const reconnected$ = new Subject<void>();
  const closed$ = new Subject<void>();
  const listening = { connection, reconnected$, closed$, scheduler };
  /** The last beat that this process wrote, by host. */
  const ownBeats = new Map<string, number>();
  void (async () => {
    for await (const { type } of connection.status()) {
      if (type === 'reconnect') reconnected$.next();
    }
  })().catch(() => undefined);

  const current = async (
    plugin: string,
  ): Promise<E.Either<FleetError, O.Option<Revision<Desired>>>> => {
    const entry = await desired.get(plugin);
    if (entry?.operation !== 'PUT') return E.right(O.none);
    const decoded = decodeDesired(plugin, parsed(entry.value));
    return E.isLeft(decoded)
      ? decoded
      : E.right(O.some({ value: decoded.right, revision: entry.revision }));
  };

  const write = async (
    plugin: string,
    next: Desired,
    expected: number,
  ): Promise<E.Either<FleetError, Revision<Desired>>> => {
    const read = await current(plugin);
    if (E.isLeft(read)) return read;
    const known = O.isSome(read.right) ? read.right.value : undefined;
    if (known !== undefined && isRepeat(known.value, next)) return E.right(known);
    const revision = known?.revision ?? 0;
    if (revision !== expected) return E.left(revisionTaken(plugin, expected, revision));
    const fence = known?.value.fence ?? 0;
    if (next.fence < fence) return E.left(fenceTooOld(plugin, next.fence, fence));
    const data = JSON.stringify(next);
    const written = await casOf(() =>
      expected === 0 ? desired.create(plugin, data) : desired.update(plugin, data, expected),
    );
    if (written !== undefined) return E.right({ value: next, revision: written });
    const after = await current(plugin);
    if (E.isLeft(after)) return after;
    const winner = O.isSome(after.right) ? after.right.value : undefined;
    return winner !== undefined && isRepeat(winner.value, next)
      ? E.right(winner)
      : E.left(revisionTaken(plugin, expected, winner?.revision ?? 0));
  };

  const beat = async (host: string, what: Beat): Promise<E.Either<FleetError, void>> => {
    const data = JSON.stringify(what);
    const own = ownBeats.get(host);
    const renewed =
      own === undefined ? undefined : await casOf(() => hosts.update(host, data, own));
    if (renewed !== undefined) {
      ownBeats.set(host, renewed);
      return E.right(undefined);
    }
    const entry = await hosts.get(host);
    const isAlive = entry?.operation === 'PUT';
    if (isAlive && !mayTakeName(bootOf(parsed(entry.value)), what.boot)) {
      return E.left(hostNameTaken(host));
    }
    const taken = await casOf(() =>
      entry === null ? hosts.create(host, data) : hosts.update(host, data, entry.revision),
    );
    if (taken === undefined) return E.left(engineUnreachable(host, 'somebody else beat it to it'));
    ownBeats.set(host, taken);
    return E.right(undefined);
  };

  return {
    ...natsBundles(buckets, (what, work) => task(what, work)),
    desired$: () =>
      mapped(
        valuesOf(desired, () => keysOf('desired', '>'), `${subjectOf('desired')}>`, listening),
        ({ key, value, revision }) => {
          const decoded = decodeDesired(key, value);
          if (E.isRight(decoded)) return { value: decoded.right, revision };
          // What cannot be read is passed on as it is: whoever reads it says why it cannot be used.
          return isDocumentOf(key, value) ? { value, revision } : undefined;
        },
      ),
    read: (plugin) => task(plugin, () => current(plugin)),
    write: (plugin, next, expected) => task(plugin, () => write(plugin, next, expected)),
    report: (report) =>
      task(report.plugin, async () => {
        await reports.put(`${report.plugin}.${report.host}`, JSON.stringify(report));
        return E.right(undefined);
      }),
    reportsOf: (plugin) =>
      task(plugin, async () => {
        const told: HostReport[] = [];
        for (const key of await keysOf('reports', `${plugin}.*`)) {
          const entry = await reports.get(key);
          const report = entry?.operation === 'PUT' ? decodeReport(parsed(entry.value)) : undefined;
          if (report !== undefined && `${report.plugin}.${report.host}` === key) told.push(report);
        }
        return E.right(told);
      }),
    reports$: (plugin) =>
      mapped(
        valuesOf(
          reports,
          () => keysOf('reports', `${plugin}.*`),
          `${subjectOf('reports')}${plugin}.*`,
          listening,
        ),
        ({ key, value }) => {
          const report: HostReport | undefined = decodeReport(value);
          return `${report?.plugin}.${report?.host}` === key ? report : undefined;
        },
      ),
    beat: (host, what) => task(host, () => beat(host, what)),
    hosts$: () => liveHosts(subjectOf('hosts'), listening),
    lease: (name, holder) => natsLease(lock, name, holder, scheduler),
    close() {
      closed$.next();
      reconnected$.complete();
      return Promise.resolve();
    },
  };
}

function mapped<A, B>(source$: Observable<A>, project: (value: A) => B | undefined): Observable<B> {
  return new Observable((subscriber) =>
    source$.subscribe((value) => {
      const result = project(value);
      if (result !== undefined) subscriber.next(result);
    }),
  );
}

function isConnection(value: unknown): value is NatsConnection {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['subscribe', 'status', 'request'].every(
      (name) => typeof Reflect.get(value, name) === 'function',
    )
  );
}

function isDocumentOf(plugin: string, value: unknown): value is Desired {
  return (
    typeof value === 'object' && value !== null && 'plugin' in value && value.plugin === plugin
  );
}

function bootOf(value: unknown): string | undefined {
  const isBeat = typeof value === 'object' && value !== null && 'boot' in value;
  return isBeat && typeof value.boot === 'string' ? value.boot : undefined;
}
