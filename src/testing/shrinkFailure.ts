import { type SimulateOptions, simulate } from './simulate.js';
import type { Act } from './simulator/acts/Act.js';
import type { Simulation } from './simulator/runHistory.js';

/** A run that breaks an invariant, in as few acts as could be found. */
export interface ShrunkFailure {
  /** Options that repeat the short run, with its acts as `history`. */
  readonly options: SimulateOptions & { readonly history: readonly Act[] };
  /** The outcome of the short run; its first violation is of the same invariant as that of the original run. */
  readonly simulation: Simulation;
  /** Number of acts of the original run. */
  readonly actCount: number;
}

/** The most runs that are tried. A history of hundreds of acts needs about that many. */
const MAX_RUN_COUNT = 400;

/**
 * Finds fewer acts that break the same invariant as `options` do: it leaves out halves, quarters and so on of the history
 * for as long as the run still fails. Resolves undefined when nothing fails.
 *
 * @param options - Options with which `simulate` finds a violation.
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
  let runCount = 0;
  let size = Math.ceil(history.length / 2);
  while (size >= 1) {
    let from = 0;
    while (from < history.length && runCount < MAX_RUN_COUNT) {
      const fewer = [...history.slice(0, from), ...history.slice(from + size)];
      const tried = await simulate({ ...options, history: fewer });
      runCount += 1;
      if (tried.violations[0]?.invariant === invariant) {
        history = fewer;
        simulation = tried;
      } else from += size;
    }
    size = size === 1 ? 0 : Math.ceil(size / 2);
  }
  return { options: { ...options, history }, simulation, actCount };
}
