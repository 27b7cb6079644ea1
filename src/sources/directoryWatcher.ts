import { Subject, Subscription } from 'rxjs';
import type { Hint } from './Hint.js';
import type { BackendOptions, DirectoryDemand, WatchBackend } from './WatchBackend.js';

/** Watches directories one by one, over a backend of either kind. Each `watch` is answered by `{ dir, name: null }` or an error. */
export interface DirectoryWatcher {
  watch(dir: string): void;
  release(dir: string): void;
  close(): void;
}

/**
 * For a backend that watches single directories, demands go straight to it. One that watches whole trees is asked for
 * each directory that no watched tree covers yet.
 */
export function directoryWatcher(
  backend: WatchBackend,
  options: BackendOptions,
  onHint: (hint: Hint) => void,
): DirectoryWatcher {
  return backend.watchDirectories === undefined
    ? treeByTree(backend, options, onHint)
    : oneByOne(backend.watchDirectories.bind(backend), options, onHint);
}

type WatchDirectories = NonNullable<WatchBackend['watchDirectories']>;

function oneByOne(
  watchDirectories: WatchDirectories,
  options: BackendOptions,
  onHint: (hint: Hint) => void,
): DirectoryWatcher {
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

function treeByTree(
  backend: WatchBackend,
  options: BackendOptions,
  onHint: (hint: Hint) => void,
): DirectoryWatcher {
  const trees = new Map<string, { readonly subscription: Subscription; isReady: boolean }>();
  const waiting = new Map<string, Set<string>>(); // tree → directories that wait for its `ready`

  const treeOf = (dir: string): string | undefined => {
    if (!options.recursive) return trees.has(dir) ? dir : undefined;
    for (let path = dir; ; path = path.slice(0, path.lastIndexOf('/')) || '/') {
      if (trees.has(path)) return path;
      if (path === '/') return undefined;
    }
  };
  const answer = (tree: string) => {
    for (const dir of waiting.get(tree) ?? []) onHint({ dir, name: null });
    waiting.delete(tree);
  };
  const open = (root: string) => {
    const tree = { subscription: new Subscription(), isReady: false };
    trees.set(root, tree);
    waiting.set(root, new Set([root]));
    tree.subscription.add(
      backend.watch(root, options).subscribe({
        next: (hint) => {
          if (hint !== 'ready') {
            onHint(hint);
            return;
          }
          tree.isReady = true;
          answer(root);
        },
        error: (error: unknown) => onHint({ error: Object.assign(asError(error), { path: root }) }),
      }),
    );
  };

  return {
    watch(dir) {
      const tree = treeOf(dir);
      if (tree === undefined) {
        open(dir);
        return;
      }
      if (trees.get(tree)?.isReady === false) waiting.get(tree)?.add(dir);
      else onHint({ dir, name: null });
    },
    release(dir) {
      trees.get(dir)?.subscription.unsubscribe();
      trees.delete(dir);
      waiting.get(dir)?.clear();
    },
    close() {
      for (const { subscription } of trees.values()) subscription.unsubscribe();
    },
  };
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
