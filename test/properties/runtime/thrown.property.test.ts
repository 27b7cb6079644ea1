import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeThrown, encodeThrown } from '../../../src/runtime/worker/wire/thrown.js';

const STANDARD = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
} as const;

/** A recipe for an error. */
interface Made {
  readonly standard: keyof typeof STANDARD;
  /** How many classes of a plugin's own stand between the error and its standard class. */
  readonly derived: number;
  /** A name that the class sets; undefined: none. It may be that of another standard class. */
  readonly name: string | undefined;
  readonly message: string;
  readonly cause: Made | undefined;
  readonly errors: readonly Made[] | undefined;
}

/** One depth for causes and aggregates together: below the eighth level errors are cut off. */
const depthIdentifier = fc.createDepthIdentifier();

const { made } = fc.letrec<{ made: Made }>((tie) => ({
  made: fc.record({
    standard: fc.constantFrom(
      ...(['Error', 'TypeError', 'RangeError', 'SyntaxError', 'ReferenceError'] as const),
      ...(['EvalError', 'URIError'] as const),
    ),
    derived: fc.nat(2),
    name: fc.option(fc.constantFrom('Own', 'TypeError', 'Error', ''), { nil: undefined }),
    message: fc.string(),
    cause: fc.option(tie('made'), { nil: undefined, maxDepth: 3, depthIdentifier }),
    errors: fc.option(fc.array(tie('made'), { maxLength: 2 }), {
      nil: undefined,
      maxDepth: 3,
      depthIdentifier,
    }),
  }),
}));

function make({ standard, derived, name, message, cause, errors }: Made): Error {
  let error: Error;
  if (errors === undefined) {
    let Class: new (message: string) => Error = STANDARD[standard];
    for (let i = 0; i < derived; i += 1) Class = class extends Class {};
    error = new Class(message);
  } else {
    const Class = derived === 0 ? AggregateError : class extends AggregateError {};
    error = new Class(errors.map(make), message);
  }
  if (name !== undefined) error.name = name;
  if (cause !== undefined) error.cause = make(cause);
  return error;
}

function expectLike(error: unknown, wanted: Made): void {
  const Standard = wanted.errors === undefined ? STANDARD[wanted.standard] : AggregateError;
  if (!(error instanceof Standard)) throw new Error(`${String(error)} is no ${Standard.name}`);
  expect(Object.getPrototypeOf(error)).toBe(Standard.prototype);
  expect(error.message).toBe(wanted.message);
  expect(error.name).toBe(wanted.name ?? Standard.name);
  if (wanted.cause !== undefined) expectLike(error.cause, wanted.cause);
  if (error instanceof AggregateError && wanted.errors !== undefined) {
    expect(error.errors).toHaveLength(wanted.errors.length);
    for (const [index, each] of wanted.errors.entries()) expectLike(error.errors[index], each);
  }
}

test('an error keeps its standard class on its way between threads, as do all errors inside of it', () => {
  fc.assert(
    fc.property(made, (wanted) => {
      expectLike(decodeThrown(structuredClone(encodeThrown(make(wanted)))), wanted);
    }),
    { numRuns: 200 },
  );
});
