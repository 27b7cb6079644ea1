import type { WatchError } from '../../model/events/WatchEvent.js';
import { troubleMessage } from './troubleMessage.js';

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
