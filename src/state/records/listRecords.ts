import type { StateFiles } from '../disk/StateFiles.js';
import { recordName } from './recordName.js';

/** The records of one plugin in a directory, by number. */
export interface RecordList {
  /** Ascending. */
  readonly seqs: readonly number[];
  /** Damaged records that were set aside, ascending. */
  readonly corruptSeqs: readonly number[];
}

/** Empty when the directory does not exist. */
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

/** The highest number that a record of the plugin has, damaged ones included; 0 when there is none. */
export function newestSeq({ seqs, corruptSeqs }: RecordList): number {
  return Math.max(seqs.at(-1) ?? 0, corruptSeqs.at(-1) ?? 0);
}

const ascending = (a: number, b: number): number => a - b;
