import { sep } from 'node:path';
import type { Mount } from './adapters/eventlessMounts.js';
import type { DirectoryWatching } from './DirectoryWatching.js';
import type { Hint } from './Hint.js';

/** Refuses to watch where no events are to be expected, so that such directories are looked at now and then instead. */
export function withoutEventless(
  watcher: DirectoryWatching,
  mounts: readonly Mount[],
  onHint: (hint: Hint) => void,
): DirectoryWatching {
  const mountOf = (dir: string) =>
    mounts.find(
      ({ path }) => dir === path || dir.startsWith(path.endsWith(sep) ? path : path + sep),
    );
  return {
    watch(dir, isTree) {
      const mount = mountOf(dir);
      if (mount === undefined) watcher.watch(dir, isTree);
      else onHint({ error: Object.assign(new Error(mount.type), { code: 'DEGRADED', path: dir }) });
    },
    release: (dir) => watcher.release(dir),
    close: () => watcher.close(),
  };
}
