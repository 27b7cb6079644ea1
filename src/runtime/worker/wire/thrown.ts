/** What was thrown, in a form that structured clone keeps: of an error it would drop `code`, and the class of most. */
export type EncodedThrown =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      readonly kind: 'error' | 'dom';
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      readonly cause: EncodedThrown | undefined;
      /** Of an `AggregateError`. */
      readonly errors: readonly EncodedThrown[] | undefined;
      /** What the error has besides, such as `code`, as far as it can be cloned. */
      readonly fields: Readonly<Record<string, unknown>>;
    };

const MAX_DEPTH = 8;
const OWN_WAY: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/** Never throws, whatever a plugin has put into its error. */
export function encodeThrown(thrown: unknown, depth = 0): EncodedThrown {
  try {
    if (!(thrown instanceof Error)) return { kind: 'value', value: cloned(thrown) };
    const { name, message }: { readonly name: unknown; readonly message: unknown } = thrown;
    const inner = (value: unknown) =>
      depth < MAX_DEPTH ? encodeThrown(value, depth + 1) : { kind: 'value' as const, value: '…' };
    return {
      kind: isDomException(thrown) ? 'dom' : 'error',
      name: String(name),
      message: String(message),
      stack: typeof thrown.stack === 'string' ? thrown.stack : undefined,
      cause: 'cause' in thrown && thrown.cause !== undefined ? inner(thrown.cause) : undefined,
      errors: thrown instanceof AggregateError ? thrown.errors.map(inner) : undefined,
      fields: fieldsOf(thrown),
    };
  } catch {
    return { kind: 'value', value: 'an error that could not be read' };
  }
}

function isDomException(error: Error): boolean {
  return typeof DOMException === 'function' && error instanceof DOMException;
}

function fieldsOf(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (OWN_WAY.has(key) || key === '__proto__') continue;
    const value: unknown = Reflect.get(error, key);
    try {
      fields[key] = structuredClone(value);
    } catch {
      // The rest of the error is worth more than this part of it.
    }
  }
  return fields;
}

function cloned(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch {
    return String(value);
  }
}
