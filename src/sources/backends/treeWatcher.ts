import { dirname } from 'node:path';
import { defer, Subscription } from 'rxjs';
import type { Clock } from '../disk/Clock.js';
import { asError, type DirectoryWatcher, refusal } from './DirectoryWatcher.js';
import type { BackendOptions, Hint, WatchBackend } from './WatchBackend.js';

/** When a directory that appeared in a watched tree is read again, in milliseconds. */
const laterMs = [50, 500];

interface Tree {
  readonly subscription: Subscription;
  readonly isRecursive: boolean;
  /** Directories that rely on it. */
  readonly members: Set<string>;
  state: 'opening' | 'watched' | 'failed';
}

/** Directories over a backend that watches whole trees: a tree is opened for each directory that none covers yet. */
export function treeWatcher(
  backend: WatchBackend,
  options: BackendOptions,
  clock: Clock,
  onHint: (hint: Hint) => void,
): DirectoryWatcher {
  const trees = new Map<string, Tree>();
  const later = new Set<() => void>();

  const treeOf = (dir: string, isTree: boolean): Tree | undefined => {
    const own = trees.get(dir);
    if (own !== undefined && (own.isRecursive || !isTree || !options.recursive)) return own;
    for (let path = dir; path !== dirname(path); ) {
      path = dirname(path);
      const tree = trees.get(path);
      if (tree?.isRecursive === true) return tree;
    }
    return undefined;
  };
  const refuse = (dir: string, error: Error) => onHint(refusal(dir, error));
  const fail = (tree: Tree, error: Error) => {
    tree.state = 'failed';
    for (const dir of tree.members) refuse(dir, error);
  };
  const open = (root: string, isTree: boolean) => {
    trees.get(root)?.subscription.unsubscribe();
    const isRecursive = isTree && options.recursive;
    const tree: Tree = {
      ...{ subscription: new Subscription(), isRecursive },
      ...{ members: new Set([root]), state: 'opening' },
    };
    trees.set(root, tree);
    // Somebody else's: what it throws is an error like one that it emits.
    const hints$ = defer(() => backend.watch(root, { ...options, recursive: isRecursive }));
    const subscription = hints$.subscribe({
      next: (hint) => {
        if (hint !== 'ready') {
          onHint(hint);
          return;
        }
        tree.state = 'watched';
        for (const dir of tree.members) onHint({ dir, name: null });
      },
      error: (error: unknown) => fail(tree, asError(error)),
      complete: () => fail(tree, new Error('the backend has ended')),
    });
    tree.subscription.add(subscription);
  };
  // When a tree's backend begins to watch a new directory, nobody knows: look again, twice.
  const lookLater = (tree: Tree, dir: string, delayMs: number) => {
    const cancel = clock.after(delayMs, () => {
      later.delete(cancel);
      if (tree.members.has(dir)) onHint({ dir, name: null });
    });
    later.add(cancel);
  };
  const watch = (dir: string, isTree: boolean) => {
    const tree = treeOf(dir, isTree);
    if (tree === undefined || (tree.state === 'failed' && trees.get(dir) === tree)) {
      open(dir, isTree);
      return;
    }
    tree.members.add(dir);
    if (tree.state === 'failed') refuse(dir, new Error('the backend has failed'));
    if (tree.state !== 'watched') return;
    onHint({ dir, name: null });
    if (backend.intervalMs !== undefined) return;
    for (const delayMs of laterMs) lookLater(tree, dir, delayMs);
  };

  return {
    watch,
    release(dir) {
      for (const tree of trees.values()) tree.members.delete(dir);
      const tree = trees.get(dir);
      if (tree === undefined) return;
      tree.subscription.unsubscribe();
      trees.delete(dir);
      // What relied on it needs a tree of its own; the outermost first, because it may cover the rest.
      for (const member of [...tree.members].sort()) watch(member, true);
    },
    close() {
      for (const cancel of later) cancel();
      for (const { subscription } of trees.values()) subscription.unsubscribe();
    },
  };
}
