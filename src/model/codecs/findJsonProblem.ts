/** Keys by which foreign data reaches prototypes when somebody copies it carelessly. */
const refusedKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Where data is not JSON that can be trusted, and why. The reason follows the path in a sentence. */
export interface JsonProblem {
  readonly path: readonly string[];
  readonly reason: string;
}

/**
 * The first reason why a value is not plain JSON: what `JSON.stringify` would drop, change or choke on, a key that
 * reaches a prototype, or a shape that is too deep or too large. `undefined` when there is none.
 *
 * @param options.maxDepth - Levels of arrays and objects. Default 32.
 * @param options.maxCount - Values in all, shared ones counted each time: an array of two equal arrays of two equal
 *   arrays, and so on, is short to write and long to save. Default 8,388,608.
 */
export function findJsonProblem(
  value: unknown,
  options: { readonly maxDepth?: number; readonly maxCount?: number } = {},
): JsonProblem | undefined {
  const { maxDepth = 32, maxCount = 2 ** 23 } = options;
  const parents: object[] = [];
  const path: string[] = []; // filled on the way back from a problem
  let count = 0;

  const look = (at: unknown): string | undefined => {
    if (++count > maxCount) return `is one value more than the ${maxCount} that are allowed`;
    if (typeof at === 'string') return undefined;
    if (typeof at !== 'object' || at === null) return scalarProblem(at);
    const parent = parents.indexOf(at);
    if (parent >= 0) return `refers back to what it is ${parents.length - parent} levels inside of`;
    if (parents.length >= maxDepth) return `is nested deeper than ${maxDepth} levels`;
    parents.push(at);
    const reason = Array.isArray(at) ? lookAtItems(at) : lookAtFields(at);
    parents.pop();
    return reason;
  };
  const lookAtItems = (items: readonly unknown[]): string | undefined => {
    // By index: `forEach` and `Object.entries` would pass holes by.
    for (let i = 0; i < items.length; i++) {
      const reason = look(items[i]);
      if (reason !== undefined) return found(String(i), reason);
    }
    return undefined;
  };
  const lookAtFields = (at: object): string | undefined => {
    if (!isPlain(at)) {
      return `is ${nameOf(at)}, which JSON cannot keep; make it an object, an array or a text`;
    }
    // Not `Object.entries`: a state of a megabyte is walked through on each save, and this takes half the time.
    for (const key in at) {
      if (!Object.hasOwn(at, key)) continue;
      const reason = refusedKeys.has(key)
        ? 'is a key that is refused everywhere'
        : look(Reflect.get(at, key));
      if (reason !== undefined) return found(key, reason);
    }
    return undefined;
  };
  const found = (key: string, reason: string): string => {
    path.unshift(key);
    return reason;
  };

  const reason = look(value);
  return reason === undefined ? undefined : { path, reason };
}

function scalarProblem(value: unknown): string | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return undefined;
  if (typeof value === 'number') {
    return Number.isFinite(value) ? undefined : `is ${value}, which JSON cannot keep; use null`;
  }
  const what = value === undefined ? 'undefined' : `a ${typeof value}`;
  return `is ${what}, which JSON cannot keep; leave it out`;
}

/** Also of another realm: what has no prototype, or one that has none. */
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
