import { basename, dirname, join } from 'node:path';
import { Observable, Subject } from 'rxjs';
import { nodeFileSystem } from '../adapters/nodeFileSystem.js';
import type { BackendOptions, DirectoryDemand, Hint } from './WatchBackend.js';

/**
 * Watches a whole tree with a backend that watches directories one by one: walks the root, and each directory that a
 * hint names. Only for callers that use the backend on its own: `watch` does this walk itself.
 */
export function walkDirectories(
  root: string,
  { ignored, recursive, followSymlinks }: BackendOptions,
  watchDirectories: (demands$: Observable<DirectoryDemand>) => Observable<Hint>,
): Observable<Hint> {
  return new Observable<Hint>((hints) => {
    const demands$ = new Subject<DirectoryDemand>();
    const watched = new Set<string>();

    const demand = (dir: string) => {
      watched.add(dir);
      demands$.next({ _tag: 'watch', dir });
    };
    const release = (dir: string) => {
      for (const path of watched) {
        if (path !== dir && !path.startsWith(`${dir}/`)) continue;
        watched.delete(path);
        demands$.next({ _tag: 'release', dir: path });
      }
    };
    const check = (path: string) => {
      const isFollowed = followSymlinks || path === root;
      const isDirectory = nodeFileSystem.look(path, isFollowed)?.kind === 'directory';
      if (watched.has(path) && !isDirectory) release(path);
      if (!watched.has(path) && isDirectory && !ignored(path)) demand(path);
    };
    const walk = (dir: string) => {
      const names = nodeFileSystem.list(dir);
      if (names === undefined || 'kind' in names) return;
      for (const name of names) check(join(dir, name));
    };

    const subscription = watchDirectories(demands$).subscribe((hint) => {
      hints.next(hint);
      if (typeof hint === 'string' || 'error' in hint || !recursive) return;
      if (hint.name === null) walk(hint.dir);
      else if (hint.name === basename(hint.dir) && dirname(hint.dir) !== hint.dir) check(hint.dir);
      else check(join(hint.dir, hint.name));
    });
    demand(root);
    hints.next('ready');
    return subscription;
  });
}
