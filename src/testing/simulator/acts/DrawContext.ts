import type { SeededRandom } from '../../../policies/SeededRandom.js';
import type { Setup } from '../setup/Setup.js';

/** Delays and counts that are drawn for each fault, whether it uses them or not. Times in milliseconds. */
export interface FaultTiming {
  /** Time since the act before. */
  readonly afterMs: number;
  readonly delayMs: number;
  /** How often the fault happens. */
  readonly count: number;
}

/** Draws the acts of one kind of fault. */
export type FaultDraw<A> = (draws: DrawContext, timing: FaultTiming) => readonly A[];

/**
 * What acts are drawn from. It remembers what was drawn before, and knows nothing of the run: a history can be drawn
 * without running it.
 */
export class DrawContext {
  readonly random: SeededRandom;
  readonly setup: Setup;
  /** Names of the faults that may happen. */
  readonly faults: ReadonlySet<string>;
  /**
   * Number of breaks of the source's connection since it was last certainly up: the pipeline gives up after five in a row.
   */
  cutCount = 0;
  /** Id of the newest program; the first ids belong to the programs that are there at the start. */
  #lastProgramId: number;

  constructor(random: SeededRandom, setup: Setup, faults: ReadonlySet<string>) {
    this.random = random;
    this.setup = setup;
    this.faults = faults;
    this.#lastProgramId = setup.plugins.length;
  }

  /** Draws a plugin, as an index into `setup.plugins`. */
  plugin(): number {
    return this.random.below(this.setup.plugins.length);
  }

  /** Draws a short pause before an act, in milliseconds; often none. */
  soonMs(): number {
    return this.random.pick(0, 0, 1, 3, 8, 25, 70);
  }

  nextProgramId(): number {
    this.#lastProgramId += 1;
    return this.#lastProgramId;
  }
}
