import * as E from 'fp-ts/lib/Either.js';
import * as O from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import {
  asyncScheduler,
  defer,
  distinctUntilChanged,
  filter,
  from,
  interval,
  map,
  merge,
  mergeMap,
  Observable,
  type SchedulerLike,
  Subject,
  startWith,
} from 'rxjs';
import { mayTakeName } from '../protocol/cohort.js';
import { type Desired, isRepeat } from '../protocol/Desired.js';
import {
  bundleMissing,
  type FleetError,
  fenceTooOld,
  hostNameTaken,
  revisionTaken,
} from '../protocol/FleetError.js';
import type {
  Beat,
  Bundles,
  BundleUpkeep,
  FleetStore,
  LiveHosts,
  Revision,
} from '../protocol/FleetStore.js';
import type { HostReport } from '../protocol/HostReport.js';

const DEFAULT_HOST_TTL_MS = 15_000;
const EXPIRY_STEP_MS = 500;

/** Options of `memoryFleet`. */
export interface MemoryFleetOptions {
  /** A host that has not said for so long that it is alive is not, in milliseconds, above 0 (`RangeError` otherwise). Default 15,000. */
  readonly hostTtlMs?: number;
  /** The clock. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

interface SeenBeat {
  readonly boot: string;
  readonly atMs: number;
}

/** One lease: who has it, and who waits for it, in order. */
interface LeaseQueue {
  fence: number;
  holder: object | undefined;
  readonly waiting: (() => void)[];
}

/**
 * A fleet in the memory of one process: for tests, and for a program that is its own engine. It keeps to the ports as an engine does: what is
 * written is copied, an older revision or fence is refused, and a repeated write answers as the first one.
 *
 * Contract:
 * - Loses: everything with the process.
 * - Holds: each document, bundle and report once.
 *
 * @example
 * ```ts
 * const fleet = memoryFleet();
 *
 * await fleet.read('counter')(); // => right(none)
 * ```
 */
export function memoryFleet({
  hostTtlMs = DEFAULT_HOST_TTL_MS,
  scheduler = asyncScheduler,
}: MemoryFleetOptions = {}): FleetStore & Bundles & BundleUpkeep {
  if (!(hostTtlMs > 0)) {
    throw new RangeError(`memoryFleet: hostTtlMs (${hostTtlMs}) is not above 0`);
  }
  /** The number of the last write of any document. */
  let lastRevision = 0;
  const documents = new Map<string, Revision<Desired>>();
  const documentChanges = new Subject<string>();
  /** By plugin and host. */
  const reports = new Map<string, Map<string, HostReport>>();
  const reportChanges = new Subject<HostReport>();
  const beats = new Map<string, SeenBeat>();
  const beatChanges = new Subject<void>();
  const bundles = new Map<string, Uint8Array>();
  const leases = new Map<string, LeaseQueue>();

  const write = (
    plugin: string,
    next: Desired,
    expected: number,
  ): E.Either<FleetError, Revision<Desired>> => {
    const current = documents.get(plugin);
    if (current !== undefined && isRepeat(current.value, next)) return E.right(current);
    const revision = current?.revision ?? 0;
    if (revision !== expected) return E.left(revisionTaken(plugin, expected, revision));
    const fence = current?.value.fence ?? 0;
    if (next.fence < fence) return E.left(fenceTooOld(plugin, next.fence, fence));
    lastRevision += 1;
    const written = { value: structuredClone(next), revision: lastRevision };
    documents.set(plugin, written);
    documentChanges.next(plugin);
    return E.right(written);
  };

  const liveHosts = (): LiveHosts => {
    const sinceMs = scheduler.now() - hostTtlMs;
    const live = [...beats].filter(([, { atMs }]) => atMs > sinceMs);
    return { hosts: live.map(([host]) => host).sort(), isComplete: true };
  };

  const beat = (host: string, { boot }: Beat): E.Either<FleetError, void> => {
    const last = beats.get(host);
    const isAlive = last !== undefined && last.atMs > scheduler.now() - hostTtlMs;
    if (isAlive && !mayTakeName(last.boot, boot)) return E.left(hostNameTaken(host));
    beats.set(host, { boot, atMs: scheduler.now() });
    beatChanges.next();
    return E.right(undefined);
  };

  return {
    desired$: () =>
      merge(
        documentChanges,
        defer(() => from(documents.keys())),
      ).pipe(
        mergeMap((plugin) => {
          const current = documents.get(plugin);
          return current === undefined ? [] : [current];
        }),
      ),
    read: (plugin) => task(() => E.right(O.fromNullable(documents.get(plugin)))),
    write: (plugin, next, expected) => task(() => write(plugin, next, expected)),
    report: (report) =>
      task(() => {
        const ofPlugin = reports.get(report.plugin) ?? new Map<string, HostReport>();
        ofPlugin.set(report.host, structuredClone(report));
        reports.set(report.plugin, ofPlugin);
        reportChanges.next(report);
        return E.right(undefined);
      }),
    reports$: (plugin) =>
      merge(
        reportChanges.pipe(filter((report) => report.plugin === plugin)),
        defer(() => from([...(reports.get(plugin)?.values() ?? [])])),
      ),
    beat: (host, what) => task(() => beat(host, what)),
    hosts$: () =>
      merge(beatChanges, interval(EXPIRY_STEP_MS, scheduler)).pipe(
        startWith(undefined),
        map(liveHosts),
        distinctUntilChanged((left, right) => left.hosts.join('\0') === right.hosts.join('\0')),
      ),
    lease: (name) => leaseOf(leases, name),
    put: (digest, bytes) =>
      task(() => {
        bundles.set(digest, Uint8Array.from(bytes));
        return E.right(undefined);
      }),
    get: (digest) =>
      task(() => {
        const bytes = bundles.get(digest);
        return bytes === undefined
          ? E.left(bundleMissing(digest))
          : E.right(Uint8Array.from(bytes));
      }),
    stored: () => task(() => E.right([...bundles.keys()])),
    remove: (name) =>
      task(() => {
        bundles.delete(name);
        return E.right(undefined);
      }),
    reportsOf: (plugin) =>
      task(() => E.right(structuredClone([...(reports.get(plugin)?.values() ?? [])]))),
  };
}

function leaseOf(
  leases: Map<string, LeaseQueue>,
  name: string,
): Observable<{ readonly fence: number }> {
  const queue = leases.get(name) ?? { fence: 0, holder: undefined, waiting: [] };
  leases.set(name, queue);
  // A subscription is a claim that must be given back: no composition of streams has an end that hands something on.
  return new Observable((subscriber) => {
    const claim = (): void => {
      queue.holder = subscriber;
      queue.fence += 1;
      subscriber.next({ fence: queue.fence });
    };
    if (queue.holder === undefined) claim();
    else queue.waiting.push(claim);
    return () => {
      const at = queue.waiting.indexOf(claim);
      if (at >= 0) queue.waiting.splice(at, 1);
      if (queue.holder !== subscriber) return;
      queue.holder = undefined;
      queue.waiting.shift()?.();
    };
  });
}

/** An answer in a later turn, as that of an engine. */
function task<A>(work: () => E.Either<FleetError, A>): TaskEither<FleetError, A> {
  return () => Promise.resolve().then(work);
}
