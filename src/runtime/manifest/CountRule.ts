import * as t from 'io-ts';

/** A whole number from `least` on. */
export class CountRule extends t.Type<number, unknown> {
  constructor(readonly least: number) {
    const isFit = (input: unknown): input is number =>
      typeof input === 'number' && Number.isSafeInteger(input) && input >= least;
    super(
      `a whole number from ${least}`,
      isFit,
      (input, context) => (isFit(input) ? t.success(input) : t.failure(input, context)),
      t.identity,
    );
  }
}
