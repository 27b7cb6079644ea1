import * as t from 'io-ts';

/** A number that JSON can keep. */
export const finiteNumber = new t.Type<number>(
  'a number',
  (input): input is number => typeof input === 'number' && Number.isFinite(input),
  (input, context) =>
    typeof input === 'number' && Number.isFinite(input)
      ? t.success(input)
      : t.failure(input, context),
  t.identity,
);
