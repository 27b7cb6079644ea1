import type { Plant } from './Plant.js';
import type { Setup } from '../setup/Setup.js';
import { optionPlants } from './optionPlants.js';
import { sourcePlants } from './sourcePlants.js';
import { statePlants } from './statePlants.js';
import { targetPlants } from './targetPlants.js';

/** All planted bugs, by name. */
export function plantsOf(setup: Setup): Readonly<Record<string, Plant>> {
  return { ...sourcePlants, ...optionPlants(setup), ...targetPlants, ...statePlants };
}
