import { GitignoreRules, withGitignore } from '../../../src/sources/filters/GitignoreRules.js';
import { pathFilter } from '../../../src/sources/filters/pathFilter.js';
import type { SessionOptions, SessionPorts } from '../../../src/sources/session/SessionPorts.js';
import { WatchSession } from '../../../src/sources/session/WatchSession.js';
import type { FakeDisk } from './fakeDisk.js';

/** A session over a disk in memory, with the defaults of `watch`. Callbacks that are left out do nothing. */
export function startSession(
  disk: FakeDisk,
  ports: Pick<SessionPorts, 'clock' | 'watcher' | 'onEvents'> &
    Partial<Pick<SessionPorts, 'onReady' | 'onWatching' | 'onError' | 'onRecovered' | 'onIgnored'>>,
  options: Partial<SessionOptions> = {},
) {
  const session = new WatchSession(
    {
      settleMs: 10,
      settleMaxMs: 50,
      followSymlinks: false,
      expandDirectories: false,
      initial: false,
      areTimesOurs: true,
      stormCount: 256,
      firstLookCount: Infinity,
      overflowCount: 1000,
      reconcileMs: Infinity,
      ...options,
    },
    {
      fileSystem: disk.fileSystem,
      onReady: () => {},
      onWatching: () => {},
      onError: () => {},
      onRecovered: () => {},
      ...ports,
    },
  );
  const filter = pathFilter({});
  return {
    watch: (paths: readonly string[]) =>
      session.watch(paths.map((path) => ({ path, filter, depth: Infinity }))),
    /** Watches a path, with the `.gitignore` files in it. */
    watchWithGitignore: (path: string) => {
      const rules = new GitignoreRules();
      const withRules = withGitignore(filter, rules);
      session.watch([{ path, filter: withRules, depth: Infinity, gitignore: rules }]);
    },
    close: () => session.close(),
  };
}
