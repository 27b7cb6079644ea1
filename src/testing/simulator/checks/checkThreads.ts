import type { RunObserver } from '../observe/RunObserver.js';
import type { CallAnswer } from '../plugin/simulatedPlugin.js';
import type { CheckContext } from './shared/CheckContext.js';
import type { Swaps } from './shared/Swaps.js';
import type { Threads } from './shared/Threads.js';

/** Wait before each restart of a worker that died again and again, in milliseconds. The last one counts for all that follow. */
const WAITS_MS = [0, 100, 200, 400, 800, 60_000] as const;
/** A version that ran so long before it died ran well: its deaths are counted anew. In milliseconds. */
const CALM_MS = 10_000;
/** The longest from a death to the version that is started again, in milliseconds: the longest wait, and a start at its deadline. */
const MENDED_MS = 7_000;
/** The longest from the last event of a plugin to the end of a thread that it does not need any more, in milliseconds. */
const LEFT_MS = 1_000;

/** How an attempt or a swap may end. */
const ENDS: ReadonlySet<string> = new Set([
  ...['Loaded', 'Reloaded', 'Unchanged', 'Removed', 'ReloadFailed', 'Restarted', 'RolledBack'],
]);

/** A thread, as it is counted. */
export interface CountedThread {
  readonly id: number;
  /** What it was told to load; undefined: nothing. */
  readonly plugin: string | undefined;
}

/** The deaths of the version of a plugin that serves. */
interface Deaths {
  version: number;
  inRow: number;
  lastMs: number;
  /** When the version began to serve, or to serve again. */
  servingSinceMs: number;
  /** Whether the death of what serves was told to the host, which has not reported it. */
  isUntold: boolean;
  /** When the last event of the plugin was. */
  eventMs: number;
  /** Whether an attempt or a swap is under way. */
  isSwapping: boolean;
  /** The thread that a restart replaces; undefined while none is under way. The death of another one is the failure of that restart. */
  replaced: number | undefined;
  /** Whether a person restarts the plugin. */
  isOrdered: boolean;
}

/**
 * Invariants of plugins that run in threads.
 *
 * - 47: the death of what serves is reported, and it is started again, or its calls are refused and it is tried later
 * - 49: each call is answered by the version that ran it, with the answer that this one gave
 * - 50: no thread outlives its version: what lives is what serves, what is being loaded or is about to be, and one spare
 * - 51: a version that dies again and again is started again as often and as late as its restarts are limited
 */
