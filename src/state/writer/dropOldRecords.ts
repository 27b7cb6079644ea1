import { join } from 'node:path';
import type { StateFiles } from '../disk/StateFiles.js';
import { listRecords } from '../records/listRecords.js';
import { newestOfFormat } from '../records/newestOfFormat.js';
import { recordFormat } from '../records/recordFormat.js';
import { recordName } from '../records/recordName.js';
import type { SharedDirectory } from './SharedDirectory.js';

interface DirectoryOfRecords {
  readonly files: StateFiles;
  readonly dir: string;
  readonly shared: SharedDirectory;
}

/**
 * Removes all but the newest `generations` records. Also keeps the newest record of other formats than `schema`: see
 * `newestOfFormat`.
 */
export async function dropOldRecords(
  at: DirectoryOfRecords & { readonly generations: number },
  plugin: string,
  schema: number,
): Promise<void> {
  const { files, dir, shared, generations } = at;
  try {
    const isKept = newestOfFormat(schema);
    for (const seq of listRecords(files, dir, plugin).seqs.slice(0, -generations).reverse()) {
      const name = recordName.record(plugin, seq);
      const own = shared.schemas.get(name) ?? (await schemaOf(at, name));
      if (isKept(own)) continue;
      shared.schemas.delete(name);
      files.remove(join(dir, name));
    }
  } catch {
    // Old records take space and do no harm. The next save tries again.
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
