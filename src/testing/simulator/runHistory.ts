import { createHash } from 'node:crypto';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { Act } from './acts/Act.js';
import type { PlantedBug } from './bugs/PlantedBug.js';
import { checkAttempts } from './checks/checkAttempts.js';
import { checkBreakers } from './checks/checkBreakers.js';
import { checkCalls } from './checks/checkCalls.js';
import { checkChanges } from './checks/checkChanges.js';
import { checkDependencies } from './checks/checkDependencies.js';
import { checkFacts } from './checks/checkFacts.js';
import { checkNewest } from './checks/checkNewest.js';
import { checkProbation } from './checks/checkProbation.js';
import { checkRecords } from './checks/checkRecords.js';
import { checkRelevance } from './checks/checkRelevance.js';
import { checkRetries } from './checks/checkRetries.js';
import { checkServing } from './checks/checkServing.js';
import { checkStates } from './checks/checkStates.js';
import { checkStopFirst } from './checks/checkStopFirst.js';
import { checkStore } from './checks/checkStore.js';
import { checkThreads } from './checks/checkThreads.js';
import { checkWaysBack } from './checks/checkWaysBack.js';
import { checkWindows } from './checks/checkWindows.js';
import { ofAttempts } from './checks/shared/ofAttempts.js';
import { Swaps, withoutSwaps } from './checks/shared/Swaps.js';
import { Threads, withoutCrashes } from './checks/shared/Threads.js';
import { joinObservers } from './observe/RunObserver.js';
import { RunReport, type Violation } from './observe/RunReport.js';
import type { Setup } from './setup/Setup.js';
import { World } from './world/World.js';

/** The outcome of a simulated run. */
export interface Simulation {
  /** SHA-256, in hexadecimal, over the acts and the events of the run: equal for equal options. */
  readonly hash: string;
  /** Invariants that were broken, in the order in which that was seen; empty when all held. At most 100. */
  readonly violations: readonly Violation[];
  /** How often the run took each rare path, by name, such as `crash by powerLoss`; `steps` counts all steps. */
  readonly coverage: Readonly<Record<string, number>>;
  /** Events that the pipelines of all hosts emitted. Their indexes go on from host to host, from 0. */
  readonly trace: readonly ReloadEvent[];
  /** The acts of the run, as JSON. `simulate({ history })` performs them again. */
  readonly history: readonly Act[];
}

/**
 * Performs acts until there are none or `steps` steps have been run, then awaits quiet and shuts the host down. The first
 * step that breaks an invariant is the last: all that follows would be its consequence.
 */
export async function runHistory(options: {
  readonly setup: Setup;
  readonly bug: PlantedBug;
  readonly seed: number;
  readonly steps: number;
  readonly nextAct: () => Act | undefined;
}): Promise<Simulation> {
  const { setup, bug, seed, steps, nextAct } = options;
  const report = new RunReport();
  const trace: ReloadEvent[] = [];
  const hash = createHash('sha256');
  // The world needs the checks, and the checks look at the world.
  const run: { world?: World } = {};
  const context = {
    setup,
    report,
    nowMs: () => run.world?.nowMs ?? 0,
    servingOf: (plugin: string) => run.world?.versionOf(plugin) ?? 0,
  };
  const swaps = new Swaps(context);
  const attempts = checkAttempts(context);
  const threads = new Threads(context);
  const serving = checkServing(context, attempts.isUnderWay, threads);
  const windows = checkWindows(context);
  const changes = checkChanges(context);
  const recordEvent = (event: ReloadEvent) => {
    trace.push({ ...event, i: trace.length });
    hash.update(JSON.stringify(event));
  };
  const observer = joinObservers([
    { eventEmitted: recordEvent },
    // First of all: the others ask it.
    swaps,
    threads,
    withoutSwaps(swaps, ofAttempts(attempts)),
    withoutCrashes(withoutSwaps(swaps, ofAttempts(checkBreakers(context)))),
    withoutSwaps(swaps, ofAttempts(checkRetries(context))),
    serving,
    checkCalls(context),
    checkProbation(context),
    checkWaysBack(context, serving),
    windows,
    checkRelevance(context),
    changes,
    checkDependencies(context, serving, swaps),
    checkThreads(
      { ...context, liveThreads: () => run.world?.host.threads.live ?? [] },
      threads,
      swaps,
    ),
    checkStopFirst(context, threads),
    withoutCrashes(checkFacts(context, swaps)),
    withoutSwaps(swaps, checkNewest(context, serving)),
    checkStates(context, threads),
    checkStore(context),
    checkRecords({
      ...context,
      stateFileNames: () => run.world?.stateFileNames() ?? [],
      isDurable: (path) => run.world?.isDurable(path) === true,
    }),
  ]);
  const isIdle = () => attempts.isIdle() && windows.isIdle() && changes.isIdle();
  const world = new World({ setup, bug, seed, report, observer, isIdle });
  run.world = world;

  const history: Act[] = [];
  await world.load();
  while (report.step < steps) {
    const act = nextAct();
    if (act === undefined) break;
    history.push(act);
    hash.update(JSON.stringify(act));
    await world.perform(act);
    if (report.violations.length > 0) break;
  }
  if (report.violations.length === 0) await world.awaitQuiet();
  if (report.violations.length === 0) await world.shutDown();
  world.host.abandon();
  report.count('steps', report.step);
  const { violations, coverage } = report;
  return { hash: hash.digest('hex'), violations, coverage, trace, history };
}
