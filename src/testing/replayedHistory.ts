import type { TraceRecord } from '../model/trace/TraceRecord.js';
import { hotReload } from '../pipeline/hotReload.js';
import { sealed } from '../trace/file/traceSeal.js';
import { replayRun } from '../trace/replayRun.js';
import { simulatePipeline } from './simulatePipeline.js';
import type { Simulation } from './simulator/runHistory.js';

const LEVELS = ['none', 'paths', 'all'] as const;

/** A history whose hosts were recorded. */
export interface ReplayedHistory {
  /** The same as without a recording. */
  readonly run: Simulation;
  /** Events of the replays: a host that is killed has emitted some that nobody has seen. */
  readonly eventCount: number;
  /** How each replay that was not identical differed. */
  readonly divergences: readonly string[];
}

/**
 * Runs the history that `simulate` runs for this seed, records each of its hosts, and replays them. The levels of redaction take turns by
 * seed.
 */
export async function replayedHistory(options: {
  readonly seed: number;
  readonly steps: number;
}): Promise<ReplayedHistory> {
  const redact = LEVELS[options.seed % LEVELS.length] ?? 'none';
  const recorded: TraceRecord[][] = [];
  const run = await simulatePipeline({
    ...options,
    pipeline: (ports) => {
      const records: TraceRecord[] = [];
      recorded.push(records);
      const none = () => undefined;
      // As a file would have it: values of plugins change later.
      const next = (record: TraceRecord) =>
        records.push(JSON.parse(JSON.stringify(record)) as TraceRecord);
      return hotReload({
        ...ports,
        trace: { recording: { redact }, next, error: none, complete: none },
      });
    },
  });
  const divergences: string[] = [];
  let eventCount = 0;
  for (const [header = { k: '' }, ...records] of recorded) {
    const { events, divergence } = await replayRun(sealed(header, records));
    if (divergence !== null) divergences.push(divergence.message);
    eventCount += events.length;
  }
  return { run, eventCount, divergences };
}
