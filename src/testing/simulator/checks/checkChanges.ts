import { foldEvents, type FoldedEvents } from '../../../model/events/foldEvents.js';
import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { RunObserver } from '../observe/RunObserver.js';
import type { PluginProgram } from '../plugin/PluginProgram.js';
import type { CheckContext } from './CheckContext.js';

/** What is known of a plugin's changes. */
interface Changes {
  /** Changes that were detected and have not come to an end. */
  openCount: number;
  /** Attempts since the last change ended: an end without one belongs to a first load. */
  attemptCount: number;
  /** Since when events wait for their change; undefined when none do. */
  firstEventAtMs: number | undefined;
  /** The net effect of those events. */
  folded: FoldedEvents | undefined;
  /** The newest content of the file; undefined when it is half of a save. */
  newest: PluginProgram | undefined;
  /** When the newest content was written, or the folder removed. */
  newestAtMs: number;
  isRemoved: boolean;
  /** When the last failure was emitted that will not be retried. */
  failedAtMs: number;
  /** A person's rollback decides what serves, until the next save. */
  isRolledBack: boolean;
}

export interface ChangesCheck extends RunObserver {
  /** Whether no change is open and no event waits. */
  isIdle(): boolean;
}

/**
 * Invariants of changes, from the source's events to their end.
 *
 * - 7: each change comes to exactly one end, and the events' indexes have no gap
 * - 8: no lost update: at quiet the newest content serves, or a failure names it
 * - 9: a change has paths of its own plugin alone
 * - 11: debounce windows are as long as they may be, and no event waits too long
 * - 15: a change that comes while the breaker is open is kept (by 7 and 8)
 * - 22: nothing is emitted after the pipeline was ended
 * - 23: the stream goes on whatever fails
 */
