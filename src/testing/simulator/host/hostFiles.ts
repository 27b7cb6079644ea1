import type { SchedulerLike } from 'rxjs';
import type { StateFiles } from '../../../state/disk/StateFiles.js';
import type { StateDisk } from '../disks/StateDisk.js';

/** How long a flush takes, in milliseconds. */
const SYNC_MS = 1;
/** So much of a record does one write take: more than one write a record. */
const WRITE_BYTES = 200;

/**
 * The port to the state disk of one host.
 *
 * @param enter - Called before each call; throws to make it fail, and to end the host.
 */
export function hostFiles(
  disk: StateDisk,
  scheduler: SchedulerLike,
  enter: (call: string) => void,
): StateFiles {
  // What is under way when the host ends never settles.
  const slowly = (call: string, work: () => void): Promise<void> =>
    new Promise((resolve, reject) => {
      scheduler.schedule(() => {
        try {
          enter(call);
          work();
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      }, SYNC_MS);
    });
  return {
    home: () => '/home',
    isDirectory: (path) => disk.isDirectory(path),
    list: (dir) => {
      enter('list');
      return disk.list(dir);
    },
    makeDirectory: (dir) => {
      enter('makeDirectory');
      disk.makeDirectory(dir);
    },
    create: (path) => {
      enter('create');
      return disk.create(path);
    },
    write: (file, bytes, offset) => {
      enter('write');
      return disk.write(file, bytes, offset, WRITE_BYTES);
    },
    sync: (file) => slowly('sync', () => disk.sync(file)),
    close: (file) => disk.close(file),
    link: (from, to) => {
      enter('link');
      disk.link(from, to);
    },
    rename: (from, to) => {
      enter('rename');
      disk.rename(from, to);
    },
    syncDirectory: (dir) => slowly('syncDirectory', () => disk.syncDirectory(dir)),
    remove: (path) => {
      enter('remove');
      disk.remove(path);
    },
    read: (path, maxBytes) =>
      Promise.resolve().then(() => {
        enter('read');
        return disk.read(path, maxBytes);
      }),
  };
}
