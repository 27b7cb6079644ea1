/**
 * How many steps a run takes: entries of maps and sets that it iterates, and prefixes that it compares. Unlike a time,
 * the count is the same on every machine, and it shows quadratic growth.
 */
export function countSteps(run: () => void): number {
  let count = 0;
  const restores = [
    ...[new Map().values(), new Set().values()].map((iterator) =>
      counted(Object.getPrototypeOf(iterator), 'next', () => (count += 1)),
    ),
    counted(String.prototype, 'startsWith', () => (count += 1)),
  ];
  try {
    run();
  } finally {
    for (const restore of restores) restore();
  }
  return count;
}

/** Counts the calls of a method of a built-in. Returns a function that restores the method. */
function counted(owner: object, name: string, onCall: () => void): () => void {
  const method: (...args: unknown[]) => unknown = Reflect.get(owner, name);
  Reflect.set(owner, name, function (this: unknown, ...args: unknown[]) {
    onCall();
    return Reflect.apply(method, this, args);
  });
  return () => void Reflect.set(owner, name, method);
}
