import type { WatchError } from '../../model/events/WatchEvent.js';

interface Trouble {
  readonly code: string;
  readonly root: string;
  readonly paths: Set<string>;
  readonly detail: string | undefined;
  /** What was said of it; undefined: nothing yet. */
  error: WatchError | undefined;
}

export interface TroublePorts {
  /** The root that a path belongs to. */
  readonly rootOf: (path: string) => string;
  readonly onError: (error: WatchError) => void;
  readonly onRecovered: (error: WatchError) => void;
}

/** What is not watched as asked: one error for each root and cause, however many paths it hits. */
export class Troubles {
  readonly #ports: TroublePorts;
  readonly #troubles = new Map<string, Trouble>();
  readonly #recovered: WatchError[] = [];
  #isClosed = false;

  constructor(ports: TroublePorts) {
    this.#ports = ports;
  }

  report(code: string, path: string, detail?: string): void {
    const root = this.#ports.rootOf(path);
    const key = `${code} ${root}`;
    const known = this.#troubles.get(key);
    if (known === undefined) {
      this.#troubles.set(key, { code, root, paths: new Set([path]), detail, error: undefined });
    } else known.paths.add(path);
  }

  /** A path is all right now. Told by `flush`, like all else: a callback may unsubscribe, and must find nothing half done. */
  clear(path: string, code?: string): void {
    for (const [key, trouble] of this.#troubles) {
      if (code !== undefined && trouble.code !== code) continue;
      if (!trouble.paths.delete(path) || trouble.paths.size > 0) continue;
      this.#troubles.delete(key);
      if (trouble.error !== undefined) this.#recovered.push(trouble.error);
    }
  }

  /** Says what was not said yet. To be called when a walk is over, so that the counts are whole. */
  flush(): void {
    for (const error of this.#recovered.splice(0)) {
      if (!this.#isClosed) this.#ports.onRecovered(error);
    }
    for (const trouble of [...this.#troubles.values()]) {
      if (this.#isClosed) return;
      if (trouble.error !== undefined) continue;
      const { code, root, paths, detail } = trouble;
      const [path = root] = paths;
      const message = troubleMessage({ code, path, root, count: paths.size, detail });
      trouble.error = { _tag: 'WatchError', code, path: paths.size === 1 ? path : root, message };
      this.#ports.onError(trouble.error);
    }
  }

  /** Nothing is said any more, though there may be more to say. */
  close(): void {
    this.#isClosed = true;
  }
}

export interface TroubleFacts {
  readonly code: string;
  /** The first path that was hit. */
  readonly path: string;
  readonly root: string;
  /** Number of paths that were hit. */
  readonly count: number;
  readonly detail: string | undefined;
}

/** What happened, and what to do, for the person at the terminal. */
export function troubleMessage({ code, path, root, count, detail }: TroubleFacts): string {
  const directories = count === 1 ? path : `${count} directories under ${root}`;
  switch (code) {
    case 'ENOENT':
      return `${path} does not exist. It is watched from the moment it appears.`;
    case 'ENOSPC':
      return `The system allows no more file watches: ${directories} is looked at now and then instead, which is slower. Raise the limit: sudo sysctl fs.inotify.max_user_watches=524288`;
    case 'EMFILE':
    case 'ENFILE':
      return `The system allows no more watchers or open files: ${directories} is looked at now and then instead, which is slower. Raise the limits: sudo sysctl fs.inotify.max_user_instances=1024, and ulimit -n`;
    case 'EACCES':
    case 'EPERM':
      return `${directories} cannot be read: permission denied. Give this user the right to read and search, or exclude it. It is tried again.`;
    case 'ENOTFILE':
      return `${path} is neither a file nor a directory. It is watched from the moment it becomes one.`;
    case 'ERR_NAME':
      return `${directories}: a name that is not UTF-8 cannot be watched. Rename the file.`;
    case 'ERR_GITIGNORE':
      return `${path} is not followed as it stands: ${detail ?? 'unknown'}. What it should leave out may be reported. Mend the file.`;
    case 'ETIMEDOUT':
      return `The watch backend did not say within 5 s that ${directories} is watched. It is looked at now and then instead.`;
    case 'DEGRADED':
      return `${root} lies on a filesystem that sends no events (${detail ?? 'unknown'}): it is looked at now and then instead, which is slower.`;
    default:
      return `${directories} is not watched (${code}${detail === undefined ? '' : `: ${detail}`}). It is looked at now and then instead, and tried again.`;
  }
}
