import { describe, expect, it } from 'vitest';
import { type Behaviour, type FleetBug, FleetWorld } from './world/FleetWorld.js';

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
  // The first seed that finds it, so that the search is short. Other seeds find it too.
  const bugs: readonly (readonly [FleetBug, Behaviour, number])[] = [
    ['attributionByLink', 'good', 1],
    ['ttlDroppedAtRenewal', 'good', 29],
    ['truncatedListIsComplete', 'good', 94],
    ['ackAtReloaded', 'failsLater', 1],
    ['waveSizedByShrunkenSet', 'good', 17],
    ['repeatWithoutOp', 'good', 1],
    ['reloadInsteadOfWayBack', 'failsLater', 1],
  ];
  it.each(bugs)('%s', async (bug, behaviour, from) => {
    let found: readonly string[] = [];
    for (let seed = from; seed < from + 100 && found.length === 0; seed += 1) {
      found = (await run(seed, behaviour, bug)).violations;
    }
    expect(found).not.toEqual([]);
  });
});
