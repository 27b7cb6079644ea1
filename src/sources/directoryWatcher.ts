import { dirname } from 'node:path';
import { Subject, Subscription } from 'rxjs';
import type { Clock } from './Clock.js';
import type { Hint } from './Hint.js';
import type { BackendOptions, DirectoryDemand, WatchBackend } from './WatchBackend.js';

/** When a directory that appeared in a watched tree is read again, in milliseconds. */
const laterMs = [50, 500];

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
  clock: Clock,
  onHint: (hint: Hint) => void,
): DirectoryWatcher {
  return backend.watchDirectories === undefined
    ? treeByTree(backend, options, clock, onHint)
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

interface Tree {
  readonly subscription: Subscription;
  /** Directories in it that wait for it to be watched. */
  readonly waiting: Set<string>;
  state: 'opening' | 'watched' | 'failed';
}

function treeByTree(
  backend: WatchBackend,
  options: BackendOptions,
  clock: Clock,
  onHint: (hint: Hint) => void,
): DirectoryWatcher {
  const trees = new Map<string, Tree>();
  const later = new Set<() => void>();

  const treeOf = (dir: string): Tree | undefined => {
    if (!options.recursive) return trees.get(dir);
    for (let path = dir; ; path = dirname(path)) {
      const tree = trees.get(path);
      if (tree !== undefined || path === dirname(path)) return tree;
    }
  };
  const fail = (tree: Tree, root: string, error: Error) => {
    tree.state = 'failed';
    for (const dir of new Set([root, ...tree.waiting])) {
      const code = 'code' in error ? error.code : 'EBACKEND';
      onHint({ error: Object.assign(new Error(error.message), { code, path: dir }) });
    }
    tree.waiting.clear();
  };
  const open = (root: string) => {
    const tree: Tree = {
      subscription: new Subscription(),
      waiting: new Set([root]),
      state: 'opening',
    };
    trees.set(root, tree);
    const subscription = backend.watch(root, options).subscribe({
      next: (hint) => {
        if (hint !== 'ready') {
          onHint(hint);
          return;
        }
        tree.state = 'watched';
        for (const dir of tree.waiting) onHint({ dir, name: null });
        tree.waiting.clear();
      },
      error: (error: unknown) => fail(tree, root, asError(error)),
      complete: () => fail(tree, root, new Error('the backend has ended')),
    });
    tree.subscription.add(subscription);
  };
  // When a tree's backend begins to watch a new directory, nobody knows: look again, twice.
  const lookLater = (dir: string, delayMs: number) => {
    const cancel = clock.after(delayMs, () => {
      later.delete(cancel);
      if (treeOf(dir)?.state === 'watched') onHint({ dir, name: null });
    });
    later.add(cancel);
  };

  return {
    watch(dir) {
      const tree = treeOf(dir);
      if (tree === undefined) open(dir);
      else if (tree.state === 'opening') tree.waiting.add(dir);
      else if (tree.state === 'failed') {
        if (trees.get(dir) !== tree) fail(tree, dir, new Error('the backend has failed'));
        else open(dir);
      } else {
        onHint({ dir, name: null });
        if (backend.intervalMs !== undefined) return;
        for (const delayMs of laterMs) lookLater(dir, delayMs);
      }
    },
    release(dir) {
      const tree = trees.get(dir);
      tree?.subscription.unsubscribe();
      trees.delete(dir);
      for (const { waiting } of trees.values()) waiting.delete(dir);
    },
    close() {
      for (const cancel of later) cancel();
      for (const { subscription } of trees.values()) subscription.unsubscribe();
    },
  };
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
