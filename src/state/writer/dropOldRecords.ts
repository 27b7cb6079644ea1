import { join } from 'node:path';
import { listRecords } from '../records/listRecords.js';
import { recordFormat } from '../records/recordFormat.js';
import { recordName } from '../records/recordName.js';
import type { SharedDirectory } from './SharedDirectory.js';
import type { StateFiles } from '../disk/StateFiles.js';

interface DirectoryOfRecords {
  readonly files: StateFiles;
  readonly dir: string;
  readonly shared: SharedDirectory;
}

/**
 * Removes the records past the newest `generations`. The newest of each format that is newer than `schema` stays: a
 * plugin that went back to an older version does not cost the newer one its state.
 */
export async function dropOldRecords(
  at: DirectoryOfRecords & { readonly generations: number },
  plugin: string,
  schema: number,
): Promise<void> {
  const { files, dir, shared, generations } = at;
  try {
    const kept = new Set<number>();
    for (const seq of listRecords(files, dir, plugin).seqs.slice(0, -generations).reverse()) {
      const name = recordName.record(plugin, seq);
      const own = shared.schemas.get(name) ?? (await schemaOf(at, name));
      if (own !== undefined && own > schema && !kept.has(own)) {
        kept.add(own);
        continue;
      }
      shared.schemas.delete(name);
      files.remove(join(dir, name));
    }
  } catch {
    // They take room, and do no harm; the next save tries again.
  }
}

/** `undefined` for a record that cannot be read. */
async function schemaOf(
  { files, dir }: DirectoryOfRecords,
  name: string,
): Promise<number | undefined> {
  const start = await files.read(join(dir, name), recordFormat.maxHeaderBytes);
  return start && recordFormat.peek(start.bytes)?.schema;
}
