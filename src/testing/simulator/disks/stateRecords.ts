import type { SeededRandom } from '../../../policies/SeededRandom.js';
import { STATE_DIR } from '../setup/Setup.js';
import type { StateDisk } from './StateDisk.js';

/** A record of a plugin's state, as a file. */
export interface RecordFile {
  readonly seq: number;
  readonly path: string;
}

/** The newest record of a plugin, whole or damaged; undefined where it has none. */
export function newestRecord(disk: StateDisk, plugin: string): RecordFile | undefined {
  if (!disk.isDirectory(STATE_DIR)) return undefined;
  const seqs = disk
    .list(STATE_DIR)
    .filter((name) => name.startsWith(`${plugin}.`) && name.endsWith('.state'))
    .map((name) => Number(name.split('.')[1]));
  if (seqs.length === 0) return undefined;
  const seq = Math.max(...seqs);
  return { seq, path: `${STATE_DIR}/${plugin}.${seq}.state` };
}

/** Flips one bit of a plugin's newest record. Undefined where it has none. */
export function damageNewestRecord(
  disk: StateDisk,
  plugin: string,
  random: SeededRandom,
): RecordFile | undefined {
  const newest = newestRecord(disk, plugin);
  if (newest === undefined) return undefined;
  const bytes = Buffer.from(disk.read(newest.path, Infinity)?.bytes ?? []);
  const bit = random.below(bytes.length * 8);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  disk.overwrite(newest.path, bytes);
  return newest;
}
