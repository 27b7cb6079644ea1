import * as t from 'io-ts';
import { finiteNumber, readonlyList } from '../../model/codecs/strictObject.js';

/** How many hosts have the candidate after a wave: a number of hosts, or a percentage of those that are alive. */
export type Wave = number | `${number}%`;

/** What one rollout asks for in place of the policy of its controller. What is left out is as the controller has it. */
export interface RolloutPace {
  /** As in `RolloutPolicy`. */
  readonly waves?: readonly Wave[];
  /** As in `RolloutPolicy`, in milliseconds, from 0. */
  readonly bakeMs?: number;
  /** As in `RolloutPolicy`: a whole number from 0. */
  readonly expectHosts?: number;
}

/** Whether this is a whole number from 1, or a percentage above 0 and up to 100. */
export function isWave(wave: unknown): wave is Wave {
  if (typeof wave === 'number') return Number.isSafeInteger(wave) && wave >= 1;
  if (typeof wave !== 'string') return false;
  const share = shareOf(wave);
  return share > 0 && share <= 100;
}

/** The number before the `%`; not a number for anything else. */
export function shareOf(wave: string): number {
  return /^\d+(?:\.\d+)?%$/.test(wave) ? Number(wave.slice(0, -1)) : Number.NaN;
}

const WaveCodec = new t.Type<Wave>(
  'a wave',
  isWave,
  (input, context) => (isWave(input) ? t.success(input) : t.failure(input, context)),
  t.identity,
);

/** Only what works: a controller that meets another pace would fail again and again. */
export const RolloutPaceCodec: t.Type<RolloutPace, unknown> = t.refinement(
  t.partial({ waves: readonlyList(WaveCodec), bakeMs: finiteNumber, expectHosts: finiteNumber }),
  ({ waves, bakeMs = 0, expectHosts = 0 }) =>
    waves?.length !== 0 && bakeMs >= 0 && Number.isSafeInteger(expectHosts) && expectHosts >= 0,
);