export function checkThreads(
  context: CheckContext & { readonly liveThreads: () => readonly CountedThread[] },
  threads: Threads,
  swaps: Swaps,
): RunObserver {
  const { setup, report, nowMs, servingOf, liveThreads } = context;
  const byPlugin = new Map<string, Deaths>();
  /** What each call has to be answered with, by its number. */
  const answers = new Map<number, CallAnswer>();
  /** Plugins whose folder is gone: they may end at any time. */
  const gone = new Set<string>();
  let isEnding = true;
  const deathsOf = (plugin: string): Deaths => {
    const known = byPlugin.get(plugin);
    if (known !== undefined) return known;
    const deaths: Deaths = {
      ...{ version: 0, inRow: 0, lastMs: 0, servingSinceMs: 0, isUntold: false },
      ...{ eventMs: 0, isSwapping: false, replaced: undefined, isOrdered: false },
    };
    byPlugin.set(plugin, deaths);
    return deaths;
  };
  /** What serves has died, or could not be started again after that. */
  const onDeath = (plugin: string, deaths: Deaths) => {
    const version = servingOf(plugin);
    if (version === 0) return;
    const isCalm = nowMs() - deaths.servingSinceMs >= CALM_MS;
    deaths.inRow = deaths.version !== version || isCalm ? 1 : deaths.inRow + 1;
    deaths.version = version;
    deaths.lastMs = nowMs();
    // It has not served since.
    deaths.servingSinceMs = Infinity;
    report.count('death of what serves');
  };
  const isServing = (plugin: string, thread: number) =>
    threads.instanceOf(plugin)?.thread === thread;
  const onRestart = (plugin: string, deaths: Deaths) => {
    if (deaths.isOrdered || !threads.isDead(plugin) || deaths.inRow === 0) return;
    const leastMs = WAITS_MS[Math.min(deaths.inRow, WAITS_MS.length) - 1] ?? 0;
    const waitedMs = nowMs() - deaths.lastMs;
    report.count('restart after a death');
    if (waitedMs >= leastMs) return;
    report.violated(
      51,
      `${plugin} is started again ${waitedMs} ms after its death ${deaths.inRow} in a row, not ${leastMs} ms`,
    );
  };
  const requireMended = (plugin: string, deaths: Deaths) => {
    if (servingOf(plugin) === 0 || !threads.isDead(plugin) || threads.isRefusing(plugin)) return;
    if (nowMs() - deaths.lastMs < MENDED_MS || gone.has(plugin)) return;
    report.violated(47, `${plugin}: what serves is dead, and nothing starts it again`);
  };
  const requireNeeded = () => {
    const live = liveThreads();
    // A swap has taken one, and has not told it yet what to load.
    const untoldCount = setup.plugins.filter((plugin) => {
      const serving = threads.instanceOf(plugin)?.thread;
      const hasTold = live.some((one) => one.plugin === plugin && one.id !== serving);
      return swaps.isUnderWay(plugin) && !hasTold;
    }).length;
    let spareCount = (setup.spare === 'warm' ? 1 : 0) + untoldCount;
    for (const { id, plugin } of live) {
      if (plugin === undefined) {
        spareCount -= 1;
        continue;
      }
      report.count('thread at quiet');
      if (threads.instanceOf(plugin)?.thread === id || swaps.isUnderWay(plugin)) continue;
      if (nowMs() - deathsOf(plugin).eventMs < LEFT_MS) continue;
      report.violated(50, `${plugin}: thread ${id} lives, and runs nothing that serves`);
    }
    if (spareCount < 0) report.violated(50, `${-spareCount} threads live that nobody needs`);
  };

  return {
    pipelineSubscribed: () => {
      byPlugin.clear();
      answers.clear();
      isEnding = false;
    },
    hostEnding: () => {
      isEnding = true;
    },
    folderRemoved: (plugin) => gone.add(plugin),
    programWritten: (plugin) => gone.delete(plugin),
    restartStarted: (plugin) => {
      deathsOf(plugin).isOrdered = true;
    },
    restartEnded: (plugin) => {
      deathsOf(plugin).isOrdered = false;
    },
    // The host ends a thread that is silent.
    threadOver: (thread, isByHost) => {
      if (!isByHost || isEnding) return;
      for (const [plugin, deaths] of byPlugin) {
        // A swap may stop what serves first.
        if (deaths.isSwapping || !isServing(plugin, thread)) continue;
        if (threads.isDead(plugin)) onDeath(plugin, deaths);
      }
    },
    threadDeathTold: (thread, plugin) => {
      report.count('thread died');
      if (plugin === undefined || isEnding || !isServing(plugin, thread)) return;
      const deaths = deathsOf(plugin);
      if ((deaths.replaced ?? thread) !== thread) return;
      deaths.isUntold = !gone.has(plugin);
      onDeath(plugin, deaths);
    },
    failureReported: (error) => {
      if (error._tag === 'Crashed') deathsOf(error.plugin).isUntold = false;
    },
    callBegan: ({ program, count }, order) => {
      answers.set(order, { program: program.id, count: count + 1 });
    },
    callAnswered: (plugin, order, { program, count }) => {
      const expected = answers.get(order);
      answers.delete(order);
      if (expected?.program === program && expected.count === count) return;
      report.violated(
        49,
        `${plugin}: call ${order} was answered with ${program}/${count}, its version answered ${expected?.program}/${expected?.count}`,
      );
    },
    eventEmitted: (event) => {
      const { plugin, _tag } = event;
      if (plugin === '') return;
      const deaths = deathsOf(plugin);
      deaths.eventMs = nowMs();
      if (_tag === 'ReloadStarted') deaths.isSwapping = true;
      else if (ENDS.has(_tag)) {
        deaths.isSwapping = false;
        deaths.replaced = undefined;
      }
      if (_tag === 'ReloadStarted' && event.cause === 'restart') {
        deaths.replaced = threads.instanceOf(plugin)?.thread;
        onRestart(plugin, deaths);
      }
      const isOfSwap = _tag === 'ReloadFailed' && swaps.has(event) && !deaths.isOrdered;
      if (isOfSwap && threads.isDead(plugin) && deaths.inRow > 0) onDeath(plugin, deaths);
      const isLive = _tag === 'Loaded' || _tag === 'Reloaded' || _tag === 'Restarted';
      if (isLive || _tag === 'RolledBack') deaths.servingSinceMs = nowMs();
    },
    stepEnded: () => {
      for (const [plugin, deaths] of byPlugin) {
        if (!deaths.isUntold) continue;
        deaths.isUntold = false;
        if (!threads.isDead(plugin)) continue;
        report.violated(47, `${plugin}: what serves has died, and nobody was told`);
      }
    },
    quietReached: () => {
      if (!setup.hasWorkers) return;
      for (const [plugin, deaths] of byPlugin) requireMended(plugin, deaths);
      requireNeeded();
    },
  };
}
