import type { Trace } from '../model/trace/TraceRecord.js';
import type { HotReloadOptions } from '../pipeline/options/HotReloadOptions.js';
import { type Replayed, replayTrace } from './replay/replayTrace.js';

/**
 * Runs what was recorded through the pipeline again, without files, timers or plugins, as fast as it goes. Strict: every event must be the
 * recorded one, with its stamps, and everything that the pipeline asks and starts must come in the recorded order. A trace that was cut
 * never counts as the same.
 *
 * @param trace - Of `readTrace`, from the start of its run.
 * @param options - Options of `hotReload` that replace the recorded ones: the first difference tells what they change. Ports among them
 *   are not asked.
 * @returns Rejects with a `TraceError` when the trace cannot be run again.
 *
 * @example
 * ```ts
 * const ring = traceRing();
 * await lastValueFrom(hotReload({ source$: EMPTY, target: recordingTarget(), trace: ring }), { defaultValue: 0 });
 * const [header = { k: '' }, ...records] = ring.records();
 * const { divergence } = await replayRun({ header, records, isComplete: false });
 *
 * divergence?.got; // => 'the recording ends without its end: it was cut, or the run goes on'
 * ```
 */
export function replayRun(
  trace: Trace,
  options: Partial<HotReloadOptions> = {},
): Promise<Replayed> {
  return Promise.resolve().then(() => replayTrace(trace, options));
}
