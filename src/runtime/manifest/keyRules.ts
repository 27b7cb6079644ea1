import * as t from 'io-ts';

/** The limits of a text that JSON Schema can express too. */
export interface TextLimits {
  /** A regular expression that does not backtrack exponentially: texts from a manifest are tested against it. */
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Codec of a text within limits. `holds` is a rule that no schema can express. The codec's name tells people which texts are accepted. */
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

/** Codec of a version as `"0.1.0"`, or as the table that it stands for. */
export class VersionRule<A> extends t.Type<A, unknown> {
  static readonly pattern = '^\\d{1,9}\\.\\d{1,9}\\.\\d{1,9}$';

  constructor(
    name: string,
    readonly table: t.Type<A, unknown>,
  ) {
    const pattern = new RegExp(VersionRule.pattern, 'u');
    super(
      name,
      table.is,
      (input, context) => {
        if (typeof input === 'object') return table.validate(input, context);
        if (typeof input !== 'string' || !pattern.test(input)) return t.failure(input, context);
        const [major, minor, patch] = input.split('.').map(Number);
        return table.validate({ major, minor, patch }, context);
      },
      table.encode,
    );
  }
}

/** Codec of a whole number of at least `least`. */
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
