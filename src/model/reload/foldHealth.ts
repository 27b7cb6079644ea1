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
  lastError: null,
  isReloading: false,
};
const noHealth: ReloadHealth = {
  ...noCounts,
  failedAttemptCount: 0,
  retryCount: 0,
  rolledBackCount: 0,
  successRatio: null,
  failureRatio: null,
  reload: null,
  stages: {},
  plugins: {},
  watchError: null,
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
      return { ...after, serving: event.version, isReloading: false, lastError: null };
    // A crashed version serves again, but its failure stays the last error until a change is committed.
    case 'Restarted':
      return { ...after, serving: event.version, isReloading: false };
    case 'Reloaded':
      return { ...after, serving: event.to, isReloading: false, lastError: null };
    case 'RolledBack':
      return { ...after, serving: event.to };
    case 'ReloadFailed': {
      const { error, atMs, stillServing: serving } = event;
      return { ...after, serving, isReloading: false, lastError: { error, atMs } };
    }
    case 'BreakerChanged':
      return { ...after, breaker: event.to };
    case 'Removed':
      return { ...after, serving: null, isReloading: false, lastError: null };
    // `Superseded` ends a waiting change. Another reload may be under way, so `isReloading` stays as it is.
    case 'Unchanged':
      return { ...after, isReloading: false };
    default:
      return after;
  }
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
      return add({ committedCount: counts.committedCount + 1 });
    case 'Loaded':
      return plugin.isReloading ? add({ committedCount: counts.committedCount + 1 }) : counts;
    case 'Superseded':
      return add({ supersededCount: counts.supersededCount + 1 });
    case 'Unchanged':
      return add({ unchangedCount: counts.unchangedCount + 1 });
    case 'Removed':
      return add({ removedCount: counts.removedCount + 1 });
    case 'ReloadFailed':
      return add({
        failedAttemptCount: counts.failedAttemptCount + 1,
        ...(!event.willRetry && isPending(plugin) && { failedCount: counts.failedCount + 1 }),
      });
    default:
      return counts;
  }
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
