import { describe, expect, it } from 'vitest';
import { findSourceBug, withMistake } from './bugs/plantSourceBug.js';
import { sourceBugs } from './bugs/sourceBugs.js';

const STEP_COUNT = 600;
const MAX_SEED_COUNT = 2_000;
const TIMEOUT_MS = 400_000;

/**
 * The mistakes that are searched in each run, those that were missed once, and where the search begins, so that the suite is quick: a search
 * from 0 finds them too. All others need minutes: HOTPIPE_FAULTS=long, which searches each from 0, or `npm run simulate:bugs`.
 */
const SEARCHED_ALWAYS: Readonly<Record<string, number>> = {
  'a call that waited is overtaken by the calls that came after it': 0,
  'the second swap does not wait for calls in flight: they leave the flight of the version that serves': 30,
  'a rollback does not make its state the newest one': 50,
  'the file of a computed import is not compared': 0,
  'the old path of a rename is not routed': 18,
  'each file in a folder concerns its plugin': 0,
  'a late answer of an old thread is taken for the one of the new thread': 3,
};
const isLong = process.env['HOTPIPE_FAULTS'] === 'long';
const searched = sourceBugs
  .filter(({ name }) => isLong || name in SEARCHED_ALWAYS)
  .map((bug) => ({ ...bug, from: isLong ? 0 : (SEARCHED_ALWAYS[bug.name] ?? 0) }));

it('names each mistake once, and each is in the sources', () => {
  expect(new Set(sourceBugs.map(({ name }) => name)).size).toBe(sourceBugs.length);
  for (const bug of sourceBugs) expect(withMistake(bug)).toContain(bug.wrong);
});

it('searches each of those that it is to search', () => {
  expect(searched.length).toBeGreaterThanOrEqual(Object.keys(SEARCHED_ALWAYS).length);
});

describe('a mistake of one line in the sources is found within 2,000 seeds', () => {
  it.each(searched)('$name', { timeout: TIMEOUT_MS }, async (bug) => {
    const range = {
      from: bug.from,
      count: MAX_SEED_COUNT,
      steps: STEP_COUNT,
      timeoutMs: TIMEOUT_MS,
    };
    expect(await findSourceBug(bug, range)).toMatchObject({ seed: expect.any(Number) });
  });
});
