import type { Errors } from 'io-ts';
import { isKeyStep } from '../../model/codecs/codecShape.js';
import { findJsonProblem } from '../../model/codecs/findJsonProblem.js';
import { formatPath } from '../../model/codecs/formatPath.js';
import { reportErrors } from '../../model/codecs/reportErrors.js';

/** A line to add when a required key is missing. */
const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['name', 'name = "my-plugin"'],
  ['version', 'version = "0.1.0"'],
  ['source', 'source = "./index.ts"'],
]);
const FORBIDDEN_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** What is wrong with a manifest. */
export interface ManifestProblems {
  /** One line per problem. */
  readonly lines: readonly string[];
  /** The key of the first problem, with the tables that it is in. */
  readonly path: readonly string[];
}

/** What must be refused before the manifest is decoded: keys that reach prototypes, and tables that are too deep or too large. */
export function dangerousKeys(input: unknown): ManifestProblems | undefined {
  const problem = findJsonProblem(input);
  // Dates and numbers that JSON lacks are harmless in a manifest. The codec checks them.
  const isRefused =
    problem !== undefined &&
    (FORBIDDEN_KEYS.has(problem.path.at(-1) ?? '') || /deeper|more than/.test(problem.reason));
  if (!isRefused) return undefined;
  return { lines: [`${formatPath(problem.path)} ${problem.reason}`], path: problem.path };
}

/** The codec's errors, as text for the person who wrote the manifest. */
export function decodeProblems(errors: Errors): ManifestProblems {
  const lines = reportErrors(errors).map((line) => {
    const example = EXAMPLES.get(/^([\w-]+): missing/.exec(line)?.[1] ?? '');
    return example === undefined ? line : `${line}; add the line  ${example}`;
  });
  const context = errors[0]?.context ?? [];
  const path = context.filter((_, index) => isKeyStep(context, index)).map(({ key }) => key);
  return { lines, path };
}
