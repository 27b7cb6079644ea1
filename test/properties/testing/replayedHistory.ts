import { expect } from 'vitest';
import type { TraceRecord } from '../../../src/model/trace/TraceRecord.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { simulatePipeline } from '../../../src/testing/simulatePipeline.js';
import type { Simulation } from '../../../src/testing/simulator/runHistory.js';
import { sealed } from '../../../src/trace/file/traceSeal.js';
import { replayRun } from '../../../src/trace/replayRun.js';

const LEVELS = ['none', 'paths', 'all'] as const;

/**
 * The history that `simulate` runs for this seed, each host of which is recorded, and replayed with the same events. The levels of redaction
 * take turns.
 */
export async function replayedHistory(seed: number, steps: number): Promise<Simulation> {
  const redact = LEVELS[seed % LEVELS.length] ?? 'none';
  const runs: TraceRecord[][] = [];
  const run = await simulatePipeline({
    seed,
    steps,
    pipeline: (ports) => {
      const records: TraceRecord[] = [];
      runs.push(records);
      const next = (record: TraceRecord) => records.push(JSON.parse(JSON.stringify(record)));
      const none = () => undefined;
      return hotReload({
        ...ports,
        trace: { recording: { redact }, next, error: none, complete: none },
      });
    },
  });
  let eventCount = 0;
  for (const [header = { k: '' }, ...records] of runs) {
    const { events, divergence } = await replayRun(sealed(header, records));
    expect(divergence?.message, `seed ${seed}`).toBeUndefined();
    eventCount += events.length;
  }
  // A host that is killed has emitted events that nobody has seen.
  expect(eventCount, `seed ${seed}`).toBeGreaterThanOrEqual(run.trace.length);
  return run;
}
