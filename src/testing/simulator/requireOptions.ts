import { closestName } from '../../model/closestName.js';
import { simulatorFaults } from './acts/drawActs.js';
import { plantedBugs } from './bugs/plantedBugs.js';

const MAX_PLUGINS = 100;

/** Throws for options that cannot work. The message has the function's `name`, the option and its value. */
export function requireOptions(
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
  if (!Number.isSafeInteger(seed)) {
    throw new RangeError(`${name}: seed (${String(seed)}) is not a whole number`);
  }
  if (!Number.isSafeInteger(steps) || steps < 1) {
    throw new RangeError(`${name}: steps (${String(steps)}) is not a whole number from 1`);
  }
  if (!Number.isSafeInteger(plugins) || plugins < 1 || plugins > MAX_PLUGINS) {
    throw new RangeError(
      `${name}: plugins (${String(plugins)}) is not a whole number from 1 to ${MAX_PLUGINS}`,
    );
  }
  if (!isList(faults)) {
    throw new TypeError(`${name}: faults (${String(faults)}) is not a list of names`);
  }
  for (const fault of faults) requireKnown(name, 'faults', fault, simulatorFaults);
  if (plantedBug !== undefined) requireKnown(name, 'plantedBug', plantedBug, plantedBugs);
}

/** Checks what the types promise, because a caller in JavaScript may pass anything. */
function isList(value: unknown): boolean {
  return Array.isArray(value);
}

function requireKnown(name: string, option: string, value: string, known: readonly string[]): void {
  if (known.includes(value)) return;
  const close = typeof value === 'string' ? closestName(value, known) : undefined;
  const hint = close === undefined ? `one of ${known.join(', ')}` : `did you mean "${close}"?`;
  throw new RangeError(`${name}: ${option} (${JSON.stringify(value)}) is not known: ${hint}`);
}
