// Runs many seeds: `npm run simulate -- --seeds 100 [--from 0] [--steps 600] [--bug NAME] [--replay-every 4]`. Shrinks each seed that breaks
// an invariant, prints it as a test, and then ends with exit code 1. With `--replay-every`, each host of every so many seeds is recorded and
// replayed, and a replay that is not identical counts as well. With `--bugs`, it looks for each planted bug instead.
import { parseArgs } from 'node:util';
import { describeFailure, plantedBugs, shrinkFailure, simulate } from '../../dist/testing/index.js';
import { replayedHistory } from '../../dist/testing/replayedHistory.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '0' },
    steps: { type: 'string', default: '600' },
    bug: { type: 'string' },
    'replay-every': { type: 'string', default: '0' },
    bugs: { type: 'boolean', default: false },
  },
});
const fromSeed = Number(values.from);
const steps = Number(values.steps);
const seedCount = Number(values.seeds);
const replayEvery = Number(values['replay-every']);

async function main(): Promise<void> {
  if (values.bugs) {
    for (const plantedBug of plantedBugs) await find(plantedBug);
    return;
  }
  const coverage: Record<string, number> = {};
  const before = process.cpuUsage();
  const startMs = performance.now();
  let failureCount = 0;
  let replayedCount = 0;
  let divergedCount = 0;
  for (let seed = fromSeed; seed < fromSeed + seedCount; seed += 1) {
    const options = { seed, steps, ...(values.bug !== undefined && { plantedBug: values.bug }) };
    const isReplayed = values.bug === undefined && replayEvery > 0 && seed % replayEvery === 0;
    const replayed = isReplayed ? await replayedHistory({ seed, steps }) : undefined;
    const run = replayed?.run ?? (await simulate(options));
    replayedCount += isReplayed ? 1 : 0;
    for (const divergence of replayed?.divergences ?? []) {
      divergedCount += 1;
      console.log(`seed ${seed}: the replay of a host differs: ${divergence}`);
    }
    for (const [what, count] of Object.entries(run.coverage)) {
      coverage[what] = (coverage[what] ?? 0) + count;
    }
    if (run.violations.length === 0) continue;
    failureCount += 1;
    const shrunk = await shrinkFailure(options);
    console.log(`seed ${seed}: ${JSON.stringify(run.violations[0])}`);
    if (shrunk !== undefined) console.log(describeFailure(shrunk));
  }
  const { user, system } = process.cpuUsage(before);
  const total = coverage['steps'] ?? 0;
  const cpuS = (user + system) / 1e6;
  const wallS = (performance.now() - startMs) / 1e3;
  console.log(coverage);
  console.log(
    `${seedCount} seeds, ${total} steps, ${failureCount} seeds with violations; ${Math.round(total / cpuS)} steps per second of CPU time, ${Math.round(total / wallS)} per second by the clock`,
  );
  if (replayEvery > 0)
    console.log(`${replayedCount} of the seeds replayed, ${divergedCount} hosts otherwise`);
  if (failureCount + divergedCount > 0) process.exitCode = 1;
}

/** Prints the first seed that shows the bug. */
async function find(plantedBug: string): Promise<void> {
  for (let seed = fromSeed; seed < fromSeed + seedCount; seed += 1) {
    const [violation] = (await simulate({ seed, steps, plantedBug })).violations;
    if (violation === undefined) continue;
    console.log(
      `${plantedBug}: seed ${seed}, invariant ${violation.invariant}: ${violation.message}`,
    );
    return;
  }
  console.log(`${plantedBug}: not found in ${seedCount} seeds`);
  process.exitCode = 1;
}

void main();
