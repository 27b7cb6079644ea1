import * as E from 'fp-ts/lib/Either.js';
import { groupBy, map, merge, mergeMap, type Observable } from 'rxjs';
import { type Desired, decodeDesired } from '../protocol/Desired.js';
import type { FleetStore, LiveHosts } from '../protocol/FleetStore.js';
import type { HostReport } from '../protocol/HostReport.js';

/** One thing that has changed in a fleet. */
export type FleetEvent =
  /** A document is there, or has changed. */
  | { readonly _tag: 'document'; readonly value: Desired; readonly revision: number }
  /** A host has said how it stands with a plugin. */
  | { readonly _tag: 'report'; readonly value: HostReport }
  /** Other hosts live. */
  | { readonly _tag: 'hosts'; readonly value: LiveHosts }
  /** A document cannot be read. */
  | { readonly _tag: 'problem'; readonly plugin: string; readonly message: string };

/**
 * All that a fleet tells, as one stream: what is, then each change. For whoever shows a fleet, such as the option `fleet$` of a dashboard; who
 * steers one uses `fleetController`.
 *
 * Contract:
 * - Errors, Completes: as the engine's streams do, which is never.
 * - Order: reports of a plugin may come before its document.
 *
 * @example
 * ```ts
 * const fleet = memoryFleet();
 * const told: string[] = [];
 * fleetChanges(fleet).subscribe(({ _tag }) => told.push(_tag)).unsubscribe();
 *
 * told; // => ['hosts']
 * ```
 */
export function fleetChanges(
  fleet: Pick<FleetStore, 'desired$' | 'hosts$' | 'reports$'>,
): Observable<FleetEvent> {
  const hosts$ = fleet.hosts$().pipe(map((value): FleetEvent => ({ _tag: 'hosts', value })));
  const plugins$ = fleet.desired$().pipe(
    groupBy(({ value }) => value.plugin),
    mergeMap((documents$) => {
      const plugin = documents$.key;
      const reports$ = fleet
        .reports$(plugin)
        .pipe(map((value): FleetEvent => ({ _tag: 'report', value })));
      const told$ = documents$.pipe(
        map(({ value, revision }): FleetEvent => {
          const decoded = decodeDesired(plugin, value);
          return E.isRight(decoded)
            ? { _tag: 'document', value: decoded.right, revision }
            : { _tag: 'problem', plugin, message: decoded.left.message };
        }),
      );
      return merge(told$, reports$);
    }),
  );
  return merge(hosts$, plugins$);
}
