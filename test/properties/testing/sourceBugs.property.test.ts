import { describe, expect, it } from 'vitest';
import { findSourceBug, withMistake } from './bugs/plantSourceBug.js';
import { sourceBugs } from './bugs/sourceBugs.js';

const STEP_COUNT = 600;
const MAX_SEED_COUNT = 2_000;
const TIMEOUT_MS = 400_000;

/**
 * The mistakes that are searched in each run: those that were missed once, and are found within some dozen seeds. All others need minutes:
 * HOTPIPE_FAULTS=long, or `npm run simulate:bugs`.
 */
const SEARCHED_ALWAYS = [
  'a call that waited is overtaken by the calls that came after it',
  'a rollback does not make its state the newest one',
  'the file of a computed import is not compared',
  'the old path of a rename is not routed',
  'each file in a folder concerns its plugin',
  'a late answer of an old thread is taken for the one of the new thread',
];
const isLong = process.env['HOTPIPE_FAULTS'] === 'long';
const searched = sourceBugs.filter(
  ({ name }) => isLong || SEARCHED_ALWAYS.includes(name) || name.startsWith('the second swap'),
);

it('names each mistake once, and each is in the sources', () => {
  expect(new Set(sourceBugs.map(({ name }) => name)).size).toBe(sourceBugs.length);
  for (const bug of sourceBugs) expect(withMistake(bug)).toContain(bug.wrong);
});

describe('a mistake of one line in the sources is found within 2,000 seeds', () => {
  it.each(searched)('$name', { timeout: TIMEOUT_MS }, async (bug) => {
    const range = { from: 0, count: MAX_SEED_COUNT, steps: STEP_COUNT, timeoutMs: TIMEOUT_MS };
    expect(await findSourceBug(bug, range)).toMatchObject({ seed: expect.any(Number) });
  });
});
