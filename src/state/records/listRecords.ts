import { recordName } from './recordName.js';
import type { StateFiles } from '../disk/StateFiles.js';

/** The records of one plugin in a directory, by number. */
export interface RecordList {
  /** Ascending. */
  readonly seqs: readonly number[];
  /** Those that were damaged and kept aside, ascending. */
  readonly corruptSeqs: readonly number[];
}

/** Empty where the directory is not there. */
export function listRecords(files: StateFiles, dir: string, plugin: string): RecordList {
  const seqs: number[] = [];
  const corruptSeqs: number[] = [];
  for (const name of files.isDirectory(dir) ? files.list(dir) : []) {
    const file = recordName.parse(name);
    if (file === undefined || file._tag === 'temporary' || file.plugin !== plugin) continue;
    (file._tag === 'record' ? seqs : corruptSeqs).push(file.seq);
  }
  return { seqs: seqs.sort(ascending), corruptSeqs: corruptSeqs.sort(ascending) };
}

const ascending = (a: number, b: number): number => a - b;
