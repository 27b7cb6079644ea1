import { hash } from 'node:crypto';
import { join } from 'node:path';
import { Observable } from 'rxjs';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { RehearsedPlugin } from '../../model/reload/ReloadTarget.js';
import { loopClock } from '../../sources/adapters/loopClock.js';
import type { DirectoryWatcher } from '../../sources/backends/DirectoryWatcher.js';
import type { Hint } from '../../sources/backends/WatchBackend.js';
import type { FileSystem } from '../../sources/disk/FileSystem.js';
import { pathFilter } from '../../sources/filters/pathFilter.js';
import { WatchSession } from '../../sources/session/WatchSession.js';

/** The files of the plugin, watched as `watch` watches a directory on disk. */
export interface RehearsedSource {
  readonly events$: Observable<WatchEvent>;
  /** A file was saved: the backend hints at it. */
  hint(name: string): void;
}

/** @param onReady - Called when each later hint is looked at. */
export function rehearsedSource(
  { folder, files }: Pick<RehearsedPlugin, 'folder' | 'files'>,
  onReady: () => void,
): RehearsedSource {
  /** When each file was saved last. */
  const savedMs = new Map<string, number>();
  const startMs = loopClock.stampMs();
  let onHint: ((hint: Hint) => void) | undefined;
  const watcher: DirectoryWatcher = {
    watch: (dir) => onHint?.({ dir, name: null }),
    release: () => undefined,
    close: () => undefined,
  };
  const events$ = new Observable<WatchEvent>((subscriber) => {
    let batch = 0;
    const session = new WatchSession(
      {
        ...{
          settleMs: 10,
          settleMaxMs: 50,
          overflowCount: 1_000,
          stormCount: 256,
          firstLookCount: Infinity,
          areTimesOurs: true,
        },
        reconcileMs: Infinity,
        ...{ followSymlinks: false, expandDirectories: false, initial: false },
      },
      {
        fileSystem: fileSystemOf(files, (path) => savedMs.get(path) ?? startMs),
        clock: loopClock,
        watcher: (hinted) => {
          onHint = hinted;
          return watcher;
        },
        onEvents: (events) => {
          batch += 1;
          const atMs = loopClock.stampMs();
          for (const event of events) subscriber.next({ ...event, atMs, batch });
        },
        onReady,
        onWatching: () => undefined,
        onError: () => undefined,
        onRecovered: () => undefined,
      },
    );
    subscriber.add(() => session.close());
    session.watch([{ path: folder, filter: pathFilter({}), depth: Infinity }]);
  });
  return {
    events$,
    hint(name) {
      savedMs.set(join(folder, name), loopClock.stampMs());
      onHint?.({ dir: folder, name });
    },
  };
}

/** The files as the source sees a disk. Each has its path for an inode. */
function fileSystemOf(
  { text, names }: RehearsedPlugin['files'],
  savedMs: (path: string) => number,
): FileSystem {
  const numberOf = (value: string) => hash('sha1', value, 'buffer').readUIntBE(0, 6);
  const digest = (path: string) => {
    const content = text(path);
    return content === undefined ? undefined : numberOf(content);
  };
  return {
    look(path) {
      const content = text(path);
      if (content === undefined && names(path) === undefined) return undefined;
      const atMs = savedMs(path);
      return {
        ...({ kind: content === undefined ? 'directory' : 'file', isFollowed: false } as const),
        ...{ dev: 1, ino: numberOf(path), birthMs: 1, sizeBytes: content?.length ?? 0 },
        ...{ mtimeMs: atMs, ctimeMs: atMs, atimeMs: 1 },
      };
    },
    list: names,
    text,
    digest,
    digestLink: () => undefined,
    linkTarget: () => undefined,
    realPath: (path) => path,
  };
}
