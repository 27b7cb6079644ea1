import type { RunObserver } from '../observe/RunObserver.js';
import type { PluginInstance } from '../plugin/simulatedPlugin.js';
import type { CheckContext } from './shared/CheckContext.js';
import type { Threads } from './shared/Threads.js';

/**
 * Invariant 45, `swap = "stop-first"`: where the manifest of one of two versions says so, the one has ended when the other one starts, and one of
 * them serves in the end.
 */
export function checkStopFirst({ report, servingOf }: CheckContext, threads: Threads): RunObserver {
  /** The instances that were started and not stopped, by plugin. */
  const running = new Map<string, Set<PluginInstance>>();
  let isEnding = true;
  const runningOf = (plugin: string): Set<PluginInstance> => {
    const known = running.get(plugin) ?? new Set();
    running.set(plugin, known);
    return known;
  };

  return {
    pipelineSubscribed: () => {
      running.clear();
      isEnding = false;
    },
    hostEnding: () => {
      isEnding = true;
    },
    instanceStarted: (instance) => {
      const { plugin, program, version } = instance;
      const others = runningOf(plugin);
      for (const other of others) {
        // One that failed at its start, or hangs there, is nobody's predecessor.
        if (other.version !== servingOf(plugin) || isEnding) continue;
        if (!program.stopsFirst && !other.program.stopsFirst) continue;
        report.violated(
          45,
          `${plugin}: version ${version} starts, and version ${other.version} was not stopped first`,
        );
      }
      if (program.stopsFirst) report.count('stop first');
      others.add(instance);
    },
    threadOver: (thread) => {
      for (const instances of running.values())
        for (const each of instances) if (each.thread === thread) instances.delete(each);
    },
    instanceStopped: (instance) => running.get(instance.plugin)?.delete(instance),
    quietReached: () => {
      for (const [plugin, instances] of running) {
        const version = servingOf(plugin);
        if (version === 0 || threads.isDead(plugin)) continue;
        if ([...instances].some((each) => each.version === version)) continue;
        report.violated(45, `${plugin}: version ${version} is said to serve, and was stopped`);
      }
    },
  };
}
