import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';

type Decoded<R extends t.Props, O extends t.Props> = {
  readonly [K in keyof R]: t.TypeOf<R[K]>;
} & { readonly [K in keyof O]?: t.TypeOf<O[K]> };

/** Marks an unknown key in an error's context. `reportErrors` suggests one of `known`. */
class UnknownKey extends t.Type<never> {
  readonly _tag = 'UnknownKey';
  constructor(readonly known: readonly string[]) {
    super('no such key', t.never.is, t.failure, t.identity);
  }
}

/** What `strictObject` returns; `props` are the codecs of all keys. */
class StrictObject<R extends t.Props, O extends t.Props> extends t.Type<Decoded<R, O>, unknown> {
  readonly _tag = 'StrictObject';
  readonly props: Readonly<Record<string, t.Mixed>>;

  constructor(name: string, required: R, optional: O) {
    const props: Record<string, t.Mixed> = { ...required, ...optional };
    const unknownKey = new UnknownKey(Object.keys(props));
    const isFit = (input: unknown): input is Decoded<R, O> =>
      isObject(input) &&
      Object.keys(input).every((key) => Object.hasOwn(props, key)) &&
      Object.entries(props).every(([key, codec]) =>
        Object.hasOwn(optional, key) && own(input, key) === undefined
          ? true
          : codec.is(own(input, key)),
      );

    super(
      name,
      isFit,
      (input, context) => {
        if (!isObject(input)) return t.failure(input, context);
        const errors: t.Errors = [];
        const output: Record<string, unknown> = {};
        for (const key of Object.keys(input)) {
          if (Object.hasOwn(props, key)) continue;
          errors.push(
            ...failureAt(input[key], t.appendContext(context, key, unknownKey, input[key])),
          );
        }
        for (const [key, codec] of Object.entries(props)) {
          const value = own(input, key);
          if (value === undefined && Object.hasOwn(optional, key)) continue;
          const decoded = codec.validate(value, t.appendContext(context, key, codec, value));
          if (isLeft(decoded)) errors.push(...decoded.left);
          else output[key] = decoded.right;
        }
        // TypeScript cannot see that the loop has decoded every key of the type.
        return errors.length > 0 ? t.failures(errors) : t.success(output as Decoded<R, O>);
      },
      (value) =>
        Object.fromEntries(
          Object.entries(value)
            .filter(([key, of]) => of !== undefined || !Object.hasOwn(optional, key))
            .map(([key, of]) => [key, Object.hasOwn(props, key) ? props[key]?.encode(of) : of]),
        ),
    );
    this.props = props;
  }
}

/**
 * Codec of an object that has these keys and no others. `t.exact` silently drops unknown keys, which hides typos.
 * This codec reports them, and `reportErrors` suggests the correct key.
 *
 * @param name - The name of the object in error messages, such as `a version`.
 * @param required - Codecs of the keys that must be there.
 * @param optional - Codecs of the keys that may be left out or `undefined`; the decoded object then lacks them.
 *
 * @example
 * ```ts
 * const Version = strictObject('a version', { major: t.number }, { minor: t.number });
 * const decoded = Version.decode({ minro: 2 });
 *
 * isLeft(decoded) && reportErrors(decoded.left)[0]; // => 'minro: unknown key; did you mean "minor"?'
 * ```
 */
export function strictObject<R extends t.Props, O extends t.Props>(
  name: string,
  required: R,
  optional: O,
): StrictObject<R, O> {
  return new StrictObject(name, required, optional);
}

function failureAt(value: unknown, context: t.Context): t.Errors {
  return [{ value, context }];
}

const isObject = (input: unknown): input is Readonly<Record<string, unknown>> =>
  typeof input === 'object' && input !== null && !Array.isArray(input);

const own = (input: Readonly<Record<string, unknown>>, key: string): unknown =>
  Object.hasOwn(input, key) ? input[key] : undefined;

/** A number that JSON can hold: not NaN, not infinite. */
export const finiteNumber = new t.Type<number>(
  'a number',
  (input): input is number => typeof input === 'number' && Number.isFinite(input),
  (input, context) =>
    typeof input === 'number' && Number.isFinite(input)
      ? t.success(input)
      : t.failure(input, context),
  t.identity,
);

/** A readonly array. `t.readonlyArray` would freeze the input. */
export function readonlyList<A>(item: t.Type<A, unknown>): t.Type<readonly A[], unknown> {
  const list = t.array(item);
  return new t.Type<readonly A[], unknown>(
    'an array',
    list.is,
    (input, context) => list.validate(input, context),
    (items) => items.map((one) => item.encode(one)),
  );
}
