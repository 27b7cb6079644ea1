import { Subject } from 'rxjs';
import type { Clock } from './Clock.js';
import type { Hint } from './Hint.js';
import type { DirectoryWatching } from './DirectoryWatching.js';
import { treeWatcher } from './treeWatcher.js';
import type { BackendOptions, DirectoryDemand, WatchBackend } from './WatchBackend.js';

/**
 * For a backend that watches single directories, demands go straight to it. One that watches whole trees is asked for
 * each directory that no watched tree covers yet.
 */
export function directoryWatcher(
  backend: WatchBackend,
  options: BackendOptions,
  clock: Clock,
  onHint: (hint: Hint) => void,
): DirectoryWatching {
  return backend.watchDirectories === undefined
    ? treeWatcher(backend, options, clock, onHint)
    : oneByOne(backend.watchDirectories.bind(backend), options, onHint);
}

type WatchDirectories = NonNullable<WatchBackend['watchDirectories']>;

function oneByOne(
  watchDirectories: WatchDirectories,
  options: BackendOptions,
  onHint: (hint: Hint) => void,
): DirectoryWatching {
  const demands$ = new Subject<DirectoryDemand>();
  const subscription = watchDirectories(demands$, options).subscribe({
    next: onHint,
    error: (error: unknown) => onHint({ error: asError(error) }),
  });
  return {
    watch: (dir) => demands$.next({ _tag: 'watch', dir }),
    release: (dir) => demands$.next({ _tag: 'release', dir }),
    close: () => subscription.unsubscribe(),
  };
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
