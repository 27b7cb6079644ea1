import type { JsonProblem } from './findJsonProblem.js';

/**
 * The keys of a longer array are not looked at: a list that is so long rarely has other keys, and the engine makes a text of each index.
 *
 * @source measured: `Reflect.ownKeys` takes 2.6 s for one array of 1,000,000 numbers, and 0.2 s for the same numbers in arrays of 1,000
 */
const MAX_CHECKED_LENGTH = 1_000;

/**
 * The first part of a value that `JSON.stringify` drops or changes without an error, in a value in which `findJsonProblem` finds
 * nothing: a symbol key, a key that is not enumerable, a key of an array beside its items, or -0. `undefined` when there is none.
 * Throws what a getter or a Proxy in the value throws.
 */
export function findJsonLoss(value: unknown): JsonProblem | undefined {
  if (Object.is(value, -0)) return { path: [], reason: 'is -0, which JSON holds as 0' };
  if (typeof value !== 'object' || value === null) return undefined;
  return Array.isArray(value) ? lossInItems(value) : lossInFields(value);
}

function lossInItems(items: readonly unknown[]): JsonProblem | undefined {
  for (let i = 0; i < items.length; i++) {
    const loss = findJsonLoss(items[i]);
    if (loss !== undefined) return { ...loss, path: [String(i), ...loss.path] };
  }
  if (items.length > MAX_CHECKED_LENGTH) return undefined;
  // The items, and `length`.
  const extra = Reflect.ownKeys(items)[items.length + 1];
  return extra === undefined ? undefined : lossOf(extra, 'beside the items of a list');
}

function lossInFields(at: object): JsonProblem | undefined {
  let count = 0;
  for (const key in at) {
    if (!Object.hasOwn(at, key)) continue;
    count += 1;
    const loss = findJsonLoss(Reflect.get(at, key));
    if (loss !== undefined) return { ...loss, path: [key, ...loss.path] };
  }
  const [symbol] = Object.getOwnPropertySymbols(at);
  if (symbol !== undefined) return lossOf(symbol, 'which is a symbol');
  const names = Object.getOwnPropertyNames(at);
  if (names.length === count) return undefined;
  const hidden = names.find((name) => !Object.prototype.propertyIsEnumerable.call(at, name));
  return hidden === undefined ? undefined : lossOf(hidden, 'which is not enumerable');
}

function lossOf(key: string | symbol, why: string): JsonProblem {
  return {
    path: [],
    reason: `has the key ${String(key).slice(0, 60)}, ${why}: JSON leaves it out`,
  };
}
