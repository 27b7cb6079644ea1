import { createRequire } from 'node:module';
import * as E from 'fp-ts/lib/Either.js';
import type { TomlError } from 'smol-toml';
import type { SourceProblem } from '../../modules/places/textPlace.js';

type Parser = (text: string) => unknown;
let loadedParser: Parser | undefined;

/** The one door to the TOML parser. In the result dates are `TomlDate` objects, and tables have no prototype. */
export function parseToml(text: string): E.Either<SourceProblem, unknown> {
  const parse = (loadedParser ??= loadParser());
  try {
    return E.right(parse(text));
  } catch (error) {
    if (!isTomlError(error)) return E.left({ reason: String(error), line: 1, column: 1 });
    const [headline = ''] = error.message.split('\n');
    const reason = headline.replace(/^Invalid TOML document: /, '');
    return E.left({ reason, line: error.line, column: error.column });
  }
}

/**
 * Loaded with the first TOML text: a host with JSON manifests starts faster without it. With `require`, because the name of a folder is
 * asked for where nothing can be awaited.
 */
function loadParser(): Parser {
  const toml: unknown = createRequire(import.meta.url)('smol-toml');
  const parse: unknown = Reflect.get(Object(toml), 'parse');
  if (!isParser(parse)) throw new Error('smol-toml has no function parse: install it again');
  return parse;
}

function isParser(value: unknown): value is Parser {
  return typeof value === 'function';
}

function isTomlError(error: unknown): error is TomlError {
  return error instanceof Error && 'line' in error && 'column' in error;
}
