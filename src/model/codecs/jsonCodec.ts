import * as t from 'io-ts';
import { findJsonProblem } from './findJsonProblem.js';

/** Wraps a codec for untrusted input: refuses input that is not plain JSON before the codec sees it. */
export function jsonCodec<A>(codec: t.Type<A, unknown>): t.Type<A, unknown> {
  return new JsonCodec(codec);
}

class JsonCodec<A> extends t.Type<A, unknown> {
  readonly _tag = 'JsonCodec';

  constructor(readonly type: t.Type<A, unknown>) {
    super(
      type.name,
      type.is,
      (input, context) => {
        const problem = findJsonProblem(input);
        if (problem === undefined) return type.validate(input, context);
        const at = problem.path.reduce<t.Context>(
          (above, key) => t.appendContext(above, key, t.unknown),
          context,
        );
        return t.failure(input, at, problem.reason);
      },
      type.encode,
    );
  }
}
