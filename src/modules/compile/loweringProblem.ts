import { placeAt, type SourceProblem } from '../places/textPlace.js';

/**
 * What the package `typescript` lowers in one turn: it runs in this thread, and is slower than all else.
 *
 * @source measured on TypeScript 6, processor time: a source of 1 MB 1.7 s; 4,000 classes with a decorator 2.4 s, 4,000 methods 1.3 s
 */
const MAX_LENGTH = 400_000;
const MAX_DECORATOR_COUNT = 1_000;
const DECORATOR = /@[\w$([]/g;

/** Why decorators in a source are not lowered: that would hold up the host. Undefined when they are. */
export function loweringProblem(source: string): SourceProblem | undefined {
  const decorators = [...source.matchAll(DECORATOR)];
  const [first] = decorators;
  const excess = decorators[MAX_DECORATOR_COUNT];
  if (excess === undefined && source.length <= MAX_LENGTH) return undefined;
  const what =
    excess === undefined
      ? `is longer than ${MAX_LENGTH.toLocaleString('en')} characters`
      : `has more than ${MAX_DECORATOR_COUNT.toLocaleString('en')} decorators`;
  const reason = `${what}, too much for the compilation of decorators; split it`;
  return { reason, ...placeAt(source, (excess ?? first)?.index ?? 0) };
}
