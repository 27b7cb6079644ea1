import { isObservable, type Observable, type SchedulerLike } from 'rxjs';
import type { ReloadEvent } from '../model/reload/ReloadEvent.js';
import type { HotReloadOptions } from '../pipeline/options/HotReloadOptions.js';
import type { SimulateOptions } from './simulate.js';
import { drawRun } from './simulator/drawRun.js';
import { requireOptions } from './simulator/requireOptions.js';
import { runHistory, type Simulation } from './simulator/runHistory.js';
import type { Setup } from './simulator/setup/Setup.js';

/** Complete options of `hotReload` inside a simulation: its source, host, store and time, and the options that the seed drew. */
export type SimulatedPorts = HotReloadOptions & {
  /** The virtual time of the run. Every operator of the pipeline must get it: one on real time makes the run hang or differ. */
  readonly scheduler: SchedulerLike;
  /** Draws from 0 to below 1 that the seed determines, in place of `Math.random`. */
  readonly random: () => number;
};

/** Options of {@link simulatePipeline}. */
export interface SimulatePipelineOptions
  extends Pick<SimulateOptions, 'seed' | 'steps' | 'plugins' | 'faults'> {
  /**
   * Builds the pipeline; called once per host of the run, so again after each crash. It may pass all ports on to
   * `hotReload`, change some, or compose the operators itself. What it emits is checked like the events of `hotReload`. A
   * `TypeError` when it is not a function or does not return an Observable.
   */
  readonly pipeline: (ports: SimulatedPorts) => Observable<ReloadEvent>;
  /**
   * What the checks expect where the pipeline does not use the options of the ports. Each field replaces the one that the
   * seed drew. Default: nothing is replaced.
   */
  readonly expects?: Partial<Omit<Setup, 'plugins'>>;
}

/**
 * `simulate` for a pipeline of your own: the same histories, faults and checks around a pipeline that you compose from the
 * operators.
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
  requireOptions('simulatePipeline', options);
  const { seed, steps, pipeline, expects } = options;
  if (typeof pipeline !== 'function') {
    throw new TypeError(`simulatePipeline: pipeline (${String(pipeline)}) is not a function`);
  }
  const { setup, nextAct } = drawRun(options, expects);
  const checkedPipeline = (ports: SimulatedPorts): Observable<ReloadEvent> => {
    const events$ = pipeline(ports);
    if (isObservable(events$)) return events$;
    throw new TypeError(
      `simulatePipeline: pipeline returned ${String(events$)}, not an Observable: is a \`return\` missing?`,
    );
  };
  return runHistory({ setup, bug: { pipeline: checkedPipeline }, seed, steps, nextAct });
}
