import { basename, dirname, sep } from 'node:path';
import type { ChokidarOptions, FSWatcher } from 'chokidar';
import { Observable, type Subscriber } from 'rxjs';
import { nodeFileSystem } from '../adapters/nodeFileSystem.js';
import { asError } from './DirectoryWatcher.js';
import { nodeFsBackend } from './nodeFsBackend.js';
import type { DirectoryDemand, Hint, WatchBackend } from './WatchBackend.js';

/**
 * Turns off everything in chokidar that delays, drops or rewrites an event: `watch` does that itself, for every
 * backend.
 */
const bare: ChokidarOptions = {
  ignoreInitial: true,
  atomic: false,
  alwaysStat: false,
  awaitWriteFinish: false,
  persistent: true,
};

/** Options of {@link chokidarBackend}. */
export interface ChokidarBackendOptions {
  /**
   * The `watch` function of another version of chokidar, 5 or 6. Default: that of the version installed with hotpipe.
   */
  readonly watch?: (path: string, options: ChokidarOptions) => FSWatcher;
}

/**
 * Hints from chokidar 5 or 6: its `raw` events, which nothing throttles, and its own events beside them.
 *
 * It reads a directory and looks at each entry when something in it changes, up to once a second. Those above the roots may be of any size and
 * are others' business, so `fs.watch` itself watches them.
 *
 * The default backend. `nodeFsBackend()` starts faster and needs less memory; `pollingBackend()` works on filesystems
 * that send no events.
 *
 * It creates one chokidar watcher per directory. The watcher's `ready` is the only sign that a directory which appeared
 * later is watched. Without it, a file that is written after chokidar lists the directory and before chokidar watches
 * it would never be seen.
 *
 * @source Why `raw`: chokidar 5 throttles `change` for 50 ms and drops what comes last, see `_throttle` in
 *   https://github.com/paulmillr/chokidar/blob/5.0.0/src/index.ts
 * @source Why `forWays`, measured: bench/source/ways.ts
 */
export function chokidarBackend({ watch }: ChokidarBackendOptions = {}): WatchBackend {
  return {
    name: 'chokidar',
    forWays: nodeFsBackend(),
    watch: (root, { ignored, recursive, followSymlinks }) =>
      new Observable<Hint>((hints) => {
        const problem = whyWrong(root);
        if (problem !== undefined) {
          hints.error(wrongPath(root, problem));
          return;
        }
        whenLoaded(watch, hints, (begin) => {
          const watcher = begin(root, {
            ...bare,
            followSymlinks,
            ignored: (path) => path !== root && ignored(path),
            ...(recursive ? {} : { depth: 0 }),
          });
          hints.add(() => void watcher.close());
          listen(watcher, hints, root);
          watcher.on('ready', () => hints.next('ready'));
        });
      }),
    watchDirectories: (demands$, { followSymlinks }) =>
      new Observable<Hint>((hints) => {
        /** Undefined while chokidar is being loaded. */
        const watchers = new Map<string, FSWatcher | undefined>();
        const release = (dir: string) => {
          void watchers.get(dir)?.close();
          watchers.delete(dir);
        };
        const demands = demands$.subscribe(({ _tag, dir }: DirectoryDemand) => {
          release(dir);
          if (_tag === 'release') return;
          const problem = whyWrong(dir);
          if (problem !== undefined) {
            hints.next({ error: wrongPath(dir, problem) });
            return;
          }
          watchers.set(dir, undefined);
          whenLoaded(watch, hints, (begin) => {
            // It may have been released meanwhile, and asked for again since.
            if (!watchers.has(dir) || watchers.get(dir) !== undefined) return;
            const watcher = begin(dir, {
              ...bare,
              // `watch` has decided to follow this link: it wants its target watched.
              followSymlinks: followSymlinks || isLink(dir),
              depth: 0,
              ignored: (path) => path !== dir,
            });
            watchers.set(dir, watcher);
            // chokidar emits `ready` for a directory that it could not watch, too.
            let isRefused = false;
            watcher.on('error', () => (isRefused = true));
            listen(watcher, hints, dir);
            watcher.on('ready', () => {
              if (!isRefused) hints.next({ dir, name: null });
            });
          });
        });
        return () => {
          demands.unsubscribe();
          for (const watcher of watchers.values()) void watcher?.close();
        };
      }),
  };
}

type ChokidarWatch = NonNullable<ChokidarBackendOptions['watch']>;

/** Set when chokidar was loaded once. */
let loaded: ChokidarWatch | undefined;

/** Loads chokidar with the first subscription: a host with another backend starts faster without it. Nothing begins after the end. */
function whenLoaded(
  given: ChokidarWatch | undefined,
  hints: Subscriber<Hint>,
  begin: (watch: ChokidarWatch) => void,
): void {
  const watch = given ?? loaded;
  if (watch !== undefined) {
    begin(watch);
    return;
  }
  import('chokidar').then(
    (chokidar) => {
      loaded = chokidar.watch;
      if (!hints.closed) begin(chokidar.watch);
    },
    (error: unknown) => hints.error(asError(error)),
  );
}

/**
 * Why chokidar gets a directory wrong; `undefined`: it does not. Such a directory is refused, so that it is polled.
 *
 * @source https://github.com/paulmillr/chokidar/issues/1184 for `/`; `toUnix` rewrites backslashes in
 *   https://github.com/paulmillr/chokidar/blob/5.0.0/src/index.ts
 */
function whyWrong(dir: string): string | undefined {
  if (dir === '/') return 'chokidar takes the top of the filesystem for removed';
  if (sep === '/' && dir.includes('\\')) return 'chokidar takes a backslash for a slash';
  return undefined;
}

function wrongPath(path: string, reason: string): Error {
  return Object.assign(new Error(reason), { code: 'ERR_BACKEND_PATH', path });
}

function isLink(path: string): boolean {
  return nodeFileSystem.look(path, false)?.kind === 'link';
}

function listen(watcher: FSWatcher, hints: Subscriber<Hint>, path: string): void {
  watcher.on('raw', (_event, name: string | null, details) => {
    const dir = watchedPath(details);
    if (dir !== undefined) hints.next({ dir, name });
  });
  watcher.on('all', (_event, path) => hints.next({ dir: dirname(path), name: basename(path) }));
  watcher.on('error', (error) => {
    const reason = asError(error);
    hints.next({ error: 'path' in reason ? reason : Object.assign(reason, { path }) });
  });
}

/** The directory of a `raw` event. chokidar types its details as unknown. */
function watchedPath(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('watchedPath' in details))
    return undefined;
  return typeof details.watchedPath === 'string' ? details.watchedPath : undefined;
}
