import * as t from 'io-ts';

/** An array that is not written to. `t.readonlyArray` would freeze the input. */
export function readonlyList<A>(item: t.Type<A, unknown>): t.Type<readonly A[], unknown> {
  const list = t.array(item);
  return new t.Type<readonly A[], unknown>(
    'an array',
    list.is,
    (input, context) => list.validate(input, context),
    (items) => items.map((one) => item.encode(one)),
  );
}
