/** An abort signal among the arguments of a call: an argument itself, or a property of one, as in `{ signal }`. */
export interface FoundSignal {
  /** Index of the argument. */
  readonly index: number;
  /** Undefined: the argument itself is the signal. */
  readonly key: string | undefined;
  readonly signal: AbortSignal;
}

/** Finds the signals, which structured clone would turn into empty objects without an error. */
export function findSignals(args: readonly unknown[]): readonly FoundSignal[] {
  const found: FoundSignal[] = [];
  for (const [index, arg] of args.entries()) {
    if (typeof arg !== 'object' || arg === null) continue;
    if (arg instanceof AbortSignal) found.push({ index, key: undefined, signal: arg });
    else if (isPlain(arg)) {
      for (const key of Object.keys(arg)) {
        const value: unknown = Reflect.get(arg, key);
        if (value instanceof AbortSignal) found.push({ index, key, signal: value });
      }
    }
  }
  return found;
}

/** A copy of the arguments, with `null` in the place of each signal. The caller's objects stay as they are. */
export function withoutSignals(
  args: readonly unknown[],
  found: readonly FoundSignal[],
): readonly unknown[] {
  const copy = [...args];
  for (const { index, key } of found) {
    const arg = copy[index];
    copy[index] =
      key === undefined || typeof arg !== 'object' || arg === null ? null : { ...arg, [key]: null };
  }
  return copy;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
