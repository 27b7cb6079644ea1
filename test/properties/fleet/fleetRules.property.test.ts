import { describe, expect, it } from 'vitest';
import type { Behaviour, FleetBug } from './world/FleetBug.js';
import { FleetWorld } from './world/FleetWorld.js';

const SEEDS = process.env['HOTPIPE_FAULTS'] === 'long' ? 400 : 6;
const behaviours: readonly Behaviour[] = ['good', 'failsToLoad', 'failsLater', 'ends'];

async function run(seed: number, behaviour: Behaviour, bug?: FleetBug): Promise<FleetWorld> {
  const world = new FleetWorld(seed, behaviour, bug);
  await world.run();
  return world;
}

it.each(behaviours)('rollouts of a version that is %s keep every rule', async (behaviour) => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { violations } = await run(seed, behaviour);
    expect({ seed, violations }).toEqual({ seed, violations: [] });
  }
});

it('the same seed is the same run', async () => {
  const [one, two] = [await run(7, 'good'), await run(7, 'good')];
  expect(one.log).toEqual(two.log);
  expect(one.log.length).toBeGreaterThan(20);
});

describe('a planted bug is found:', () => {
  // The rule that finds it, and the first seed that does, so that the search is short. Other seeds find it too.
  const bugs: readonly (readonly [FleetBug, Behaviour, number, number])[] = [
    ['attributionByLink', 'good', 10, 1],
    ['ttlDroppedAtRenewal', 'good', 15, 7],
    ['truncatedListIsComplete', 'good', 5, 15],
    ['ackAtReloaded', 'failsLater', 5, 1],
    ['waveSizedByShrunkenSet', 'good', 5, 25],
    ['repeatWithoutOp', 'good', 9, 32],
    ['reloadInsteadOfWayBack', 'failsLater', 13, 1],
    ['unloadedBeforeLoaded', 'good', 1, 1],
    ['olderDocumentFollowed', 'good', 11, 2],
    ['oldFenceTaken', 'good', 12, 43],
    ['silenceTakenForDone', 'good', 16, 1],
    ['startWaitsForEngine', 'good', 16, 3],
    ['reportNeverForgotten', 'good', 17, 1],
    ['listensOnceMore', 'good', 17, 1],
  ];
  it.each(bugs)('%s, of a version that is %s, by rule %i', async (bug, behaviour, rule, from) => {
    let found: readonly string[] = [];
    for (let seed = from; seed < from + 100 && found.length === 0; seed += 1) {
      const { violations } = await run(seed, behaviour, bug);
      found = violations.filter((violation) => violation.startsWith(`rule ${rule}:`));
    }
    expect(found).not.toEqual([]);
  });
});
