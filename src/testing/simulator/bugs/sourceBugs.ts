import { filter, map, Observable, type OperatorFunction, takeWhile } from 'rxjs';
import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { PlantedBug } from './PlantedBug.js';

/** The bug takes a second event of a path within this time for an echo of the first, in milliseconds. */
const ECHO_MS = 250;

/** Gives the events new indexes, so that only their content is wrong. */
const numberedAgain: OperatorFunction<ReloadEvent, ReloadEvent> = map((event, i) => ({
  ...event,
  i,
}));

/** Emits each `ReloadStarted` after the event that follows it. */
const startedLate = (events$: Observable<ReloadEvent>): Observable<ReloadEvent> =>
  new Observable((subscriber) => {
    let held: ReloadEvent | undefined;
    return events$.subscribe((event) => {
      if (event._tag === 'ReloadStarted' && held === undefined) {
        held = event;
        return;
      }
      subscriber.next(event);
      if (held !== undefined) subscriber.next(held);
      held = undefined;
    });
  });

/** Defects of the source's events and of the pipeline's stream of events. */
export const sourceBugs: Readonly<Record<string, PlantedBug>> = {
  'drops-the-last-write': {
    source: (source$, { time }) => {
      const lastMs = new Map<string, number>();
      return source$.pipe(
        filter(({ path }) => {
          const isEcho = time.elapsedMs - (lastMs.get(path) ?? -Infinity) < ECHO_MS;
          if (!isEcho) lastMs.set(path, time.elapsedMs);
          return !isEcho;
        }),
      );
    },
  },
  'lost-hints-not-looked-for': {
    hint: (hint) => (hint === 'overflow' ? undefined : hint),
    hasNoFullScan: true,
  },
  'timer-left-after-unsubscribe': {
    source: (source$, { time }) =>
      new Observable((subscriber) => {
        const again = () => void time.schedule(again, 1_000);
        again();
        return source$.subscribe(subscriber);
      }),
  },
  'superseded-not-accounted': {
    events: (events$) =>
      events$.pipe(
        filter(({ _tag }) => _tag !== 'Superseded'),
        numberedAgain,
      ),
  },
  'superseded-by-itself': {
    events: (events$) =>
      events$.pipe(
        map((event) => {
          const [by] = event._tag === 'Superseded' ? (event.changes ?? []) : [];
          return by === undefined ? event : { ...event, by };
        }),
      ),
  },
  'end-counted-twice': {
    events: (events$) =>
      events$.pipe(
        map((event) =>
          event._tag === 'Unchanged' && event.changes !== undefined
            ? { ...event, changes: event.changes.map((number) => Math.max(0, number - 1)) }
            : event,
        ),
      ),
  },
  'probe-taken-for-a-change': {
    events: (events$) =>
      events$.pipe(
        map((event) =>
          event._tag === 'ReloadStarted' && event.cause === 'probe'
            ? { ...event, cause: 'change' as const }
            : event,
        ),
      ),
  },
  'events-out-of-order': {
    events: (events$) => events$.pipe(startedLate, numberedAgain),
  },
  'one-failure-ends-the-stream': {
    events: (events$) =>
      events$.pipe(takeWhile((event) => event._tag !== 'ReloadFailed' || event.willRetry)),
  },
};
