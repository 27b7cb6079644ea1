import { defer, Subject, type Subscription } from 'rxjs';
import type { Clock } from '../disk/Clock.js';
import { asError, type DirectoryWatcher, refusal } from './DirectoryWatcher.js';
import { treeWatcher } from './treeWatcher.js';
import type { BackendOptions, DirectoryDemand, Hint, WatchBackend } from './WatchBackend.js';

/**
 * Creates the watcher of a session over a backend of either kind: one that watches directories one by one gets the
 * demands as they are, one that watches trees is used through `treeWatcher`.
 */
export function createDirectoryWatcher(
  backend: WatchBackend,
  options: BackendOptions,
  clock: Clock,
  onHint: (hint: Hint) => void,
): DirectoryWatcher {
  return backend.watchDirectories === undefined
    ? treeWatcher(backend, options, clock, onHint)
    : oneByOne(backend.watchDirectories.bind(backend), options, onHint);
}

type WatchDirectories = NonNullable<WatchBackend['watchDirectories']>;

function oneByOne(
  watchDirectories: WatchDirectories,
  options: BackendOptions,
  onHint: (hint: Hint) => void,
): DirectoryWatcher {
  const dirs = new Set<string>();
  /** undefined: the backend is not running. The next directory that is demanded starts it. */
  let demands$: Subject<DirectoryDemand> | undefined;
  let subscription: Subscription | undefined;

  /** The backend has failed or ended: nothing is watched any more. */
  const fail = (error: Error) => {
    demands$ = undefined;
    const lost = [...dirs];
    dirs.clear();
    for (const dir of lost) onHint(refusal(dir, error));
  };
  const open = () => {
    const started$ = new Subject<DirectoryDemand>();
    demands$ = started$;
    subscription = defer(() => watchDirectories(started$, options)).subscribe({
      next: onHint,
      error: (error: unknown) => fail(asError(error)),
      complete: () => fail(new Error('the backend has ended')),
    });
  };
  return {
    watch(dir) {
      dirs.add(dir);
      if (demands$ === undefined) open();
      demands$?.next({ _tag: 'watch', dir });
    },
    release(dir) {
      dirs.delete(dir);
      demands$?.next({ _tag: 'release', dir });
    },
    close: () => subscription?.unsubscribe(),
  };
}
