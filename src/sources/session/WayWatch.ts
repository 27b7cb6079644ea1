import type { DirectoryWatcher } from '../backends/DirectoryWatcher.js';
import type { Hint } from '../backends/WatchBackend.js';
import type { Clock } from '../disk/Clock.js';
import type { FileSystem } from '../disk/FileSystem.js';
import { stampAt, type WayStep, wayTo } from '../tree/wayTo.js';

/**
 * Time between two looks at the steps whose directory cannot be watched, in milliseconds. Reading a directory's names
 * may be forbidden where passing through it is allowed, as in most homes of other users.
 */
const pollMs = 1000;
/** After so many looks the backend is asked again whether it can watch them. */
const looksPerRetry = 10;

export interface WayWatchPorts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  /** Creates the watcher of the directories on the ways. */
  readonly watcher: (onHint: (hint: Hint) => void) => DirectoryWatcher;
  /** Called with a root when something on the way to it was exchanged. */
  readonly onMoved: (root: string) => void;
  /** Called per hint: floods are counted over all watches, because they share the kernel's queue. */
  readonly onHint: () => void;
}

interface Step extends WayStep {
  readonly roots: Set<string>;
  stamp: string;
}

/**
 * Watches what lies on the way to each root: directories above it, links, and where the links lead through. A release
 * link that is led elsewhere, or a parent that is exchanged, is seen at once, however large the tree is.
 *
 * @source The kernel watches the inode that a path led to when the watch was made:
 *   https://man7.org/linux/man-pages/man7/inotify.7.html
 */
export class WayWatch {
  readonly #ports: WayWatchPorts;
  readonly #watcher: DirectoryWatcher;
  /** Root → its steps, by the keys of `#steps`. */
  readonly #ways = new Map<string, readonly string[]>();
  /** Directory and name → the step. */
  readonly #steps = new Map<string, Step>();
  /** Directory → the keys of the steps in it. A directory is watched as long as it has one. */
  readonly #watched = new Map<string, Set<string>>();
  /** The watched directories that the backend refused. Their steps are polled. */
  readonly #refused = new Set<string>();
  /** Looks since the backend was last asked. */
  #lookCount = 0;
  #cancelPoll: (() => void) | undefined;

  constructor(ports: WayWatchPorts) {
    this.#ports = ports;
    this.#watcher = ports.watcher((hint) => this.#receive(hint));
  }

  /** Watches the ways to these roots from now on, and no others. */
  set(roots: readonly string[]): void {
    const next = new Set(roots);
    for (const root of next) if (!this.#ways.has(root)) this.#follow(root);
    for (const root of [...this.#ways.keys()]) if (!next.has(root)) this.#forget(root);
  }

  close(): void {
    this.#cancelPoll?.();
    this.#watcher.close();
  }

  #follow(root: string): void {
    const { fileSystem } = this.#ports;
    const before = this.#ways.get(root) ?? [];
    const way = wayTo(fileSystem, root).map(({ dir, name }) => {
      const key = `${dir}\0${name}`;
      const known = this.#steps.get(key);
      if (known !== undefined) {
        known.roots.add(root);
        return key;
      }
      // Watched first and looked at then: what is exchanged in between shows as a difference.
      this.#watch(dir, key);
      const stamp = stampAt(fileSystem, { dir, name });
      this.#steps.set(key, { dir, name, roots: new Set([root]), stamp });
      return key;
    });
    this.#ways.set(root, way);
    const kept = new Set(way);
    for (const key of before) if (!kept.has(key)) this.#leave(root, key);
  }

  #forget(root: string): void {
    const way = this.#ways.get(root) ?? [];
    this.#ways.delete(root);
    for (const key of way) this.#leave(root, key);
  }

  /** A root no longer leads through a step. */
  #leave(root: string, key: string): void {
    const step = this.#steps.get(key);
    if (step === undefined) return;
    step.roots.delete(root);
    if (step.roots.size > 0) return;
    this.#steps.delete(key);
    const keys = this.#watched.get(step.dir);
    keys?.delete(key);
    if (keys === undefined || keys.size > 0) return;
    this.#watched.delete(step.dir);
    this.#refused.delete(step.dir);
    this.#watcher.release(step.dir);
  }

  #watch(dir: string, key: string): void {
    const keys = this.#watched.get(dir);
    if (keys !== undefined) {
      keys.add(key);
      return;
    }
    this.#watched.set(dir, new Set([key]));
    this.#watcher.watch(dir, false);
  }

  #receive(hint: Hint): void {
    this.#ports.onHint();
    if (hint === 'ready') return;
    if (hint === 'overflow') {
      this.#check(this.#steps.keys());
    } else if ('error' in hint) {
      const path = 'path' in hint.error ? String(hint.error.path) : '';
      if (!this.#watched.has(path)) return;
      this.#refused.add(path);
      this.#cancelPoll ??= this.#ports.clock.after(pollMs, () => this.#poll());
    } else if (hint.name === null) {
      this.#refused.delete(hint.dir);
      this.#check(this.#watched.get(hint.dir) ?? []);
    } else {
      this.#check([`${hint.dir}\0${hint.name}`]);
    }
  }

  #poll(): void {
    this.#cancelPoll = undefined;
    if (this.#refused.size === 0) return;
    this.#check([...this.#refused].flatMap((dir) => [...(this.#watched.get(dir) ?? [])]));
    this.#cancelPoll = this.#ports.clock.after(pollMs, () => this.#poll());
    this.#lookCount = (this.#lookCount + 1) % looksPerRetry;
    if (this.#lookCount !== 0) return;
    for (const dir of [...this.#refused]) this.#watcher.watch(dir, false);
  }

  /** Follows again the ways through those of the steps at which something else is now. */
  #check(keys: Iterable<string>): void {
    const moved = new Set<string>();
    for (const key of keys) {
      const step = this.#steps.get(key);
      if (step === undefined) continue;
      const stamp = stampAt(this.#ports.fileSystem, step);
      if (stamp === step.stamp) continue;
      step.stamp = stamp;
      for (const root of step.roots) moved.add(root);
    }
    for (const root of moved) {
      this.#follow(root);
      this.#ports.onMoved(root);
    }
  }
}
