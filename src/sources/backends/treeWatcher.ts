import { dirname } from 'node:path';
import { defer, Subscription } from 'rxjs';
import type { Clock } from '../disk/Clock.js';
import { asError, type DirectoryWatcher, refusal } from './DirectoryWatcher.js';
import type { BackendOptions, Hint, WatchBackend } from './WatchBackend.js';

/**
 * A directory that appears in a watched tree is listed again after these times, in milliseconds: the backend does not
 * tell when it begins to watch that directory, and a file that is written before then sends no hint.
 */
const relistMs = [50, 500];

interface Tree {
  readonly subscription: Subscription;
  readonly isRecursive: boolean;
  /** Directories that are watched through this tree. */
  readonly members: Set<string>;
  /**
   * Opening: the backend has not sent `ready`. Watched: it has sent `ready`, and each member got its hint. Failed: the
   * backend failed or ended, and each member was refused.
   */
  state: 'opening' | 'watched' | 'failed';
}

/** Watches directories over a backend that watches trees: opens a tree for each directory that no open tree covers. */
export function treeWatcher(
  backend: WatchBackend,
  options: BackendOptions,
  clock: Clock,
  onHint: (hint: Hint) => void,
): DirectoryWatcher {
  const trees = new Map<string, Tree>();
  const relists = new Set<() => void>();

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
      subscription: new Subscription(),
      isRecursive,
      members: new Set([root]),
      state: 'opening',
    };
    trees.set(root, tree);
    // Deferred: the backend may be the caller's, and an error that it throws is treated like one that it emits.
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
  const relistLater = (tree: Tree, dir: string, delayMs: number) => {
    const cancel = clock.after(delayMs, () => {
      relists.delete(cancel);
      if (tree.members.has(dir)) onHint({ dir, name: null });
    });
    relists.add(cancel);
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
    for (const delayMs of relistMs) relistLater(tree, dir, delayMs);
  };

  return {
    watch,
    release(dir) {
      for (const tree of trees.values()) tree.members.delete(dir);
      const tree = trees.get(dir);
      if (tree === undefined) return;
      tree.subscription.unsubscribe();
      trees.delete(dir);
      // The other members of the released tree need trees of their own. The outermost comes first: its tree may cover
      // the others.
      for (const member of [...tree.members].sort()) watch(member, true);
    },
    close() {
      for (const cancel of relists) cancel();
      for (const { subscription } of trees.values()) subscription.unsubscribe();
    },
  };
}
