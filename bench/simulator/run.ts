// Many seeds in a row: `npm run simulate -- --seeds 100 [--from 0] [--steps 600] [--bug NAME]`.
// Prints each seed that breaks a promise, shrunk, as a test; ends with 1 when there is one. `--bugs` looks for every planted bug instead.
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
const from = Number(values.from);
const steps = Number(values.steps);
const seeds = Number(values.seeds);

async function main(): Promise<void> {
  if (values.bugs) {
    for (const plantedBug of plantedBugs) await find(plantedBug);
    return;
  }
  const coverage: Record<string, number> = {};
  const before = process.cpuUsage();
  const startMs = performance.now();
  let failures = 0;
  for (let seed = from; seed < from + seeds; seed += 1) {
    const options = { seed, steps, ...(values.bug !== undefined && { plantedBug: values.bug }) };
    const run = await simulate(options);
    for (const [what, count] of Object.entries(run.coverage)) {
      coverage[what] = (coverage[what] ?? 0) + count;
    }
    if (run.violations.length === 0) continue;
    failures += 1;
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
    `${seeds} seeds, ${total} steps, ${failures} with violations; ${Math.round(total / cpuS)} steps/s of CPU, ${Math.round(total / wallS)} of the wall clock`,
  );
  if (failures > 0) process.exitCode = 1;
}

async function find(plantedBug: string): Promise<void> {
  for (let seed = from; seed < from + seeds; seed += 1) {
    const [violation] = (await simulate({ seed, steps, plantedBug })).violations;
    if (violation === undefined) continue;
    console.log(
      `${plantedBug}: seed ${seed}, invariant ${violation.invariant}: ${violation.message}`,
    );
    return;
  }
  console.log(`${plantedBug}: not in ${seeds} seeds`);
  process.exitCode = 1;
}

void main();
