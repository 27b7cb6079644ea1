import * as t from 'io-ts';

/** What JSON Schema can say of a text too. */
export interface TextLimits {
  /** A regular expression in which nothing is ambiguous: a manifest's texts meet it. */
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Codec of a text that keeps to limits, and to `holds`, which no schema can say. Its name tells people what fits. */
export class TextRule extends t.Type<string, unknown> {
  readonly _tag = 'TextRule';

  constructor(
    name: string,
    readonly limits: TextLimits,
    holds: (text: string) => boolean = () => true,
  ) {
    const { minLength = 0, maxLength = Number.POSITIVE_INFINITY } = limits;
    const pattern = new RegExp(limits.pattern ?? '', 'u');
    const isFit = (input: unknown): input is string =>
      typeof input === 'string' &&
      input.length >= minLength &&
      input.length <= maxLength &&
      pattern.test(input) &&
      holds(input);
    super(
      name,
      isFit,
      (input, context) => (isFit(input) ? t.success(input) : t.failure(input, context)),
      t.identity,
    );
  }
}

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
