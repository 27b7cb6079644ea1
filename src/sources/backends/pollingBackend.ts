import { asyncScheduler, map, Observable, type SchedulerLike, startWith, timer } from 'rxjs';
import type { Hint, WatchBackend } from './WatchBackend.js';

/** The longest wait that a timer of Node can have. */
const longestMs = 2 ** 31 - 1;

/** Options of {@link pollingBackend}. */
export interface PollingBackendOptions {
  /**
   * Time between two scans, in milliseconds: above 0, at most 2,147,483,647; anything else throws a RangeError. Default
   * 100. A scan that is due while one is under way is skipped.
   */
  readonly intervalMs?: number;
  /** The clock for the intervals. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Makes `watch` scan everything at a fixed interval. For filesystems that send no events: nfs, cifs, 9p, fuse, some
 * mounts of containers. It costs one stat per file and interval. Where the filesystem sends events, `chokidarBackend()`
 * and `nodeFsBackend()` cost next to nothing while nothing changes.
 *
 * @throws RangeError for an interval out of range.
 */
export function pollingBackend({
  intervalMs = 100,
  scheduler = asyncScheduler,
}: PollingBackendOptions = {}): WatchBackend {
  if (!(intervalMs > 0) || intervalMs > longestMs) {
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
