import { unusedFile } from '../disks/BesideFiles.js';
import type { RunObserver } from '../observe/RunObserver.js';
import type { CheckContext } from './shared/CheckContext.js';

/** What is ignored is told again after this time at the latest, in milliseconds. */
const TOLD_MS = 1_000;

/**
 * Invariant 42: what no reload could use starts nothing and is told by `onIgnored`. What has the name of a source counts only while the files
 * of the plugin are not known: a build is under way or has failed, or nothing serves. What counts and looks as if it did not is a matter of 8.
 */
export function checkRelevance({ report, nowMs, servingOf }: CheckContext): RunObserver {
  /** Plugins whose last attempt served, and nothing has begun since: their files are known. */
  const known = new Set<string>();
  /** Path → when it was told of last: by the time that has passed, and by the clock, which may be set. */
  const told = new Map<string, { readonly atMs: number; readonly clockMs: number }>();
  let clockOffsetMs = 0;
  const mayBeQuiet = (path: string): boolean => {
    const last = told.get(path);
    if (last === undefined) return false;
    const clockMs = nowMs() + clockOffsetMs - last.clockMs;
    return nowMs() - last.atMs <= TOLD_MS || (clockMs >= 0 && clockMs <= TOLD_MS);
  };
  const isRelevant = (path: string): boolean => {
    const file = unusedFile(path);
    if (file === undefined) return true;
    return servingOf(file.plugin) === 0 || (file.isSource && !known.has(file.plugin));
  };

  return {
    pipelineSubscribed: () => {
      known.clear();
      told.clear();
    },
    // What moves the folder moves all that is in it.
    folderRemoved: (plugin) => known.delete(plugin),
    sourceEmitted: (event, concerned) => {
      const paths = event._tag === 'Renamed' ? [event.from, event.path] : [event.path];
      if (paths.some((path) => unusedFile(path) === undefined)) return;
      const { path } = event;
      if (concerned.length > 0) {
        if (paths.some(isRelevant)) return;
        report.violated(
          42,
          `${path} starts a window of ${concerned.join(', ')}, which do not use it`,
        );
        return;
      }
      report.count('unused write');
      if (!mayBeQuiet(path)) {
        report.violated(42, `${path} is ignored, and nobody is told`);
      }
    },
    ignoredTold: (path) => void told.set(path, { atMs: nowMs(), clockMs: nowMs() + clockOffsetMs }),
    clockSet: (byMs) => {
      clockOffsetMs += byMs;
    },
    eventEmitted: ({ _tag, plugin }) => {
      if (_tag === 'Loaded' || _tag === 'Reloaded' || _tag === 'Unchanged') known.add(plugin);
      else if (_tag === 'ReloadStarted' || _tag === 'ReloadFailed' || _tag === 'Removed')
        known.delete(plugin);
    },
  };
}
