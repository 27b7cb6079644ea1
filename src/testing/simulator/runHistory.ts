import { createHash } from 'node:crypto';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';
import type { Act } from './acts/Act.js';
import { checkAttempts } from './checks/checkAttempts.js';
import { checkBreakers } from './checks/checkBreakers.js';
import { checkChanges } from './checks/checkChanges.js';
import { checkServing } from './checks/checkServing.js';
import { checkStates } from './checks/checkStates.js';
import { Findings } from './witness/Findings.js';
import { joinWitnesses } from './witness/joinWitnesses.js';
import type { Plant } from './plants/Plant.js';
import { STATE_DIR, type Setup } from './setup/Setup.js';
import type { Simulation } from './Simulation.js';
import { World } from './world/World.js';

/** Runs acts one after the other until there are none or `steps` have been taken, and then to quiet and to the end. */
export async function runHistory(options: {
  readonly setup: Setup;
  readonly plant: Plant;
  readonly seed: number;
  readonly steps: number;
  readonly nextAct: () => Act | undefined;
}): Promise<Simulation> {
  const { setup, plant, seed, steps, nextAct } = options;
  const findings = new Findings();
  const trace: ReloadEvent[] = [];
  const hash = createHash('sha256');
  const programs = new Map<string, number>();
  const run: { world?: World } = {};
  const nowMs = () => run.world?.nowMs ?? 0;
  const servingOf = (plugin: string) => run.world?.versionOf(plugin) ?? 0;
  const parts = { setup, findings, nowMs, servingOf };
  const attempts = checkAttempts(parts);
  const changes = checkChanges(parts, programs);
  const record = (event: ReloadEvent) => {
    // One log of all hosts of the run: its index goes on where theirs begin again.
    trace.push({ ...event, i: trace.length });
    hash.update(JSON.stringify(event));
  };
  const witness = joinWitnesses([
    { event: record },
    attempts,
    checkBreakers(parts),
    checkServing(parts, programs, (plugin) => attempts.isUnderWay(plugin)),
    changes,
    checkStates({
      ...parts,
      records: () => run.world?.records() ?? [],
      isDurable: (path) => run.world?.stateDisk.isDurable(path) === true,
      isCorruptKept: (path) =>
        run.world?.records().includes(`${path.slice(STATE_DIR.length + 1)}.corrupt`) === true,
    }),
  ]);
  const isSettled = () => attempts.isIdle() && changes.isIdle();
  const world = new World({ setup, plant, seed, findings, witness, isSettled });

  run.world = world;

  const history: Act[] = [];
  await world.load();
  while (findings.at < steps) {
    const act = nextAct();
    if (act === undefined) break;
    history.push(act);
    hash.update(JSON.stringify(act));
    await world.perform(act);
    // A run that broke a promise has done its work; what follows would only be its echo.
    if (findings.violations.length > 0) break;
  }
  if (findings.violations.length === 0) await world.quiet();
  if (findings.violations.length === 0) await world.end();
  world.host.leave();
  findings.count('steps', findings.at);
  const { violations, coverage } = findings;
  return { hash: hash.digest('hex'), violations, coverage, trace, history };
}
