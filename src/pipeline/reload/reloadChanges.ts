import { connect, defer, merge, mergeMap, type Observable, type OperatorFunction, tap } from 'rxjs';
import { type FoldedEvents, foldEvents } from '../../model/events/foldEvents.js';
import type { Change } from '../../model/reload/Change.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { coalesceMap } from '../../operators/coalesceMap.js';
import type { CircuitBreaker } from '../../operators/createCircuitBreaker.js';
import type { ReloadLine } from '../options/ReloadLine.js';
import { reloadUntilServed } from './reloadUntilServed.js';
import { type stillWorking, tellWorking } from './tellWorking.js';

/**
 * The changes of one plugin to the reloads that they cause: one at a time, then the newest.
 *
 * A change that arrives during a reload waits for its end, and the next replaces it. Each ends in exactly one of
 * `Loaded`, `Reloaded`, `Unchanged`, `Removed`, `Superseded`, and a `ReloadFailed` that will not be retried.
 */
export function reloadChanges(
  plugin: string,
  breaker: CircuitBreaker,
  line: ReloadLine,
): OperatorFunction<Change, UnstampedEvent | typeof stillWorking> {
  return (changes$) =>
    defer(() => {
      let queued: Change | undefined; // seen, and no reload has taken it yet
      let unserved: Change | undefined; // taken, and what it brought does not serve yet

      const admit = (change: Change): readonly UnstampedEvent[] => {
        const replaced = queued;
        queued = mergeChanges(replaced, change);
        return replaced ? [{ _tag: 'Superseded', plugin }] : [];
      };
      const reload = (newer$: Observable<Change>) =>
        defer(() => {
          const change = queued ? mergeChanges(unserved, queued) : unserved;
          if (!change) throw new Error(`hotReload: a reload of ${plugin} without a change`);
          unserved = change;
          queued = undefined;
          // Copied: a long fold is a Proxy, which a target cannot post to a worker.
          const plain = { ...change, events: [...change.events] };
          return reloadUntilServed(plain, newer$, breaker, line);
        }).pipe(
          tap((event) => {
            if (isServed(event)) unserved = undefined;
          }),
          tellWorking(line.scheduler),
        );

      return changes$.pipe(
        connect((change$) =>
          merge(change$.pipe(mergeMap(admit)), change$.pipe(coalesceMap(() => reload(change$)))),
        ),
      );
    });
}

function isServed({ _tag }: UnstampedEvent): boolean {
  return _tag === 'Loaded' || _tag === 'Reloaded' || _tag === 'Unchanged' || _tag === 'Removed';
}

/** The net effect of an earlier change and the one after it. */
export function mergeChanges(earlier: Change | undefined, later: Change): Change {
  if (earlier === undefined) return later;
  return {
    plugin: later.plugin,
    events: later.events.reduce<FoldedEvents>(foldEvents, earlier.events),
    firstAtMs: earlier.firstAtMs,
    lastAtMs: later.lastAtMs,
    eventCount: earlier.eventCount + later.eventCount,
  };
}
