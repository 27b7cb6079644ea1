import { expect } from 'vitest';
import { replayedHistory } from '../../../src/testing/replayedHistory.js';
import type { Simulation } from '../../../src/testing/simulator/runHistory.js';

/** The history that `simulate` runs for this seed, each host of which is recorded, and replayed with the same events. */
export async function expectReplayed(seed: number, steps: number): Promise<Simulation> {
  const { run, eventCount, divergences } = await replayedHistory({ seed, steps });
  expect(divergences, `seed ${seed}`).toEqual([]);
  expect(eventCount, `seed ${seed}`).toBeGreaterThanOrEqual(run.trace.length);
  return run;
}
