import type { RunObserver } from '../observe/RunObserver.js';
import type { PluginInstance } from '../plugin/simulatedPlugin.js';
import { DISPOSE_MS, QUIESCE_MS, type Setup } from '../setup/Setup.js';
import type { CheckContext } from './shared/CheckContext.js';

/**
 * Invariant 6, the way of each call into a version.
 *
 * - calls of a plugin begin in the order in which they were made, also those that waited for a swap, and those that a plugin makes itself;
 *   a thread that was busy when a swap gave up its calls may begin them later
 * - a call runs in the async context in which it was made, from its begin to its end
 * - a swap waits for the calls that are under way before it takes the state, and before it ends the version that they run in
 */
export function checkCalls({ setup, report, nowMs, servingOf }: CheckContext): RunObserver {
  /** When each call was made that is not answered, by plugin. */
  const open = new Map<string, Map<number, number>>();
  /** When a call ended that had waited for long, by plugin. */
  const endedMs = new Map<string, number>();
  /** The newest call that began, by plugin. */
  const lastBegan = new Map<string, number>();
  /** When each call that is under way began, by instance. */
  const underWay = new Map<PluginInstance, Map<number, number>>();
  /** Plugins whose folder was removed since a version of them went live from it: they may end in any way. */
  const mayEnd = new Set<string>();
  /** Plugins whose folder is gone. */
  const gone = new Set<string>();
  /** Plugins that a person restarts: calls that do not end are cut off. */
  const restarting = new Set<string>();
  let isEnding = false;
  const leastAgeMs = leastAgeAtEndMs(setup);

  /** How old the youngest call in an instance is, by its begin. A call waits before a thread that is busy: there it counts from when it was made. */
  const youngestMs = (instance: PluginInstance): number => {
    const begins = underWay.get(instance) ?? [];
    const made = instance.thread === undefined ? undefined : open.get(instance.plugin);
    const ages = Array.from(begins, ([order, beganMs]) => nowMs() - (made?.get(order) ?? beganMs));
    return Math.min(...ages);
  };
  /** Whether a call was made so long ago, and is not answered or was only while what the swap had loaded was ended. */
  const isWaitingLong = (plugin: string): boolean =>
    nowMs() - (endedMs.get(plugin) ?? -Infinity) <= 2 * DISPOSE_MS ||
    [...(open.get(plugin)?.values() ?? [])].some((madeMs) => nowMs() - madeMs >= QUIESCE_MS);
  /** Whether a call waited before a thread that was busy until a swap went on without it. It runs in the version before. */
  const isLeftBehind = ({ plugin, version, thread }: PluginInstance, order: number): boolean => {
    const waitedMs = nowMs() - (open.get(plugin)?.get(order) ?? nowMs());
    const isOfBefore = thread !== undefined && version !== servingOf(plugin);
    return setup.whenBusy === 'abandon' && isOfBefore && waitedMs >= QUIESCE_MS;
  };
  const answered = (plugin: string, order: number) => {
    const madeMs = open.get(plugin)?.get(order) ?? nowMs();
    if (nowMs() - madeMs >= QUIESCE_MS) endedMs.set(plugin, nowMs());
    open.get(plugin)?.delete(order);
  };

  const requireContext = (plugin: string, order: number, isInContext: boolean) => {
    if (isInContext) return;
    report.violated(6, `${plugin}: call ${order} runs in the async context of another one`);
  };

  return {
    pipelineSubscribed: () => {
      lastBegan.clear();
      open.clear();
      endedMs.clear();
      underWay.clear();
      mayEnd.clear();
      restarting.clear();
      isEnding = false;
    },
    hostEnding: () => {
      isEnding = true;
    },
    restartStarted: (plugin) => restarting.add(plugin),
    restartEnded: (plugin) => restarting.delete(plugin),
    folderRemoved: (plugin) => {
      mayEnd.add(plugin);
      gone.add(plugin);
    },
    programWritten: (plugin) => gone.delete(plugin),
    callStarted: (plugin, order) => {
      open.set(plugin, (open.get(plugin) ?? new Map<number, number>()).set(order, nowMs()));
    },
    callAnswered: answered,
    callThrew: answered,
    callFailed: answered,
    threadOver: (thread) => {
      for (const instance of underWay.keys())
        if (instance.thread === thread) underWay.delete(instance);
    },
    callBegan: (instance, order, isInContext) => {
      const { plugin } = instance;
      requireContext(plugin, order, isInContext);
      const last = lastBegan.get(plugin) ?? 0;
      if (order < last && isLeftBehind(instance, order)) report.count('began after a swap');
      else if (order < last) {
        report.violated(
          6,
          `${plugin}: call ${order} began after call ${last}, which was made later`,
        );
      }
      lastBegan.set(plugin, Math.max(order, last));
      const calls = underWay.get(instance) ?? new Map<number, number>();
      underWay.set(instance, calls.set(order, nowMs()));
    },
    callEnded: (instance, order, _, isInContext) => {
      requireContext(instance.plugin, order, isInContext);
      const calls = underWay.get(instance);
      calls?.delete(order);
      if (calls?.size === 0) underWay.delete(instance);
    },
    eventEmitted: (event) => {
      const isLive = event._tag === 'Loaded' || event._tag === 'Reloaded';
      if (isLive && !gone.has(event.plugin)) mayEnd.delete(event.plugin);
      if (event._tag !== 'ReloadFailed') return;
      const { error } = event;
      if (error._tag !== 'TimedOut' || !('phase' in error) || error.phase !== 'quiesce') return;
      const instances = [...underWay.keys()];
      if (instances.some(({ plugin }) => plugin === event.plugin)) return;
      // A thread that is busy has not begun it.
      if (setup.hasWorkers && isWaitingLong(event.plugin)) return;
      report.violated(6, `${event.plugin}: a swap waited for calls, although none was under way`);
    },
    stateAsked: (instance) => {
      if (isEnding || !underWay.has(instance)) return;
      report.count('state taken although calls did not end');
      const ageMs = youngestMs(instance);
      if (ageMs >= QUIESCE_MS) return;
      report.violated(
        6,
        `${instance.plugin}: a swap took the state ${ageMs} ms after a call began that had not ended`,
      );
    },
    instanceStopped: (instance) => {
      const { plugin } = instance;
      if (isEnding || mayEnd.has(plugin) || !underWay.has(instance)) return;
      report.count('stopped in the middle of a call');
      const ageMs = youngestMs(instance);
      if (ageMs >= (restarting.has(plugin) ? QUIESCE_MS : leastAgeMs)) return;
      report.violated(
        6,
        `${plugin}: a version was stopped in the middle of a call that began ${ageMs} ms before`,
      );
    },
  };
}

/** How old a call must be at least when the version that it runs in is stopped. */
function leastAgeAtEndMs({ whenBusy, probationMs }: Setup): number {
  // A version that fails its probation does not wait for its calls.
  if (probationMs > 0) return QUIESCE_MS;
  switch (whenBusy) {
    case 'refuse':
      return Infinity;
    case 'abandon':
      return QUIESCE_MS + DISPOSE_MS;
    case 'abort':
      return QUIESCE_MS;
  }
}
