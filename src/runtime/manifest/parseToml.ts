import * as E from 'fp-ts/lib/Either.js';
import { parse, TomlError } from 'smol-toml';
import type { SourceProblem } from '../../modules/places/textPlace.js';

/** The only place that calls the TOML parser. In the result dates are `TomlDate` objects, and tables have no prototype. */
export function parseToml(text: string): E.Either<SourceProblem, unknown> {
  try {
    return E.right(parse(text));
  } catch (error) {
    if (!(error instanceof TomlError)) return E.left({ reason: String(error), line: 1, column: 1 });
    const [headline = ''] = error.message.split('\n');
    const reason = headline.replace(/^Invalid TOML document: /, '');
    return E.left({ reason, line: error.line, column: error.column });
  }
}
