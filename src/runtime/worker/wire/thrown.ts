import {
  type ImportPlace,
  importPlaceOf,
  isImportPlace,
  placedError,
} from '../../../modules/evaluateGraph.js';

/**
 * What was thrown, in a form that structured clone keeps. From an `Error`, structured clone would drop fields such as `code`, and the class
 * unless it is a standard one.
 */
export type EncodedThrown =
  | { readonly kind: 'value'; readonly value: unknown }
  | {
      /** `dom` is a `DOMException`. */
      readonly kind: 'error' | 'dom';
      /** The standard class that it is an instance of, such as `TypeError`. Its `name` need not say so: a class may set its own. */
      readonly standard: string;
      readonly name: string;
      readonly message: string;
      readonly stack: string | undefined;
      readonly cause: EncodedThrown | undefined;
      /** The `errors` of an `AggregateError`. */
      readonly errors: readonly EncodedThrown[] | undefined;
      /** Its other own fields, such as `code`, as far as they can be cloned. */
      readonly fields: Readonly<Record<string, unknown>>;
      /** Where the import is written that it is about. */
      readonly place?: ImportPlace;
    };

const MAX_DEPTH = 8;
/** Fields that are encoded one by one, not as part of `fields`. */
const ENCODED_APART: ReadonlySet<string> = new Set(['name', 'message', 'stack', 'cause', 'errors']);

type ErrorClass = new (message: string) => Error;

const STANDARD_CLASSES: ReadonlyMap<string, ErrorClass> = new Map<string, ErrorClass>([
  ['TypeError', TypeError],
  ['RangeError', RangeError],
  ['SyntaxError', SyntaxError],
  ['ReferenceError', ReferenceError],
  ['EvalError', EvalError],
  ['URIError', URIError],
]);

/** Never throws, whatever a plugin has put into its error. Causes that are nested too deeply become `…`. */
export function encodeThrown(thrown: unknown, depth = 0): EncodedThrown {
  try {
    if (!(thrown instanceof Error)) return { kind: 'value', value: cloned(thrown) };
    const { name, message }: { readonly name: unknown; readonly message: unknown } = thrown;
    const place = importPlaceOf(thrown);
    const inner = (value: unknown) =>
      depth < MAX_DEPTH ? encodeThrown(value, depth + 1) : { kind: 'value' as const, value: '…' };
    return {
      kind: isDomException(thrown) ? 'dom' : 'error',
      standard: standardClassOf(thrown),
      name: String(name),
      message: String(message),
      stack: typeof thrown.stack === 'string' ? thrown.stack : undefined,
      cause: 'cause' in thrown && thrown.cause !== undefined ? inner(thrown.cause) : undefined,
      errors: errorsOf(thrown)?.map(inner),
      fields: fieldsOf(thrown),
      ...(place && { place }),
    };
  } catch {
    return { kind: 'value', value: 'an error that could not be read' };
  }
}

function isDomException(error: Error): boolean {
  return typeof DOMException === 'function' && error instanceof DOMException;
}

function standardClassOf(error: Error): string {
  for (const [name, Class] of STANDARD_CLASSES) if (error instanceof Class) return name;
  return 'Error';
}

function errorsOf(error: Error): readonly unknown[] | undefined {
  if (!(error instanceof AggregateError)) return undefined;
  // The type says an array, but anybody may have set it.
  const { errors }: { readonly errors: unknown } = error;
  const list: readonly unknown[] = Array.isArray(errors) ? errors : [];
  return list;
}

function fieldsOf(error: Error): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(error)) {
    if (ENCODED_APART.has(key) || key === '__proto__') continue;
    const value: unknown = Reflect.get(error, key);
    try {
      fields[key] = structuredClone(value);
    } catch {
      // Not cloneable: the error is sent without this field.
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

/** Makes again what was thrown in the other thread: of the same standard class, with the stack that it had there. */
export function decodeThrown(encoded: EncodedThrown): unknown {
  if (encoded.kind === 'value') return encoded.value;
  const error = makeError(encoded);
  const hide = (key: string, value: unknown) =>
    Object.defineProperty(error, key, { value, writable: true, configurable: true });
  if (error.name !== encoded.name) hide('name', encoded.name);
  if (encoded.stack !== undefined) hide('stack', encoded.stack);
  if (encoded.cause !== undefined) hide('cause', decodeThrown(encoded.cause));
  if (isImportPlace(encoded.place)) placedError(error, encoded.place);
  for (const [key, value] of Object.entries(encoded.fields)) {
    if (!(encoded.kind === 'dom' && key in error)) Reflect.set(error, key, value);
  }
  return error;
}

function makeError(encoded: Exclude<EncodedThrown, { kind: 'value' }>): Error {
  const { kind, standard, name, message, errors } = encoded;
  if (kind === 'dom') return new DOMException(message, name);
  if (errors !== undefined) return new AggregateError(errors.map(decodeThrown), message);
  const Class = STANDARD_CLASSES.get(standard) ?? Error;
  return new Class(message);
}

/** Checks what a worker sent. A plugin shares its thread with the code that encodes errors, so the host does not trust it. */
export function isEncodedThrown(value: unknown): value is EncodedThrown {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  if (value.kind === 'value') return 'value' in value;
  return (
    (value.kind === 'error' || value.kind === 'dom') &&
    'standard' in value &&
    typeof value.standard === 'string' &&
    'name' in value &&
    typeof value.name === 'string' &&
    'message' in value &&
    typeof value.message === 'string' &&
    'fields' in value &&
    typeof value.fields === 'object' &&
    value.fields !== null &&
    'stack' in value &&
    'cause' in value &&
    (value.cause === undefined || isEncodedThrown(value.cause)) &&
    'errors' in value &&
    (value.errors === undefined ||
      (Array.isArray(value.errors) && value.errors.every(isEncodedThrown)))
  );
}
