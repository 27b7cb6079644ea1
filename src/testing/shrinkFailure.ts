import type { Act } from './simulator/acts/Act.js';
import { simulate, type SimulateOptions } from './simulate.js';
import type { Simulation } from './simulator/Simulation.js';

/** A failure, in the fewest acts that still break the same promise. */
export interface ShrunkFailure {
  readonly options: SimulateOptions & { readonly history: readonly Act[] };
  readonly simulation: Simulation;
  /** How many acts there were. */
  readonly actCount: number;
}

/** Runs that are tried at most: a history of hundreds of acts takes about that many. */
const MOST_RUNS_COUNT = 400;

/**
 * Finds the fewest acts that break the same invariant as `options` do: halves, quarters and so on of the history are left
 * out for as long as it still fails. Undefined when nothing fails.
 *
 * @param options - Options of a `simulate` that has violations.
 *
 * @example
 * ```ts
 * const failure = await shrinkFailure({ seed: 0, steps: 300, plantedBug: 'breaker-opens-early' });
 *
 * failure?.simulation.violations.map(({ invariant }) => invariant); // => [14]
 * ```
 */
export async function shrinkFailure(options: SimulateOptions): Promise<ShrunkFailure | undefined> {
  let simulation = await simulate(options);
  const invariant = simulation.violations[0]?.invariant;
  if (invariant === undefined) return undefined;
  const actCount = simulation.history.length;
  let history = simulation.history;
  let runs = 0;
  for (
    let size = Math.ceil(history.length / 2);
    size >= 1;
    size = size > 1 ? Math.ceil(size / 2) : 0
  ) {
    for (let from = 0; from < history.length && runs < MOST_RUNS_COUNT; ) {
      const fewer = [...history.slice(0, from), ...history.slice(from + size)];
      const tried = await simulate({ ...options, history: fewer });
      runs += 1;
      if (tried.violations[0]?.invariant === invariant) {
        history = fewer;
        simulation = tried;
      } else from += size;
    }
  }
  return { options: { ...options, history }, simulation, actCount };
}
