import { asyncScheduler, map, Observable, type SchedulerLike, startWith, timer } from 'rxjs';
import type { Hint, WatchBackend } from './WatchBackend.js';

/**
 * Asks for a look at everything, again and again. For filesystems that send no events: nfs, cifs, 9p, fuse, some mounts
 * of containers. The price is a stat of each file an interval.
 *
 * @param options.intervalMs - From one look to the next, in milliseconds, above 0. Default 100. `watch` skips a look
 *   that is asked for while one is under way.
 */
export function pollingBackend(
  options: { readonly intervalMs?: number; readonly scheduler?: SchedulerLike } = {},
): WatchBackend {
  const { intervalMs = 100, scheduler = asyncScheduler } = options;
  if (!(intervalMs > 0) || intervalMs > 2 ** 31 - 1) {
    throw new RangeError(`pollingBackend: intervalMs (${intervalMs}) is not above 0`);
  }
  return {
    name: 'polling',
    intervalMs,
    watch: (): Observable<Hint> =>
      timer(intervalMs, intervalMs, scheduler).pipe(
        map((): Hint => 'overflow'),
        startWith<Hint>('ready'),
      ),
  };
}
