import { isEventless, type Mount, mountOf } from '../disk/mounts.js';
import type { DirectoryWatcher } from './DirectoryWatcher.js';
import type { Hint } from './WatchBackend.js';

export interface EventlessPorts {
  /** The mounts as they are now. */
  readonly mounts: () => readonly Mount[];
  /** The path with every link followed; `undefined`: it does not exist. */
  readonly realPath: (path: string) => string | undefined;
  readonly onHint: (hint: Hint) => void;
}

/** Refuses directories on filesystems that send no events, so that they are polled instead. Watches the others. */
export function withoutEventless(
  watcher: DirectoryWatcher,
  { mounts, realPath, onHint }: EventlessPorts,
): DirectoryWatcher {
  return {
    watch(dir, isTree) {
      const all = mounts();
      const isAnyEventless = all.some(({ type }) => isEventless(type));
      const mount = isAnyEventless ? mountOf(all, realPath(dir) ?? dir) : undefined;
      if (mount === undefined || !isEventless(mount.type)) watcher.watch(dir, isTree);
      else onHint({ error: Object.assign(new Error(mount.type), { code: 'DEGRADED', path: dir }) });
    },
    release: (dir) => watcher.release(dir),
    close: () => watcher.close(),
  };
}
