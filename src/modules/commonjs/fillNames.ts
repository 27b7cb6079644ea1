/**
 * The values of the names that an `import` can take from a CommonJS module that has run. A name that `module.exports` does not have is
 * undefined; a getter that throws is too, as in Node.
 */
export function valuesOfNames(
  names: readonly string[],
  exports: unknown,
): ReadonlyMap<string, unknown> {
  return new Map(names.map((name) => [name, valueOf(name, exports)]));
}

/** The names that `module.exports` has now, whether or not the text shows them, with `default`. */
export function namesNow(exports: unknown): readonly string[] {
  const isObject = typeof exports === 'function' || (typeof exports === 'object' && exports !== null);
  const keys = isObject ? Object.keys(exports) : [];
  return ['default', ...keys.filter((key) => key !== 'default')];
}

function valueOf(name: string, exports: unknown): unknown {
  if (name === 'default' || name === 'module.exports') return exports;
  const holder: unknown = exports;
  if ((typeof holder !== 'object' && typeof holder !== 'function') || holder === null) {
    return undefined;
  }
  try {
    return Object.hasOwn(holder, name) ? Reflect.get(holder, name) : undefined;
  } catch {
    return undefined;
  }
}
