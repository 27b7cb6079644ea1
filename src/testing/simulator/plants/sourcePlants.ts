import { filter, map, Observable, takeWhile, type OperatorFunction } from 'rxjs';
import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { Plant } from './Plant.js';

/** So long after an event of a path its next one is taken for an echo, in milliseconds. */
const ECHO_MS = 250;

const stamped: OperatorFunction<ReloadEvent, ReloadEvent> = map((event, i) => ({ ...event, i }));

/** Each `ReloadStarted` after the event that follows it. */
const swapped = (events$: Observable<ReloadEvent>): Observable<ReloadEvent> =>
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

/** Defects of what comes in and of what is told. */
export const sourcePlants: Readonly<Record<string, Plant>> = {
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
    isBlindWhenIdle: true,
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
        stamped,
      ),
  },
  'events-out-of-order': {
    events: (events$) => events$.pipe(swapped, stamped),
  },
  'one-failure-ends-the-stream': {
    events: (events$) =>
      events$.pipe(takeWhile((event) => event._tag !== 'ReloadFailed' || event.willRetry)),
  },
};
