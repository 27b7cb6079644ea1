import { ImportError } from '../../../modules/link/linkGraph.js';
import type { EncodedThrown } from './thrown.js';

const STANDARD: ReadonlyMap<string, new (message: string) => Error> = new Map<
  string,
  new (
    message: string,
  ) => Error
>([
  ['TypeError', TypeError],
  ['RangeError', RangeError],
  ['SyntaxError', SyntaxError],
  ['ReferenceError', ReferenceError],
  ['EvalError', EvalError],
  ['URIError', URIError],
]);

/** What was thrown on the other side, as it would be here: of the same standard class, with its own stack. */
export function decodeThrown(encoded: EncodedThrown): unknown {
  if (encoded.kind === 'value') return encoded.value;
  const error = madeAnew(encoded);
  const hide = (key: string, value: unknown) =>
    Object.defineProperty(error, key, { value, writable: true, configurable: true });
  if (error.name !== encoded.name) hide('name', encoded.name);
  if (encoded.stack !== undefined) hide('stack', encoded.stack);
  if (encoded.cause !== undefined) hide('cause', decodeThrown(encoded.cause));
  for (const [key, value] of Object.entries(encoded.fields)) {
    if (!(encoded.kind === 'dom' && key in error)) Reflect.set(error, key, value);
  }
  return error;
}

function madeAnew(encoded: Exclude<EncodedThrown, { kind: 'value' }>): Error {
  const { kind, name, message, errors, fields } = encoded;
  if (kind === 'dom') return new DOMException(message, name);
  if (errors !== undefined) return new AggregateError(errors.map(decodeThrown), message);
  const { importer, written } = fields;
  if (name === 'ImportError' && typeof importer === 'string' && typeof written === 'string') {
    return new ImportError(message, importer, written);
  }
  const Class = STANDARD.get(name) ?? Error;
  return new Class(message);
}
