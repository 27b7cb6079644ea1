/**
 * A watch backend of one's own: `@parcel/watcher` under `watch()`. It starts fastest of all and drains the kernel's queue
 * in a thread of its own; what it loses is mended here and by `watch`.
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

/** `subscribe` of `@parcel/watcher`, as far as it is used here. */
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
            // Events were dropped, it says; which, it does not say.
            if (error !== null) hints.next('overflow');
            for (const { type, path } of events) {
              hint(path);
              if (type === 'delete') remove(path);
              // It does not look into a directory that is new, nor watch below it: that takes a subscription of its own.
              else if (recursive && type === 'create' && isDirectory(path) && !ignored(path))
                add(path);
            }
          };
          // It always watches whole trees; for a directory alone, what lies below is left out.
          const opening = subscribe(dir, onEvents, recursive ? {} : { ignore: ['*/**'] });
          const opened = opening.catch((error: unknown) => {
            // What is gone by now is no failure of the rest.
            if (dir === root) hints.error(error);
            return undefined;
          });
          open.set(dir, opened);
          void opened.then((subscription) => {
            if (subscription === undefined || hints.closed || open.get(dir) !== opened) return;
            if (dir === root) hints.next('ready');
            // What was written in it before it was watched.
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
