import { closestName } from '../../model/closestName.js';
import { plantedBugs } from './plants/plantedBugs.js';
import { simulatorFaults } from './setup/simulatorFaults.js';

/** Throws for options that cannot work, with the option and its value. */
export function checkSimulation(
  name: string,
  options: {
    readonly seed: number;
    readonly steps: number;
    readonly plugins?: number;
    readonly faults?: readonly string[];
    readonly plantedBug?: string;
  },
): void {
  const { seed, steps, plugins = 1, faults = [], plantedBug } = options;
  if (!Number.isSafeInteger(seed)) throw wrong(RangeError, name, 'seed', seed, 'a whole number');
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw wrong(RangeError, name, 'steps', steps, 'a whole number from 1');
  }
  if (!Number.isSafeInteger(plugins) || plugins < 1 || plugins > 100) {
    throw wrong(RangeError, name, 'plugins', plugins, 'a whole number from 1 to 100');
  }
  if (!isList(faults)) throw wrong(TypeError, name, 'faults', faults, 'a list of names');
  for (const fault of faults) mustBeOne(name, 'faults', fault, simulatorFaults);
  if (plantedBug !== undefined) mustBeOne(name, 'plantedBug', plantedBug, plantedBugs);
}

function isList(value: unknown): boolean {
  return Array.isArray(value);
}

function mustBeOne(name: string, option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const meant = typeof value === 'string' ? closestName(value, known) : undefined;
  const hint = meant === undefined ? `one of ${known.join(', ')}` : `did you mean "${meant}"?`;
  throw new RangeError(`${name}: ${option} (${JSON.stringify(value)}) is not known: ${hint}`);
}

function wrong(
  kind: RangeErrorConstructor | TypeErrorConstructor,
  name: string,
  option: string,
  value: unknown,
  due: string,
): Error {
  return new kind(`${name}: ${option} (${String(value)}) is not ${due}`);
}
