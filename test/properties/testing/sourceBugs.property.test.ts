import { describe, expect, it } from 'vitest';
import { findSourceBug, withMistake } from './bugs/plantSourceBug.js';
import { sourceBugs } from './bugs/sourceBugs.js';

const STEP_COUNT = 600;
const MAX_SEED_COUNT = 2_000;
const TIMEOUT_MS = 400_000;

it('names each mistake once, and each is in the sources', () => {
  expect(new Set(sourceBugs.map(({ name }) => name)).size).toBe(sourceBugs.length);
  for (const bug of sourceBugs) expect(withMistake(bug)).toContain(bug.wrong);
});

describe('a mistake of one line in the sources is found within 2,000 seeds', () => {
  it.each(sourceBugs)('$name', { timeout: TIMEOUT_MS }, async (bug) => {
    const range = { from: 0, count: MAX_SEED_COUNT, steps: STEP_COUNT, timeoutMs: TIMEOUT_MS };
    expect(await findSourceBug(bug, range)).toMatchObject({ seed: expect.any(Number) });
  });
});
