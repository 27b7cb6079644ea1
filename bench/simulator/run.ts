// Runs many seeds: `npm run simulate -- --seeds 100 [--from 0] [--steps 600] [--bug NAME]`. Shrinks each seed that breaks an
// invariant, prints it as a test, and then ends with exit code 1. With `--bugs`, it looks for each planted bug instead.
import { parseArgs } from 'node:util';
import { describeFailure, plantedBugs, shrinkFailure, simulate } from '../../dist/testing/index.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '0' },
    steps: { type: 'string', default: '600' },
    bug: { type: 'string' },
    bugs: { type: 'boolean', default: false },
  },
});
const fromSeed = Number(values.from);
const steps = Number(values.steps);
const seedCount = Number(values.seeds);

async function main(): Promise<void> {
  if (values.bugs) {
    for (const plantedBug of plantedBugs) await find(plantedBug);
    return;
  }
  const coverage: Record<string, number> = {};
  const before = process.cpuUsage();
  const startMs = performance.now();
  let failureCount = 0;
  for (let seed = fromSeed; seed < fromSeed + seedCount; seed += 1) {
    const options = { seed, steps, ...(values.bug !== undefined && { plantedBug: values.bug }) };
    const run = await simulate(options);
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
  if (failureCount > 0) process.exitCode = 1;
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
