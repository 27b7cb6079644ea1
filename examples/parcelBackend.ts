/**
 * A watch backend of your own: `@parcel/watcher` under `watch()`. It starts faster than the others and reads the kernel's
 * queue in its own thread. What it misses is made up for here and by `watch`.
 *
 *   import { subscribe } from '@parcel/watcher';
 *   watch('plugins', { backend: parcelBackend(subscribe) })
 */
import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Hint, WatchBackend } from 'hotpipe/sources';
import { Observable } from 'rxjs';

interface ParcelEvent {
  readonly type: 'create' | 'update' | 'delete';
  readonly path: string;
}

interface ParcelSubscription {
  unsubscribe(): Promise<void>;
}

/** The part of `subscribe` of `@parcel/watcher` that is used here. */
type Subscribe = (
  dir: string,
  onEvents: (error: Error | null, events: readonly ParcelEvent[]) => void,
  options: { ignore?: string[] },
) => Promise<ParcelSubscription>;

export function parcelBackend(subscribe: Subscribe): WatchBackend {
  return {
    name: 'parcel',
    watch: (root, { recursive, ignored }) =>
      new Observable<Hint>((hints) => {
        const open = new Map<string, Promise<ParcelSubscription | undefined>>();
        const hint = (path: string) => hints.next({ dir: dirname(path), name: basename(path) });

        const add = (dir: string) => {
          remove(dir);
          const onEvents = (error: Error | null, events: readonly ParcelEvent[]) => {
            // It dropped events, and does not say which.
            if (error !== null) hints.next('overflow');
            for (const { type, path } of events) {
              hint(path);
              if (type === 'delete') remove(path);
              // It neither reads nor watches what is below a new directory: that needs another subscription.
              else if (recursive && type === 'create' && isDirectory(path) && !ignored(path))
                add(path);
            }
          };
          // It always watches whole trees. Where only one directory is wanted, everything below it is ignored.
          const opening = subscribe(dir, onEvents, recursive ? {} : { ignore: ['*/**'] });
          const opened = opening.catch((error: unknown) => {
            // A new directory may be gone by now: the rest is still watched.
            if (dir === root) hints.error(error);
            return undefined;
          });
          open.set(dir, opened);
          void opened.then((subscription) => {
            if (subscription === undefined || hints.closed || open.get(dir) !== opened) return;
            if (dir === root) hints.next('ready');
            // Files may have been written before the new directory was watched.
            else for (const each of directoriesIn(dir)) hints.next({ dir: each, name: null });
          });
        };
        const remove = (dir: string) => {
          void open.get(dir)?.then((subscription) => subscription?.unsubscribe());
          open.delete(dir);
        };

        add(root);
        return () => {
          for (const dir of [...open.keys()]) remove(dir);
        };
      }),
  };
}

function isDirectory(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function directoriesIn(dir: string): readonly string[] {
  try {
    const entries = readdirSync(dir, { recursive: true, withFileTypes: true });
    const inside = entries.filter((entry) => entry.isDirectory());
    return [dir, ...inside.map(({ parentPath, name }) => join(parentPath, name))];
  } catch {
    return [];
  }
}
