/**
 * How many steps a run takes over what it keeps: entries of maps and sets that are walked, and prefixes that are
 * compared. Unlike a time it is the same on every machine, and it shows what grows with the square.
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

/** Has a method of a built-in count its calls; returns what undoes that. */
function counted(owner: object, name: string, onCall: () => void): () => void {
  const method: (...args: unknown[]) => unknown = Reflect.get(owner, name);
  Reflect.set(owner, name, function (this: unknown, ...args: unknown[]) {
    onCall();
    return Reflect.apply(method, this, args);
  });
  return () => void Reflect.set(owner, name, method);
}
