import type { SeededRandom } from './SeededRandom.js';
import { STATE_DIR } from './Setup.js';
import type { StateDisk } from './StateDisk.js';

/** Flips a bit of a plugin's newest record; undefined where it has none. */
export function rotRecord(
  disk: StateDisk,
  plugin: string,
  random: SeededRandom,
): { readonly seq: number; readonly path: string } | undefined {
  if (!disk.isDirectory(STATE_DIR)) return undefined;
  const seqs = disk
    .list(STATE_DIR)
    .filter((name) => name.startsWith(`${plugin}.`) && name.endsWith('.state'))
    .map((name) => Number(name.split('.')[1]));
  if (seqs.length === 0) return undefined;
  const seq = Math.max(...seqs);
  const path = `${STATE_DIR}/${plugin}.${seq}.state`;
  const bytes = Buffer.from(disk.read(path, Infinity) ?? []);
  const bit = random.below(bytes.length * 8);
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
  disk.corrupt(path, bytes);
  return { seq, path };
}
