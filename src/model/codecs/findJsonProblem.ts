/** Keys that can change prototypes when untrusted data is copied carelessly (prototype pollution). */
export const refusedKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Why data is not plain JSON. */
export interface JsonProblem {
  /** The keys that lead from the outermost value to the faulty one. */
  readonly path: readonly string[];
  /** Completes a sentence that starts with the path: `is undefined, which JSON cannot hold`. */
  readonly reason: string;
}

/**
 * The first reason why a value is not plain JSON: something that `JSON.stringify` would drop, change or throw for, a key
 * that reaches a prototype, or a value that is too deep or too large. `undefined` when there is none.
 *
 * @param options.maxDepth - Levels of arrays and objects. Default 32.
 * @param options.maxCount - Values in all. A shared value counts each time, because JSON repeats it: an array of two
 *   references to an array of two references, and so on, is small in memory and huge as JSON. Default 8,388,608.
 */
export function findJsonProblem(
  value: unknown,
  options: { readonly maxDepth?: number; readonly maxCount?: number } = {},
): JsonProblem | undefined {
  const { maxDepth = 32, maxCount = 2 ** 23 } = options;
  /** The arrays and objects around the value that is being checked, to find cycles. */
  const parents: object[] = [];
  /** The path to the problem. Keys are added at the front while the recursion returns. */
  const path: string[] = [];
  /** Values checked so far. */
  let count = 0;

  const check = (at: unknown): string | undefined => {
    if (++count > maxCount) return `is one value more than the ${maxCount} that are allowed`;
    if (typeof at === 'string') return undefined;
    if (typeof at !== 'object' || at === null) return scalarProblem(at);
    const parent = parents.indexOf(at);
    if (parent >= 0) return `refers back to the value ${parents.length - parent} levels above it`;
    if (parents.length >= maxDepth) return `is nested deeper than ${maxDepth} levels`;
    parents.push(at);
    const reason = Array.isArray(at) ? checkItems(at) : checkFields(at);
    parents.pop();
    return reason;
  };
  const checkItems = (items: readonly unknown[]): string | undefined => {
    // By index, because `forEach` and `Object.entries` skip holes.
    for (let i = 0; i < items.length; i++) {
      const reason = check(items[i]);
      if (reason !== undefined) return found(String(i), reason);
    }
    return undefined;
  };
  const checkFields = (at: object): string | undefined => {
    if (!isPlain(at)) {
      return `is ${nameOf(at)}, which JSON cannot hold; make it an object, an array or a string`;
    }
    // `for…in` takes half the time of `Object.entries`, and each save walks the whole state.
    for (const key in at) {
      if (!Object.hasOwn(at, key)) continue;
      const reason = refusedKeys.has(key)
        ? 'is a key that is refused everywhere'
        : check(Reflect.get(at, key));
      if (reason !== undefined) return found(key, reason);
    }
    return undefined;
  };
  const found = (key: string, reason: string): string => {
    path.unshift(key);
    return reason;
  };

  const reason = check(value);
  return reason === undefined ? undefined : { path, reason };
}

function scalarProblem(value: unknown): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : `is ${value}, which JSON cannot hold; use null`;
  }
  const what = value === undefined ? 'undefined' : `a ${typeof value}`;
  return `is ${what}, which JSON cannot hold; leave it out`;
}

/**
 * Whether the value is a plain object: it has no prototype, or its prototype has none. This also recognizes objects of
 * another realm.
 */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (
    prototype === Object.prototype ||
    prototype === null ||
    Object.getPrototypeOf(prototype) === null
  );
}

function nameOf(value: object): string {
  const { constructor } = value;
  return typeof constructor === 'function' && constructor.name !== ''
    ? `a ${constructor.name.slice(0, 60)}`
    : 'an instance of a class';
}
