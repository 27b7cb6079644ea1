import type { Wave } from '../protocol/RolloutPace.js';
import { sizeOfWave } from './RolloutPolicy.js';

/** A wave as it would be with the hosts that are alive now. */
export interface PlannedWave {
  /** As in the document: from 1, those that are skipped included. */
  readonly wave: number;
  /** How many hosts have the candidate from this wave on that had not before. */
  readonly addedCount: number;
  /** How many hosts have the candidate after this wave. */
  readonly hostCount: number;
}

/**
 * The waves of a rollout that nothing stops, as `decideRollout` opens them: one that adds nobody is skipped. Which hosts they are is drawn
 * when the rollout begins.
 *
 * @param liveCount - How many hosts are alive.
 */
export function plannedWaves(waves: readonly Wave[], liveCount: number): readonly PlannedWave[] {
  const planned: PlannedWave[] = [];
  let before = 0;
  for (const [index, wave] of waves.entries()) {
    const hostCount = sizeOfWave(wave, liveCount);
    if (hostCount <= before) continue;
    planned.push({ wave: index + 1, addedCount: hostCount - before, hostCount });
    before = hostCount;
  }
  return planned;
}
