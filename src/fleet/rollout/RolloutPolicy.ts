import { isWave, shareOf, type Wave } from '../protocol/RolloutPace.js';

/** How fast a rollout goes, and when it stops. Values that cannot work throw a `RangeError` that names them. */
export interface RolloutPolicy {
  /**
   * How many hosts have the candidate after each wave: a whole number from 1, or a percentage of the live hosts (above 0%, at most 100%),
   * rounded up. A wave that adds nobody is skipped. After the last one the candidate is promoted. At least one. Begin with 1: then at most
   * one host ever answers with a bad version.
   */
  readonly waves: readonly Wave[];
  /** How long all hosts of a wave serve the proven candidate before the next wave, in milliseconds, from 0. */
  readonly bakeMs: number;
  /** How long a wave waits for its hosts before it is inconclusive, in milliseconds, above 0. */
  readonly deadlineMs: number;
  /**
   * How long a wave may be inconclusive, in milliseconds from its opening, at least `deadlineMs`. Then the candidate is taken back.
   * Default: ten times `deadlineMs`.
   */
  readonly giveUpAfterMs?: number;
  /** How many hosts may refuse the candidate, or vanish with it, before it is taken back: a whole number from 0. Default 0. */
  readonly failureLimit?: number;
  /** How many calls the candidate must have answered before a wave ends: a whole number from 0. Fewer are inconclusive. Default 0. */
  readonly minimumCalls?: number;
  /** No wave is opened, and nothing is promoted, while fewer hosts are alive: a whole number from 0. Default 0. */
  readonly expectHosts?: number;
  /** Whether failures of calls are compared with those of hosts that serve the stable version. Default true. */
  readonly compare?: boolean;
}

/** A policy with all values. */
export type CompletePolicy = Required<RolloutPolicy>;

const GIVE_UP_FACTOR = 10;

/** @throws RangeError that names the value that can never work. */
export function completePolicy(policy: RolloutPolicy): CompletePolicy {
  const { waves, bakeMs, deadlineMs, compare = true } = policy;
  const { giveUpAfterMs = GIVE_UP_FACTOR * deadlineMs } = policy;
  const { failureLimit = 0, minimumCalls = 0, expectHosts = 0 } = policy;
  require(waves.length > 0, 'waves is empty: name at least one');
  for (const wave of waves) {
    const problem = `waves has ${JSON.stringify(wave)}, which is neither a whole number from 1 nor a percentage up to 100%`;
    require(isWave(wave), problem);
  }
  require(bakeMs >= 0, `bakeMs (${bakeMs}) is less than 0`);
  require(deadlineMs > 0, `deadlineMs (${deadlineMs}) is not above 0`);
  require(giveUpAfterMs >=
    deadlineMs, `giveUpAfterMs (${giveUpAfterMs}) is less than deadlineMs (${deadlineMs})`);
  for (const [name, value] of Object.entries({ failureLimit, minimumCalls, expectHosts })) {
    require(isWhole(value, 0), `${name} (${value}) is not a whole number from 0`);
  }
  return {
    ...{ waves, bakeMs, deadlineMs, giveUpAfterMs },
    ...{ failureLimit, minimumCalls, expectHosts, compare },
  };
}

/** How many of these hosts have the candidate after a wave. */
export function sizeOfWave(wave: Wave, hostCount: number): number {
  const wanted = typeof wave === 'number' ? wave : Math.ceil((shareOf(wave) * hostCount) / 100);
  return Math.min(wanted, hostCount);
}

function isWhole(value: number, from: number): boolean {
  return Number.isSafeInteger(value) && value >= from;
}

function require(isRight: boolean, problem: string): void {
  if (!isRight) throw new RangeError(`RolloutPolicy: ${problem}`);
}
