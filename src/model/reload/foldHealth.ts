import { addDuration, type DurationSummary } from './addDuration.js';
import type { ReloadEvent } from './ReloadEvent.js';
import type { ChangeCounts, PluginHealth, ReloadHealth } from './ReloadHealth.js';

const noCounts: ChangeCounts = {
  changeCount: 0,
  committedCount: 0,
  failedCount: 0,
  supersededCount: 0,
  unchangedCount: 0,
  removedCount: 0,
};
const newPlugin: PluginHealth = {
  ...noCounts,
  failedAttemptCount: 0,
  successRatio: null,
  breaker: 'closed',
  serving: null,
  fingerprint: null,
  isProven: false,
  stateLostCount: 0,
  lastError: null,
  isReloading: false,
};
const noHealth: ReloadHealth = {
  ...noCounts,
  failedAttemptCount: 0,
  retryCount: 0,
  rolledBackCount: 0,
  stateLostCount: 0,
  successRatio: null,
  failureRatio: null,
  reload: null,
  stages: {},
  plugins: {},
  watchError: null,
  restartNeeded: null,
  atMs: null,
};

/**
 * The health of a pipeline after one more event. For `reduce` and `scan`, over a running stream or an audit log.
 * Pure; its size is bounded by the number of loaded plugins. `reloadHealth` is the same as a stream.
 *
 * @param health - The health after the events before; undefined to start.
 * @param event - Without an event, the health is returned unchanged.
 *
 * @example
 * ```ts
 * const at = { v: 1, atMs: 0, plugin: 'counter' } as const;
 * const health = [
 *   { ...at, i: 0, _tag: 'ChangeDetected', paths: ['index.ts'], windowMs: 25 } as const,
 *   { ...at, i: 1, _tag: 'ReloadStarted', attempt: 1 } as const,
 *   { ...at, i: 2, _tag: 'Reloaded', from: 1, to: 2, stageMs: { compile: 3, load: 1 } } as const,
 * ].reduce(foldHealth, foldHealth(undefined));
 *
 * health.successRatio; // => 1
 * health.reload?.maxMs; // => 4
 * health.plugins['counter']?.serving; // => 2
 * ```
 */
export function foldHealth(health: ReloadHealth | undefined, event?: ReloadEvent): ReloadHealth {
  const before = health ?? noHealth;
  if (event === undefined) return before;
  const after = { ...countEvent(before, event), atMs: event.atMs };
  if (event.plugin === '') return after;
  const plugin = pluginAfter(ownPlugin(before, event.plugin), event);
  const plugins = isGone(plugin)
    ? without(after.plugins, event.plugin)
    : { ...after.plugins, [event.plugin]: plugin };
  return { ...after, plugins };
}

function countEvent(before: ReloadHealth, event: ReloadEvent): ReloadHealth {
  const counted = withCounts(before, event, ownPlugin(before, event.plugin));
  const { successRatio } = counted;
  const after = { ...counted, failureRatio: successRatio === null ? null : 1 - successRatio };
  switch (event._tag) {
    case 'Reloaded': {
      const totalMs = Object.values(event.stageMs).reduce((sum, ms) => sum + ms, 0);
      const reload = addDuration(before.reload ?? undefined, totalMs);
      return { ...after, reload, stages: addStages(before.stages, event.stageMs) };
    }
    case 'RetryScheduled':
      return { ...after, retryCount: before.retryCount + 1 };
    case 'RolledBack':
      return { ...after, rolledBackCount: before.rolledBackCount + 1 };
    case 'StateLost':
      return { ...after, stateLostCount: before.stateLostCount + 1 };
    case 'RestartNeeded': {
      const { paths, reason, atMs } = event;
      return { ...after, restartNeeded: { paths, reason, atMs } };
    }
    case 'WatchFailed':
      return { ...after, watchError: { code: event.code, message: event.message } };
    case 'WatchRecovered':
      return { ...after, watchError: null };
    default:
      return after;
  }
}

