import type { DirectoryWatcher } from './DirectoryWatcher.js';
import type { Hint } from './WatchBackend.js';
import { isEventless, type Mount, mountOf } from '../disk/mounts.js';

export interface EventlessPorts {
  readonly mounts: readonly Mount[];
  /** Where a path leads once every link is followed; `undefined`: nowhere. */
  readonly realPath: (path: string) => string | undefined;
  readonly onHint: (hint: Hint) => void;
}

/** Refuses to watch where no events are to be expected, so that such directories are looked at now and then instead. */
export function withoutEventless(
  watcher: DirectoryWatcher,
  { mounts, realPath, onHint }: EventlessPorts,
): DirectoryWatcher {
  if (!mounts.some(({ type }) => isEventless(type))) return watcher;
  return {
    watch(dir, isTree) {
      const mount = mountOf(mounts, realPath(dir) ?? dir);
      if (mount === undefined || !isEventless(mount.type)) watcher.watch(dir, isTree);
      else onHint({ error: Object.assign(new Error(mount.type), { code: 'DEGRADED', path: dir }) });
    },
    release: (dir) => watcher.release(dir),
    close: () => watcher.close(),
  };
}
