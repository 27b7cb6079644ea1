/** An abort signal among the arguments of a call: the argument itself, or one key down, as in `{ signal }`. */
export interface FoundSignal {
  readonly index: number;
  readonly key: string | undefined;
  readonly signal: AbortSignal;
}

/** Structured clone would make an empty object of a signal, without a word. */
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

/** The arguments without their signals; nothing of the caller's is changed. */
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
