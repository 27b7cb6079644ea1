import { isRight } from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import { isOwnFault } from '../../../model/reload/stateFailures.js';
import type { RunObserver } from '../observe/RunObserver.js';
import type { PluginInstance } from '../plugin/simulatedPlugin.js';
import { STATE_DIR } from '../setup/Setup.js';
import type { CheckContext } from './shared/CheckContext.js';

/** What is known of the state of a plugin, as far as its store may fail. */
interface Kept {
  /** Whether a state of it is acknowledged. False also after a record was damaged: then nobody knows which one is left. */
  isAcknowledged: boolean;
  /** When the attempt began that is under way, or was last. */
  startedMs: number;
  /** The instance that was evaluated last, and whether it was given a state. */
  newest: PluginInstance | undefined;
  isGiven: boolean;
  isLossTold: boolean;
}

/**
 * Invariant 46: a store that fails for a while costs time, and no state.
 *
 * - a failure of the store is told only for an attempt in which a call of its disk has failed, so that the first one after an outage goes live
 * - no version goes live without a state while one is acknowledged, unless `StateLost` is told
 */
export function checkStore({ setup, report, nowMs, servingOf }: CheckContext): RunObserver {
  const byPlugin = new Map<string, Kept>(
    setup.plugins.map((plugin) => [
      plugin,
      {
        isAcknowledged: false,
        startedMs: 0,
        newest: undefined,
        isGiven: false,
        isLossTold: false,
      },
    ]),
  );
  /** When a call of the disk was last made to fail. */
  let failedMs = -Infinity;

  const checkFailure = (plugin: string, { startedMs }: Kept, error: ReloadError) => {
    if (!isOfStore(error)) return;
    report.count('the store failed an attempt');
    if (failedMs >= startedMs) return;
    report.violated(
      46,
      `${plugin}: an attempt failed by its store, whose disk had not failed for ${nowMs() - failedMs} ms: ${error.message}`,
    );
  };
  const checkLive = (plugin: string, kept: Kept) => {
    const { newest, isGiven, isLossTold, isAcknowledged } = kept;
    if (newest?.version !== servingOf(plugin)) return;
    kept.newest = undefined;
    if (!isAcknowledged || isGiven || isLossTold) return;
    report.violated(
      46,
      `${plugin}: version ${newest.version} serves without a state, although one was acknowledged, and no StateLost was told`,
    );
  };

  return {
    pipelineSubscribed: () => {
      for (const kept of byPlugin.values()) {
        kept.startedMs = nowMs();
        kept.newest = undefined;
      }
    },
    diskFailed: () => {
      failedMs = nowMs();
      report.count('disk error');
    },
    saveEnded: ({ plugin }, result) => {
      const kept = byPlugin.get(plugin);
      if (kept && isRight(result)) kept.isAcknowledged = true;
    },
    recordDamaged: (plugin) => {
      const kept = byPlugin.get(plugin);
      if (kept) kept.isAcknowledged = false;
    },
    instanceEvaluated: (instance) => {
      const kept = byPlugin.get(instance.plugin);
      if (kept === undefined) return;
      kept.newest = instance;
      kept.isGiven = kept.isLossTold = false;
    },
    stateRestored: (instance) => {
      const kept = byPlugin.get(instance.plugin);
      if (kept?.newest === instance) kept.isGiven = true;
    },
    eventEmitted: (event) => {
      const kept = byPlugin.get(event.plugin);
      if (kept === undefined) return;
      if (event._tag === 'ReloadStarted') kept.startedMs = nowMs();
      if (event._tag === 'StateLost') kept.isLossTold = true;
      if (event._tag === 'ReloadFailed') checkFailure(event.plugin, kept, event.error);
      if (isLive(event)) checkLive(event.plugin, kept);
    },
  };
}

function isOfStore(error: ReloadError): boolean {
  if (error._tag === 'StateSaveFailed') return !isOwnFault(error);
  if (error._tag !== 'Io') return false;
  const isClosed = 'code' in error && error.code === 'ECLOSED';
  return isClosed || ('path' in error && String(error.path).startsWith(STATE_DIR));
}

function isLive({ _tag }: ReloadEvent): boolean {
  return _tag === 'Loaded' || _tag === 'Reloaded' || _tag === 'RolledBack' || _tag === 'Restarted';
}
