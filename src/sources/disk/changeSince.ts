import type { Look } from './Look.js';
import type { WallTime } from './WallClock.js';
import { tickMs, tickOf } from './writeAge.js';

/**
 * What the times of a file tell about a moment.
 *
 * - `before`: it was last changed before then.
 * - `since`: it was changed since.
 * - `unclear`: it was changed then, to the precision of the clocks, or has a time that has not come yet.
 */
export type ChangeSince = 'before' | 'since' | 'unclear';

/**
 * Whether a file was changed since a moment, as far as its times tell. A write, a rename and a new owner all set the time of the last change,
 * and no program can set that one; where a filesystem has none, the time of writing tells.
 *
 * @param wall - A file that was changed after the clock was set back has a time from before it.
 * @source Which calls set `st_ctim`: https://man7.org/linux/man-pages/man7/inode.7.html
 */
export function changeSince(
  { mtimeMs, ctimeMs }: Pick<Look, 'mtimeMs' | 'ctimeMs'>,
  sinceMs: number,
  wall: WallTime,
): ChangeSince {
  const times = [mtimeMs, ctimeMs];
  const latestMs = wall.nowMs + wall.setBackMs + tickMs;
  if (times.some((atMs) => atMs >= sinceMs + tickMs && atMs <= latestMs)) return 'since';
  const isLater = (atMs: number) => atMs >= sinceMs - wall.setBackMs - tickOf(atMs);
  return times.some(isLater) ? 'unclear' : 'before';
}
