import { foldEvents, type FoldedEvents } from '../../../model/events/foldEvents.js';
import type { PluginProgram } from '../witness/PluginProgram.js';
import type { Witness } from '../witness/Witness.js';
import type { CheckParts } from './CheckParts.js';

interface Changes {
  open: number;
  attempts: number;
  /** Since when events wait for their change. */
  firstAtMs: number | undefined;
  folded: FoldedEvents | undefined;
  /** The newest content; undefined: half of one, or none. */
  newest: PluginProgram | undefined;
  newestAtMs: number;
  isRemoved: boolean;
  failedAtMs: number;
  isPinned: boolean;
}

export interface ChangesCheck extends Witness {
  isIdle(): boolean;
  readonly programOf: (plugin: string, version: number) => number | undefined;
}

/** 7 changes balance, 8 no lost update, 9 none is another plugin's, 11 windows, 15 kept while open, 23 the stream goes on. */
export function checkChanges(
  { setup, findings, nowMs, servingOf }: CheckParts,
  programs: ReadonlyMap<string, number>,
): ChangesCheck {
  const all = new Map<string, Changes>(
    setup.plugins.map((plugin) => [
      plugin,
      {
        ...{ open: 0, attempts: 0, firstAtMs: undefined, folded: undefined, newest: undefined },
        ...{ newestAtMs: 0, isRemoved: false, failedAtMs: -1, isPinned: false },
      },
    ]),
  );
  let isSubscribed = false;
  let nextIndex = 0;
  let longestMs = setup.maxWaitMs;
  const programOf = (plugin: string, version: number) => programs.get(`${plugin} ${version}`);
  const close = (plugin: string, changes: Changes) => {
    changes.open -= 1;
    if (changes.open < 0) findings.report(7, `${plugin}: more changes ended than came`);
  };
  const forget = () => {
    isSubscribed = false;
    nextIndex = 0;
    for (const changes of all.values()) {
      changes.open = changes.attempts = 0;
      changes.firstAtMs = changes.folded = undefined;
    }
  };
  const checkServing = (plugin: string, changes: Changes) => {
    const version = servingOf(plugin);
    const { newest, isRemoved, newestAtMs, failedAtMs } = changes;
    if (failedAtMs >= newestAtMs || changes.isPinned) {
      findings.count('ended in a failure that names it');
      return;
    }
    if (isRemoved && version !== 0) findings.report(8, `${plugin} serves, and its folder is gone`);
    if (isRemoved || newest === undefined) return;
    if (version === 0) findings.report(8, `${plugin} does not serve, and nothing says why`);
    else if (programOf(plugin, version) !== newest.id) {
      findings.report(
        8,
        `${plugin} serves content ${programOf(plugin, version) ?? '?'}, the newest is ${newest.id}`,
      );
    }
  };
  return {
    programOf,
    subscribed: () => {
      forget();
      longestMs = setup.maxWaitMs;
      isSubscribed = true;
    },
    ending: forget,
    ended: (how) => {
      if (isSubscribed) findings.report(23, `the stream of events ${how}`);
    },
    written: (plugin, program) => {
      const changes = all.get(plugin);
      if (changes === undefined) return;
      changes.newest = program;
      changes.newestAtMs = nowMs();
      changes.isRemoved = changes.isPinned = false;
    },
    removed: (plugin) => {
      const changes = all.get(plugin);
      if (changes === undefined) return;
      changes.newestAtMs = nowMs();
      changes.isRemoved = true;
      changes.isPinned = false;
    },
    rolledBack: (plugin) => {
      const changes = all.get(plugin);
      if (changes !== undefined) changes.isPinned = true;
    },
    sourceEvent: (event, plugins) => {
      for (const plugin of plugins) {
        const changes = all.get(plugin);
        if (changes === undefined) continue;
        changes.firstAtMs ??= nowMs();
        changes.folded = foldEvents(changes.folded, event);
        if (changes.folded.length > 0) continue;
        changes.folded = undefined;
        changes.firstAtMs = undefined;
      }
    },
    // A clock that is set back costs a window one more `maxWaitMs` at most.
    clockSet: () => {
      longestMs = 2 * setup.maxWaitMs;
    },
    event: (event) => {
      if (!isSubscribed) findings.report(22, `${event._tag} after the pipeline was ended`);
      if (event.i !== nextIndex)
        findings.report(7, `event ${event.i} came where ${nextIndex} is due`);
      nextIndex = event.i + 1;
      const changes = all.get(event.plugin);
      findings.count(event._tag);
      if (changes === undefined) return;
      const { plugin } = event;
      switch (event._tag) {
        case 'ChangeDetected': {
          changes.open += 1;
          const waitedMs = nowMs() - (changes.firstAtMs ?? nowMs());
          if (waitedMs > longestMs)
            findings.report(
              11,
              `${plugin}: a change waited ${waitedMs} ms, at most ${setup.maxWaitMs} may be`,
            );
          if (event.windowMs < setup.minMs || event.windowMs > setup.maxMs) {
            findings.report(11, `${plugin}: a window of ${event.windowMs} ms`);
          }
          changes.firstAtMs = undefined;
          changes.folded = undefined;
          const foreign = event.paths.find(
            (path) => path !== plugin && !path.startsWith(`${plugin}/`),
          );
          if (foreign !== undefined) findings.report(9, `${plugin} is told of ${foreign}`);
          break;
        }
        case 'ReloadStarted':
          changes.attempts += 1;
          break;
        case 'Superseded':
          close(plugin, changes);
          break;
        case 'Loaded':
        case 'Reloaded':
        case 'Unchanged':
        case 'Removed':
          if (changes.attempts > 0) close(plugin, changes);
          changes.attempts = 0;
          break;
        case 'ReloadFailed':
          if (event.willRetry) break;
          changes.failedAtMs = nowMs();
          if (changes.attempts > 0 || event.error._tag === 'CircuitOpen') close(plugin, changes);
          changes.attempts = 0;
          break;
        default:
      }
    },
    stepped: () => {
      for (const [plugin, changes] of all) {
        const { firstAtMs, folded } = changes;
        if (firstAtMs === undefined || nowMs() - firstAtMs <= longestMs || !folded) continue;
        findings.report(
          11,
          `${plugin}: events wait for ${nowMs() - firstAtMs} ms, at most ${setup.maxWaitMs} may be`,
        );
        changes.firstAtMs = undefined;
        changes.folded = undefined;
      }
    },
    quiet: () => {
      for (const [plugin, changes] of all) {
        if (changes.open !== 0)
          findings.report(7, `${plugin}: ${changes.open} changes came to no end`);
        checkServing(plugin, changes);
      }
    },
    isIdle: () => {
      for (const { open, firstAtMs } of all.values()) {
        if (open > 0 || firstAtMs !== undefined) return false;
      }
      return true;
    },
  };
}
