import type { ReloadError } from '../../../model/reload/ReloadError.js';
import type { StateStore } from '../../../model/reload/StateStore.js';
import type { VersionTrials } from '../../../model/reload/VersionTrials.js';
import type { ModuleCompiler } from '../../../modules/buildGraph.js';
import type { PluginFiles } from '../../../modules/files/PluginFiles.js';
import { consecutive } from '../../../policies/breaker/consecutive.js';
import { PluginRuntime } from '../../../runtime/PluginRuntime.js';
import type { VirtualTime } from '../../../trace/virtual/VirtualTime.js';
import { HEARTBEAT_MS, LIMITS_MS, ROOT, type Setup } from '../setup/Setup.js';
import type { SimulatedThreads } from './SimulatedThreads.js';

/** The real runtime of a simulated host, over simulated things. */
export function simulatedRuntime(
  setup: Setup,
  ports: {
    readonly files: PluginFiles;
    /** Undefined: no version is on trial. */
    readonly trials: VersionTrials | undefined;
    readonly compiler: ModuleCompiler;
    readonly threads: SimulatedThreads;
    readonly time: VirtualTime;
    readonly store: StateStore;
    readonly onError: (error: ReloadError) => void;
  },
): PluginRuntime {
  const { files, trials, compiler, threads, time, store, onError } = ports;
  const { whenBusy, keepVersions, spare, probationMs, probationFailureCount } = setup;
  return new PluginRuntime({
    ...{ files, compiler, threads, store, onError, whenBusy, keepVersions },
    ...(trials && { trials }),
    scheduler: time,
    // In virtual time, a turn of the event loop is over as soon as its promises have settled.
    nextTurn: () => Promise.resolve(),
    worker: { heartbeatMs: HEARTBEAT_MS, spare },
    root: ROOT,
    stackTraces: 'untouched',
    limitsMs: LIMITS_MS,
    ...(probationMs > 0 && {
      probation: { forMs: probationMs, trip: consecutive(probationFailureCount) },
    }),
  });
}
