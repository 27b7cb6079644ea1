import { newestRecord } from './newestRecord.js';
import type { SeededRandom } from '../setup/SeededRandom.js';
import type { StateDisk } from './StateDisk.js';

/** Flips a bit of a plugin's newest record; undefined where it has none. */
export function rotRecord(
  disk: StateDisk,
  plugin: string,
  random: SeededRandom,
): ReturnType<typeof newestRecord> {
  const newest = newestRecord(disk, plugin);
  if (newest === undefined) return undefined;
  const bytes = Buffer.from(disk.read(newest.path, Infinity)?.bytes ?? []);
  const bit = random.below(bytes.length * 8);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  disk.corrupt(newest.path, bytes);
  return newest;
}
