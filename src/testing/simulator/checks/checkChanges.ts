import type { RunObserver } from '../observe/RunObserver.js';
import { ROOT } from '../setup/Setup.js';
import type { CheckContext } from './shared/CheckContext.js';
import { isFailedWayBack } from './shared/ofAttempts.js';

/** What is known of a plugin's changes. */
interface Changes {
  /** Changes that were detected and have not come to an end. */
  openCount: number;
  /** Attempts since the last change ended: an end without an attempt belongs to a first load. */
  attemptCount: number;
}

export interface ChangesCheck extends RunObserver {
  /** Whether no change is open. */
  isIdle(): boolean;
}

function isOf(path: string, plugin: string): boolean {
  if (path === plugin || path.startsWith(`${plugin}/`)) return true;
  return path.startsWith(`attic/${plugin}/`) || path.startsWith(`releases/${plugin}/`);
}

/**
 * Invariants of changes and of the stream that reports them.
 *
 * - 7: each change comes to exactly one end, and the events' indexes have no gap
 * - 9: a change has paths of its own plugin alone, and of those that the plugin may wait for
 * - 15: a change that comes while the breaker is open is kept (the checks of 7 and 8 find a loss)
 * - 22: nothing is emitted after the pipeline was ended
 * - 23: the stream goes on whatever fails
 */
export function checkChanges({ setup, report }: CheckContext): ChangesCheck {
  const byPlugin = new Map<string, Changes>(
    setup.plugins.map((plugin) => [plugin, { openCount: 0, attemptCount: 0 }]),
  );
  let isSubscribed = false;
  /** Index that the pipeline's next event must have. */
  let nextIndex = 0;

  const forget = () => {
    isSubscribed = false;
    nextIndex = 0;
    for (const changes of byPlugin.values()) {
      changes.openCount = 0;
      changes.attemptCount = 0;
    }
  };
  /** Paths of renames, relative to the root: a change has both paths of a rename. */
  const renamed = new Set<string>();
  /** The plugins that each one has needed at some time: it may wait for them, and so for what they wait for. */
  const needed = new Map<string, Set<string>>();
  const mayConcern = (path: string, plugin: string): boolean => {
    const concerned = new Set([plugin]);
    // The loop also visits what is added while it runs.
    for (const name of concerned) for (const next of needed.get(name) ?? []) concerned.add(next);
    return [...concerned].some((name) => isOf(path, name));
  };
  const checkPaths = (plugin: string, paths: readonly string[]) => {
    const foreign = paths.find((path) => !renamed.has(path) && !mayConcern(path, plugin));
    if (foreign === undefined) return;
    report.violated(9, `${plugin}: a change has the path ${foreign} of another plugin`);
  };
  const endChanges = (plugin: string, changes: Changes, count: number) => {
    changes.openCount -= count;
    if (changes.openCount < 0) report.violated(7, `${plugin}: more changes ended than began`);
  };
  /** `numbers`: of the changes that the event ends. A pipeline of a user's own may not say them: then an attempt was for one change. */
  const endAttempts = (
    plugin: string,
    changes: Changes,
    numbers: readonly number[] | undefined,
    isRefusal = false,
  ) => {
    const isOfChange = changes.attemptCount > 0 || isRefusal;
    endChanges(plugin, changes, numbers?.length ?? (isOfChange ? 1 : 0));
    changes.attemptCount = 0;
  };

  return {
    pipelineSubscribed: () => {
      forget();
      isSubscribed = true;
    },
    hostEnding: forget,
    streamEnded: (how) => {
      if (isSubscribed) report.violated(23, `the stream of events ${how}`);
    },
    programWritten: (plugin, program) => {
      const names = needed.get(plugin) ?? new Set();
      needed.set(plugin, names);
      for (const name of Object.keys(program?.needs ?? {})) names.add(name);
    },
    sourceEmitted: (event) => {
      if (event._tag !== 'Renamed') return;
      for (const path of [event.from, event.path]) renamed.add(path.slice(ROOT.length + 1));
    },
    eventEmitted: (event) => {
      if (!isSubscribed) report.violated(22, `${event._tag} was emitted after the pipeline ended`);
      if (event.i !== nextIndex) {
        report.violated(7, `an event has index ${event.i}, the next index is ${nextIndex}`);
      }
      nextIndex = event.i + 1;
      report.count(event._tag);
      const { plugin } = event;
      const changes = byPlugin.get(plugin);
      if (changes === undefined) return;
      switch (event._tag) {
        case 'ChangeDetected':
          changes.openCount += 1;
          checkPaths(plugin, event.paths);
          break;
        case 'ReloadStarted':
          changes.attemptCount += 1;
          break;
        case 'Superseded':
          endChanges(plugin, changes, event.changes?.length ?? 1);
          break;
        case 'Loaded':
        case 'Reloaded':
        case 'Unchanged':
        case 'Removed':
          endAttempts(plugin, changes, event.changes);
          break;
        case 'ReloadFailed':
          if (event.willRetry || isFailedWayBack(event)) break;
          // An open breaker ends a change without an attempt.
          endAttempts(plugin, changes, event.changes, event.error._tag === 'CircuitOpen');
          break;
        default:
      }
    },
    quietReached: () => {
      for (const [plugin, { openCount }] of byPlugin) {
        if (openCount !== 0) report.violated(7, `${plugin}: ${openCount} changes came to no end`);
      }
    },
    isIdle: () => {
      for (const { openCount } of byPlugin.values()) if (openCount > 0) return false;
      return true;
    },
  };
}