function pluginAfter(before: PluginHealth, event: ReloadEvent): PluginHealth {
  const after = withCounts(before, event, before);
  switch (event._tag) {
    case 'ReloadStarted':
      return { ...after, isReloading: true };
    case 'Loaded':
      return { ...serves(after, event.version, event), isReloading: false, lastError: null };
    // A crashed version serves again, but its failure stays the last error until a change is committed.
    case 'Restarted':
      return { ...after, serving: event.version, isReloading: false };
    case 'Reloaded':
      return { ...serves(after, event.to, event), isReloading: false, lastError: null };
    // The end of an order, which has started like a reload; after a failed probation, none is under way.
    case 'RolledBack':
      return { ...serves(after, event.to, event), isReloading: false };
    case 'Proven':
      return after.serving === event.version ? { ...after, isProven: true } : after;
    case 'StateLost':
      return { ...after, stateLostCount: before.stateLostCount + 1 };
    case 'ReloadFailed': {
      const { error, atMs, stillServing: serving } = event;
      const failed = { ...after, isReloading: false, lastError: { error, atMs } };
      return serving === null ? servesNothing(failed) : { ...failed, serving };
    }
    case 'BreakerChanged':
      return { ...after, breaker: event.to };
    case 'Removed':
      return { ...servesNothing(after), isReloading: false, lastError: null };
    // `Superseded` ends a waiting change. Another reload may be under way, so `isReloading` stays as it is.
    case 'Unchanged':
      return { ...after, isReloading: false };
    default:
      return after;
  }
}

/** Another version serves from now on. Nobody has said yet that it can be trusted. */
function serves(
  plugin: PluginHealth,
  serving: number,
  { fingerprint = null }: { readonly fingerprint?: string | null },
): PluginHealth {
  return { ...plugin, serving, fingerprint, isProven: false };
}

function servesNothing(plugin: PluginHealth): PluginHealth {
  return { ...plugin, serving: null, fingerprint: null, isProven: false };
}

type Counts = ChangeCounts & Pick<PluginHealth, 'failedAttemptCount' | 'successRatio'>;

/**
 * @param plugin - The plugin's health before the event, which distinguishes the end of a change from the end of a first
 *   load.
 */
function withCounts<C extends Counts>(counts: C, event: ReloadEvent, plugin: PluginHealth): C {
  const add = (change: Partial<Counts>): C => {
    const { committedCount, failedCount } = { ...counts, ...change };
    const ended = committedCount + failedCount;
    return { ...counts, ...change, successRatio: ended === 0 ? null : committedCount / ended };
  };
  switch (event._tag) {
    case 'ChangeDetected':
      return add({ changeCount: counts.changeCount + 1 });
    case 'Reloaded':
      return add({ committedCount: counts.committedCount + endedCount(event, true) });
    case 'Loaded':
      return add({
        committedCount: counts.committedCount + endedCount(event, plugin.isReloading),
      });
    case 'Superseded':
      return add({ supersededCount: counts.supersededCount + endedCount(event, true) });
    case 'Unchanged':
      return add({ unchangedCount: counts.unchangedCount + endedCount(event, true) });
    case 'Removed':
      return add({ removedCount: counts.removedCount + endedCount(event, true) });
    case 'ReloadFailed':
      return add({
        failedAttemptCount: counts.failedAttemptCount + 1,
        ...(!event.willRetry && {
          failedCount: counts.failedCount + endedCount(event, isPending(plugin)),
        }),
      });
    default:
      return counts;
  }
}

/** How many changes an event ends. Logs of older versions do not say it: then one, if `otherwise` says that a change was open. */
function endedCount(
  { changes }: { readonly changes?: readonly number[] },
  otherwise: boolean,
): number {
  return changes?.length ?? Number(otherwise);
}

/** The plugin was removed, and no later change of it waits. */
function isGone(plugin: PluginHealth): boolean {
  const { serving, lastError, isReloading, breaker } = plugin;
  const isIdle = serving === null && lastError === null && !isReloading && breaker === 'closed';
  return isIdle && plugin.changeCount > 0 && !isPending(plugin);
}

/** Whether a change of the plugin has not ended yet. */
function isPending(plugin: PluginHealth): boolean {
  const { committedCount, failedCount, supersededCount, unchangedCount, removedCount } = plugin;
  const ended = committedCount + failedCount + supersededCount + unchangedCount + removedCount;
  return plugin.changeCount > ended;
}

function addStages(
  stages: Readonly<Record<string, DurationSummary>>,
  stageMs: Readonly<Record<string, number>>,
): Readonly<Record<string, DurationSummary>> {
  const added = Object.entries(stageMs).map(([stage, ms]) => {
    const before = Object.hasOwn(stages, stage) ? stages[stage] : undefined;
    return [stage, addDuration(before, ms)] as const;
  });
  return { ...stages, ...Object.fromEntries(added) };
}

function ownPlugin({ plugins }: ReloadHealth, name: string): PluginHealth {
  return (Object.hasOwn(plugins, name) ? plugins[name] : undefined) ?? newPlugin;
}

function without(
  plugins: Readonly<Record<string, PluginHealth>>,
  name: string,
): Readonly<Record<string, PluginHealth>> {
  return Object.fromEntries(Object.entries(plugins).filter(([plugin]) => plugin !== name));
}
