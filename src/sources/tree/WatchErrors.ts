import type { WatchError } from '../../model/events/WatchEvent.js';

/** One cause under one root. */
interface Failure {
  readonly code: string;
  readonly root: string;
  /** The paths that it affects now. When the last one recovers, so does the root. */
  readonly paths: Set<string>;
  readonly detail: string | undefined;
  /** The error that `onError` was called with; undefined: it was not called yet. */
  error: WatchError | undefined;
}

export interface WatchErrorPorts {
  /** The root that a path belongs to. */
  readonly rootOf: (path: string) => string;
  readonly onError: (error: WatchError) => void;
  readonly onRecovered: (error: WatchError) => void;
}

/** Reports what is not watched as asked: one error per root and cause, however many paths are affected. */
export class WatchErrors {
  readonly #ports: WatchErrorPorts;
  /**
   * Code and root → what fails there now. A failure stays here after its report, so that the same cause is reported
   * only once, and its recovery too.
   */
  readonly #failures = new Map<string, Failure>();
  /**
   * Code and root → an error that has recovered since the last `flush`. They wait for `flush`, because a callback may
   * unsubscribe, and must not do so in the middle of other work. One that fails again before then has not recovered.
   */
  readonly #recovered = new Map<string, WatchError>();
  /**
   * Whether the subscription has ended.
   * A callback can end it in the middle of a `flush`; then no other callback may be called.
   */
  #isClosed = false;

  constructor(ports: WatchErrorPorts) {
    this.#ports = ports;
  }

  /** The root that a path belongs to. */
  rootOf(path: string): string {
    return this.#ports.rootOf(path);
  }

  /** Records that a path fails. `flush` reports it. */
  report(code: string, path: string, detail?: string): void {
    const root = this.#ports.rootOf(path);
    const key = `${code} ${root}`;
    const failure = this.#failures.get(key);
    if (failure === undefined) {
      const error = this.#recovered.get(key);
      this.#recovered.delete(key);
      this.#failures.set(key, { code, root, paths: new Set([path]), detail, error });
    } else {
      failure.paths.add(path);
    }
  }

  /** Records that a path has recovered, from one cause or (no code) from all. `flush` reports it. */
  clear(path: string, code?: string): void {
    for (const [key, failure] of this.#failures) {
      if (code !== undefined && failure.code !== code) continue;
      if (!failure.paths.delete(path) || failure.paths.size > 0) continue;
      this.#failures.delete(key);
      if (failure.error !== undefined) this.#recovered.set(key, failure.error);
    }
  }

  /**
   * Calls the callbacks for everything that is new. Call it when a listing has ended, so that the counts are complete.
   */
  flush(): void {
    for (const [key, error] of [...this.#recovered]) {
      this.#recovered.delete(key);
      if (!this.#isClosed) this.#ports.onRecovered(error);
    }
    for (const failure of [...this.#failures.values()]) {
      if (this.#isClosed) return;
      if (failure.error !== undefined) continue;
      const { code, root, paths, detail } = failure;
      const [path = root] = paths;
      const message = watchErrorMessage({ code, path, root, count: paths.size, detail });
      failure.error = { _tag: 'WatchError', code, path: paths.size === 1 ? path : root, message };
      this.#ports.onError(failure.error);
    }
  }

  /** Calls no callback from now on. */
  close(): void {
    this.#isClosed = true;
  }
}

export interface WatchErrorFacts {
  readonly code: string;
  /** The first path that is affected. */
  readonly path: string;
  readonly root: string;
  /** Number of paths that are affected. */
  readonly count: number;
  readonly detail: string | undefined;
}

/** What happened and what to do, for the person at the terminal. */
export function watchErrorMessage({ code, path, root, count, detail }: WatchErrorFacts): string {
  const isOne = count === 1;
  const directories = isOne ? path : `${count} directories under ${root}`;
  const [are, them, They] = isOne ? ['is', 'it', 'It is'] : ['are', 'them', 'They are'];
  switch (code) {
    case 'ENOENT':
      return `${path} does not exist. It is watched from the moment it appears.`;
    case 'ROOT_GONE':
      return `${path} is gone: it was removed or renamed, or a link on the way to it leads nowhere. It is watched from the moment it is back.`;
    case 'ERR_BACKEND_PATH':
      return `${directories} ${are} polled: the watch backend gets such paths wrong${detail === undefined ? '' : ` (${detail})`}. Use backend 'nodeFs' if polling is too slow.`;
    case 'ENOSPC':
      return `The system allows no more file watches: ${directories} ${are} polled instead, which is slower. Raise the limit: sudo sysctl fs.inotify.max_user_watches=524288`;
    case 'EMFILE':
    case 'ENFILE':
      return `The system allows no more watchers or open files: ${directories} ${are} polled instead, which is slower. Raise the limits: sudo sysctl fs.inotify.max_user_instances=1024, and ulimit -n`;
    case 'EACCES':
    case 'EPERM':
      return `${directories} cannot be read: permission denied. Give this user the right to read and search ${them}, or exclude ${them}. ${They} tried again.`;
    case 'ENOTFILE':
      return `${path} is neither a file nor a directory. It is watched from the moment it becomes one.`;
    case 'ERR_NAME':
      return isOne
        ? `${path} cannot be watched: its name is not UTF-8. Rename the file.`
        : `${count} files under ${root} cannot be watched: their names are not UTF-8. Rename the files.`;
    case 'ERR_GITIGNORE':
      return `${path} is not applied in full: ${detail ?? 'unknown'}. Files that it should exclude may be reported. Fix the file.`;
    case 'ETIMEDOUT':
      return `The watch backend did not confirm within 5 s that it watches ${directories}. ${They} polled instead.`;
    case 'DEGRADED':
      return `${root} is on a filesystem that sends no events (${detail ?? 'unknown'}). It is polled instead, which is slower.`;
    default: {
      const cause = detail === undefined ? code : `${code}: ${detail}`;
      return `${directories} ${are} not watched (${cause}). ${They} polled instead, and watching is tried again.`;
    }
  }
}
