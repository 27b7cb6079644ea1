import { isObservable, type Observable, type SchedulerLike } from 'rxjs';
import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import type { HotReloadOptions } from '../pipeline/options/HotReloadOptions.js';
import type { SimulateOptions } from './simulate.js';
import type { Simulation } from './simulator/Simulation.js';
import { checkSimulation } from './simulator/checkSimulation.js';
import { drawSetup } from './simulator/setup/drawSetup.js';
import { runHistory } from './simulator/runHistory.js';
import { actDrawer } from './simulator/acts/drawAct.js';
import { SeededRandom } from './simulator/setup/SeededRandom.js';
import type { Setup } from './simulator/setup/Setup.js';
import { simulatorFaults } from './simulator/setup/simulatorFaults.js';

/** What a pipeline is built from inside a simulation: its source, its host, its store, its time, and how it is to be set. */
export type SimulatedPorts = HotReloadOptions & {
  readonly scheduler: SchedulerLike;
  readonly random: () => number;
};

export interface SimulatePipelineOptions
  extends Pick<SimulateOptions, 'seed' | 'steps' | 'plugins' | 'faults'> {
  /**
   * The pipeline, made anew in each life of the host. It may pass all ports on to `hotReload`, change some, or be built
   * of the operators; what it emits is checked as the events of `hotReload` are.
   */
  readonly pipeline: (ports: SimulatedPorts) => Observable<ReloadEvent>;
  /** What the checks go by, where the pipeline does not use the ports' own options. */
  readonly expects?: Partial<Omit<Setup, 'plugins'>>;
}

/**
 * `simulate` for a pipeline of your own: the same histories, faults and checks around what you built from the operators.
 *
 * @param options - See `SimulatePipelineOptions`.
 *
 * @example
 * ```ts
 * const pipeline = (ports: SimulatedPorts) => hotReload({ ...ports, concurrency: 1 });
 * const { violations } = await simulatePipeline({ seed: 4, steps: 200, pipeline, expects: { concurrency: 1 } });
 *
 * violations; // => []
 * ```
 */
export async function simulatePipeline(options: SimulatePipelineOptions): Promise<Simulation> {
  checkSimulation('simulatePipeline', options);
  const { seed, steps, plugins = 3, pipeline, expects } = options;
  if (typeof pipeline !== 'function') {
    throw new TypeError(`simulatePipeline: pipeline (${String(pipeline)}) is not a function`);
  }
  const random = new SeededRandom(seed);
  const setup = { ...drawSetup(random, plugins), ...expects };
  const some = simulatorFaults.filter(() => random.isLucky(0.6));
  const nextAct = actDrawer(random, setup, new Set(options.faults ?? some));
  const checked = (ports: SimulatedPorts): Observable<ReloadEvent> => {
    const events$ = pipeline(ports);
    if (isObservable(events$)) return events$;
    throw new TypeError(
      `simulatePipeline: pipeline returned ${String(events$)}, not an Observable: is a \`return\` missing?`,
    );
  };
  return runHistory({ setup, plant: { pipeline: checked }, seed, steps, nextAct });
}
