import { Observable, Subscription, takeUntil } from 'rxjs';
import type { LiveHosts } from '../fleet/protocol/FleetStore.js';
import { HOST_TTL_MS } from './natsBuckets.js';
import { isRemoval } from './natsMessages.js';
import type { Listening } from './natsValues.js';

/** Longer than the longest time between two beats: by then every live host has been heard. */
const HEARD_ALL_MS = 7_000;

/** Hosts that were heard within their time to live. The list is complete once every host must have been heard. */
export function liveHosts(
  prefix: string,
  { connection, reconnected$, closed$, scheduler }: Listening,
): Observable<LiveHosts> {
  // Beats, the clock and reconnections change one list.
  const hosts$ = new Observable<LiveHosts>((subscriber) => {
    const heard = new Map<string, number>();
    let sinceMs = scheduler.now();
    let told = '';
    const tell = (): void => {
      const nowMs = scheduler.now();
      for (const [host, atMs] of heard) if (nowMs - atMs > HOST_TTL_MS) heard.delete(host);
      const live = { hosts: [...heard.keys()].sort(), isComplete: nowMs - sinceMs > HEARD_ALL_MS };
      const key = `${live.isComplete} ${live.hosts.join(' ')}`;
      if (key === told) return;
      told = key;
      subscriber.next(live);
    };
    const subscription = connection.subscribe(`${prefix}*`, {
      callback: (error, message) => {
        if (error !== null || isRemoval(message)) return;
        heard.set(message.subject.slice(prefix.length), scheduler.now());
        tell();
      },
    });
    const timers = new Subscription();
    const again = (): void => {
      tell();
      timers.add(scheduler.schedule(again, 500));
    };
    again();
    // While the connection was gone, beats were missed: nobody is dead because of that.
    timers.add(
      reconnected$.subscribe(() => {
        sinceMs = scheduler.now();
        for (const host of heard.keys()) heard.set(host, sinceMs);
        tell();
      }),
    );
    return () => {
      timers.unsubscribe();
      subscription.unsubscribe();
    };
  });
  return hosts$.pipe(takeUntil(closed$));
}
