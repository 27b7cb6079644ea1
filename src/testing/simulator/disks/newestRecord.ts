import { STATE_DIR } from '../setup/Setup.js';
import type { StateDisk } from './StateDisk.js';

/** Where a plugin's newest record lies, whole or not; undefined where it has none. */
export function newestRecord(
  disk: StateDisk,
  plugin: string,
): { readonly seq: number; readonly path: string } | undefined {
  if (!disk.isDirectory(STATE_DIR)) return undefined;
  const seqs = disk
    .list(STATE_DIR)
    .filter((name) => name.startsWith(`${plugin}.`) && name.endsWith('.state'))
    .map((name) => Number(name.split('.')[1]));
  if (seqs.length === 0) return undefined;
  const seq = Math.max(...seqs);
  return { seq, path: `${STATE_DIR}/${plugin}.${seq}.state` };
}
