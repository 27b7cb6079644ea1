// Looks for each mistake that is planted into the sources: `npm run simulate:bugs -- [--seeds 2000] [--from 0] [--steps 600] [--only TEXT]`.
// Prints the first seed that shows it, and ends with exit code 1 when a mistake was not found.
import { parseArgs } from 'node:util';
import { findSourceBug } from '../../test/properties/testing/bugs/plantSourceBug.js';
import { sourceBugs } from '../../test/properties/testing/bugs/sourceBugs.js';

const TIMEOUT_MS = 600_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '2000' },
    from: { type: 'string', default: '0' },
    steps: { type: 'string', default: '600' },
    only: { type: 'string', default: '' },
    skip: { type: 'string', default: '' },
  },
});

async function main(): Promise<void> {
  const range = {
    from: Number(values.from),
    count: Number(values.seeds),
    steps: Number(values.steps),
    timeoutMs: TIMEOUT_MS,
  };
  for (const bug of sourceBugs.filter(({ name }) => name.includes(values.only))) {
    if (values.skip !== '' && sourceBugs.indexOf(bug) < Number(values.skip)) continue;
    const found = await findSourceBug(bug, range).catch((error: unknown) => String(error));
    if (found === undefined || typeof found === 'string') {
      // The search of one mistake must not end that of all others: a busy machine may take longer than the limit.
      const why = found === undefined ? `not found in ${range.count} seeds` : `no result: ${found}`;
      console.log(`${bug.name}: ${why}`);
      process.exitCode = 1;
    } else {
      console.log(
        `${bug.name}: seed ${found.seed}, invariant ${found.invariant}: ${found.message}`,
      );
    }
  }
}

void main();
