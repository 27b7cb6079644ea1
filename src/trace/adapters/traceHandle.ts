import {
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  writeSync,
  write as writeTo,
} from 'node:fs';
import { dirname } from 'node:path';
import { rotateFile } from '../../sinks/adapters/rotateFile.js';
import type { TraceHandle } from '../file/TraceWriter.js';

/** Older files that are kept beside the newest one. */
const KEPT_COUNT = 3;

/** Throws when the file cannot be written. Makes its directory. */
export function requireWritable(path: string): void {
  makeDirectory(dirname(path));
  closeSync(openSync(path, 'a', 0o600));
}

/**
 * Makes a directory and those above it. Not with `recursive`, which tries for ever where a directory takes no entries, as in /proc.
 *
 * @source https://github.com/nodejs/node/issues/31481
 */
function makeDirectory(path: string): void {
  if (existsSync(path)) return;
  makeDirectory(dirname(path));
  mkdirSync(path);
}

/** Opens an empty file. One that is not empty becomes `<path>.1`, and so on. */
export function openTrace(path: string): TraceHandle {
  rotateFile(path, { addedBytes: 1, maxBytes: 0, keepCount: KEPT_COUNT, isDurable: false });
  // Not for appending: a write that failed half way is written over.
  const file = openSync(path, 'w', 0o600);
  return {
    write: async (bytes, position) => {
      for (let done = 0; done < bytes.length; ) {
        done += await writePart(file, bytes.subarray(done), position + done);
      }
    },
    writeNow: (bytes, position) => {
      for (let done = 0; done < bytes.length; ) {
        done += writeSync(file, bytes, done, bytes.length - done, position + done);
      }
    },
    cut: (position) => {
      try {
        ftruncateSync(file, position);
      } catch {
        // A device has no length.
      }
    },
    close: () => closeSync(file),
  };
}

/** How long lines wait for others, so that a reload is one write: lost when the process is killed meanwhile. */
const BATCH_MS = 25;

/** A little later. */
export function later(work: () => void): void {
  setTimeout(work, BATCH_MS);
}

/** Calls back when the process ends, until the returned function is called. */
export function onProcessEnd(work: () => void): () => void {
  process.once('exit', work);
  return () => process.off('exit', work);
}

function writePart(file: number, bytes: Uint8Array, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    writeTo(file, bytes, 0, bytes.length, position, (error, count) => {
      if (error) reject(error);
      else resolve(count);
    });
  });
}
