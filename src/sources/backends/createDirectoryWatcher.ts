import { defer, Subject, type Subscription } from 'rxjs';
import type { Clock } from '../disk/Clock.js';
import type { BackendOptions, DirectoryDemand, Hint, WatchBackend } from './WatchBackend.js';
import { asError, type DirectoryWatcher, refusal } from './DirectoryWatcher.js';
import { treeWatcher } from './treeWatcher.js';

/**
 * For a backend that watches single directories, demands go straight to it. One that watches whole trees is asked for
 * each directory that no watched tree covers yet.
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
  let demands$: Subject<DirectoryDemand> | undefined;
  let subscription: Subscription | undefined;

  /** It failed, or ended: nothing is watched any more. A directory that is asked for again starts it anew. */
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