export function checkChanges(
  { setup, report, nowMs, servingOf }: CheckContext,
  programOf: (plugin: string, version: number) => number | undefined,
): ChangesCheck {
  const byPlugin = new Map<string, Changes>(
    setup.plugins.map((plugin) => [
      plugin,
      {
        openCount: 0,
        attemptCount: 0,
        firstEventAtMs: undefined,
        folded: undefined,
        newest: undefined,
        newestAtMs: 0,
        isRemoved: false,
        failedAtMs: -1,
        isRolledBack: false,
      },
    ]),
  );
  let isSubscribed = false;
  /** Index that the pipeline's next event must have. */
  let nextIndex = 0;
  /** How long an event may wait for its change. */
  let longestWaitMs = setup.maxWaitMs;

  const forget = () => {
    isSubscribed = false;
    nextIndex = 0;
    for (const changes of byPlugin.values()) {
      changes.openCount = 0;
      changes.attemptCount = 0;
      endWindow(changes);
    }
  };

  const onChange = (
    changes: Changes,
    event: Extract<ReloadEvent, { readonly _tag: 'ChangeDetected' }>,
  ) => {
    const { plugin } = event;
    changes.openCount += 1;
    const waitedMs = nowMs() - (changes.firstEventAtMs ?? nowMs());
    if (waitedMs > longestWaitMs) {
      report.violated(
        11,
        `${plugin}: a change waited ${waitedMs} ms, at most ${setup.maxWaitMs} ms are allowed`,
      );
    }
    if (event.windowMs < setup.minMs || event.windowMs > setup.maxMs) {
      report.violated(
        11,
        `${plugin}: a window of ${event.windowMs} ms, ${setup.minMs} to ${setup.maxMs} ms are allowed`,
      );
    }
    endWindow(changes);
    const foreign = event.paths.find((path) => path !== plugin && !path.startsWith(`${plugin}/`));
    if (foreign !== undefined) {
      report.violated(9, `${plugin}: a change has the path ${foreign} of another plugin`);
    }
  };
  const endChange = (plugin: string, changes: Changes) => {
    changes.openCount -= 1;
    if (changes.openCount < 0) report.violated(7, `${plugin}: more changes ended than began`);
  };
  const endAttempts = (plugin: string, changes: Changes) => {
    if (changes.attemptCount > 0) endChange(plugin, changes);
    changes.attemptCount = 0;
  };
  const checkNewestServes = (plugin: string, changes: Changes) => {
    const { newest, isRemoved, newestAtMs, failedAtMs, isRolledBack } = changes;
    if (failedAtMs >= newestAtMs || isRolledBack) {
      report.count('ended in a failure that names it');
      return;
    }
    const version = servingOf(plugin);
    if (isRemoved) {
      if (version !== 0) report.violated(8, `${plugin} still serves, but its folder is gone`);
      return;
    }
    if (newest === undefined) return;
    if (version === 0) {
      report.violated(8, `${plugin} does not serve, and no failure says why`);
      return;
    }
    const served = programOf(plugin, version);
    if (served !== newest.id) {
      report.violated(8, `${plugin} serves content ${served ?? '?'}, the newest is ${newest.id}`);
    }
  };

  return {
    pipelineSubscribed: () => {
      forget();
      longestWaitMs = setup.maxWaitMs;
      isSubscribed = true;
    },
    hostEnding: forget,
    streamEnded: (how) => {
      if (isSubscribed) report.violated(23, `the stream of events ${how}`);
    },
    programWritten: (plugin, program) => {
      const changes = byPlugin.get(plugin);
      if (changes === undefined) return;
      changes.newest = program;
      changes.newestAtMs = nowMs();
      changes.isRemoved = false;
      changes.isRolledBack = false;
    },
    folderRemoved: (plugin) => {
      const changes = byPlugin.get(plugin);
      if (changes === undefined) return;
      changes.newestAtMs = nowMs();
      changes.isRemoved = true;
      changes.isRolledBack = false;
    },
    rollbackStarted: (plugin) => pin(byPlugin.get(plugin)),
    rollbackEnded: (plugin) => pin(byPlugin.get(plugin)),
    sourceEmitted: (event, plugins) => {
      for (const plugin of plugins) {
        const changes = byPlugin.get(plugin);
        if (changes === undefined) continue;
        changes.firstEventAtMs ??= nowMs();
        changes.folded = foldEvents(changes.folded, event);
        // Events that cancel each other out make no change.
        if (changes.folded.length === 0) endWindow(changes);
      }
    },
    // A clock that is set back makes an open window last up to one more `maxWaitMs`.
    clockSet: () => {
      longestWaitMs = 2 * setup.maxWaitMs;
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
          onChange(changes, event);
          break;
        case 'ReloadStarted':
          changes.attemptCount += 1;
          break;
        case 'Superseded':
          endChange(plugin, changes);
          break;
        case 'Loaded':
        case 'Reloaded':
        case 'Unchanged':
        case 'Removed':
          endAttempts(plugin, changes);
          break;
        case 'ReloadFailed':
          if (event.willRetry) break;
          changes.failedAtMs = nowMs();
          // An open breaker ends a change without an attempt.
          if (changes.attemptCount === 0 && event.error._tag === 'CircuitOpen') {
            endChange(plugin, changes);
          }
          endAttempts(plugin, changes);
          break;
        default:
      }
    },
    stepEnded: () => {
      for (const [plugin, changes] of byPlugin) {
        const { firstEventAtMs } = changes;
        if (firstEventAtMs === undefined || nowMs() - firstEventAtMs <= longestWaitMs) continue;
        report.violated(
          11,
          `${plugin}: events wait for ${nowMs() - firstEventAtMs} ms, at most ${setup.maxWaitMs} ms are allowed`,
        );
        endWindow(changes);
      }
    },
    quietReached: () => {
      for (const [plugin, changes] of byPlugin) {
        if (changes.openCount !== 0) {
          report.violated(7, `${plugin}: ${changes.openCount} changes came to no end`);
        }
        checkNewestServes(plugin, changes);
      }
    },
    isIdle: () => {
      for (const { openCount, firstEventAtMs } of byPlugin.values()) {
        if (openCount > 0 || firstEventAtMs !== undefined) return false;
      }
      return true;
    },
  };
}

/** No event waits any more. */
function endWindow(changes: Changes): void {
  changes.firstEventAtMs = undefined;
  changes.folded = undefined;
}

function pin(changes: Changes | undefined): void {
  if (changes !== undefined) changes.isRolledBack = true;
}
