import { describe, expect, it } from 'vitest';
import type { TraceRecord } from '../../../src/model/trace/TraceRecord.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { simulatePipeline } from '../../../src/testing/simulatePipeline.js';
import { sealed } from '../../../src/trace/file/traceSeal.js';
import { replayRun } from '../../../src/trace/replayRun.js';

/** Each is a history of several hosts. The gate runs some of them; `HOTPIPE_FAULTS=long` runs a thousand. */
const SEED_COUNT = process.env['HOTPIPE_FAULTS'] === 'long' ? 1_000 : 10;
const LEVELS = ['none', 'paths', 'all'] as const;

describe('every simulated history', () => {
  it('is recorded host by host, and each recording is replayed with the same events', async () => {
    let eventCount = 0;
    for (let seed = 0; seed < SEED_COUNT; seed += 1) {
      const runs: TraceRecord[][] = [];
      const redact = LEVELS[seed % LEVELS.length] ?? 'none';
      const { violations, trace } = await simulatePipeline({
        seed,
        steps: 250,
        pipeline: (ports) => {
          const records: TraceRecord[] = [];
          runs.push(records);
          const next = (record: TraceRecord) => records.push(JSON.parse(JSON.stringify(record)));
          const none = () => undefined;
          const sink = { recording: { redact }, next, error: none, complete: none };
          return hotReload({ ...ports, trace: sink });
        },
      });
      expect(violations, `seed ${seed}`).toEqual([]);
      for (const [header = { k: '' }, ...records] of runs) {
        const { events, divergence } = await replayRun(sealed(header, records));
        expect(divergence?.message, `seed ${seed}`).toBeUndefined();
        eventCount += events.length;
      }
      expect(
        runs.flat().filter(({ k }) => k === 'ev').length,
        `seed ${seed}`,
      ).toBeGreaterThanOrEqual(trace.length);
    }
    expect(eventCount).toBeGreaterThan(SEED_COUNT * 10);
  });
});
