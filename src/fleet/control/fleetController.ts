import {
  asyncScheduler,
  concat,
  connect,
  defer,
  endWith,
  groupBy,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
  of,
  repeat,
  type SchedulerLike,
  shareReplay,
  switchMap,
  takeUntil,
  timer,
} from 'rxjs';
import type { FleetStore } from '../protocol/FleetStore.js';
import { completePolicy, type RolloutPolicy } from '../rollout/RolloutPolicy.js';
import { PluginPilot, type RolloutEvent } from './PluginPilot.js';

/** The name of the lease: one controller at a time decides for a fleet. */
const LEASE = 'controller';
/** A lease that was lost is asked for again after this time. */
const LEASE_AGAIN_MS = 1_000;

/** Options of `fleetController`. */
export interface FleetControllerOptions {
  /** The engine: `memoryFleet()`, `natsFleet(...)`, or one of your own. */
  readonly fleet: FleetStore;
  /** Names this controller in the lease and in the documents: another name for each process. `TypeError` when it is empty. */
  readonly holder: string;
  /** How fast rollouts go, and when they stop. */
  readonly policy: RolloutPolicy;
  /** The clock. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Steers the rollouts of a fleet: opens waves, compares, promotes and takes back. Any number of controllers may run; the one that has the
 * lease decides, and when it is lost the next one goes on from the documents alone.
 *
 * Contract:
 * - Errors: never. An engine that does not answer is a `WriteFailed`, and the same write is repeated.
 * - Completes: never; unsubscribing gives the lease back.
 * - Holds: per plugin the newest document and the newest report of each host.
 * - Limit: a controller whose clock differs from that of the one before starts the wait of a wave and its bake anew: the verdict is the
 *   same, and comes later.
 *
 * @throws RangeError or TypeError that names the option that can never work.
 *
 * @example
 * ```ts
 * const policy = { waves: [1, '25%', '100%'], bakeMs: 60_000, deadlineMs: 120_000 } as const;
 * const events: string[] = [];
 * const ending = fleetController({ fleet: memoryFleet(), holder: 'one', policy }).subscribe(({ _tag }) => events.push(_tag));
 * ending.unsubscribe();
 *
 * events; // => ['LeaseTaken']
 * ```
 */
export function fleetController({
  fleet,
  holder,
  policy,
  scheduler = asyncScheduler,
}: FleetControllerOptions): Observable<RolloutEvent> {
  const complete = completePolicy(policy);
  if (holder === '') throw new TypeError('fleetController: holder is empty');
  const ofLease = (_tag: 'LeaseTaken' | 'LeaseLost', message: string): RolloutEvent => ({
    _tag,
    plugin: '',
    message,
  });

  const steer = (fence: number): Observable<RolloutEvent> =>
    defer(() => {
      const hosts$ = fleet.hosts$().pipe(shareReplay({ bufferSize: 1, refCount: true }));
      const steered$ = fleet.desired$().pipe(
        groupBy(({ value }) => value.plugin),
        mergeMap((documents$) =>
          new PluginPilot(documents$.key, {
            ...{ fleet, hosts$, documents$, scheduler, fence, holder },
            policy: complete,
          }).events(),
        ),
      );
      // Heard from the beginning: an engine takes seconds until its list is complete, and the first rollout does not wait for that.
      return merge(hosts$.pipe(ignoreElements()), steered$);
    });

  return defer(() => fleet.lease(LEASE, holder)).pipe(
    connect((lease$) =>
      concat(
        lease$.pipe(
          switchMap(({ fence }) =>
            concat(
              of(ofLease('LeaseTaken', `${holder} steers the rollouts, with fence ${fence}`)),
              steer(fence),
            ),
          ),
          takeUntil(lease$.pipe(ignoreElements(), endWith(undefined))),
        ),
        of(ofLease('LeaseLost', `${holder} has lost the lease and writes nothing more`)),
      ),
    ),
    repeat({ delay: () => timer(LEASE_AGAIN_MS, scheduler) }),
  );
}
