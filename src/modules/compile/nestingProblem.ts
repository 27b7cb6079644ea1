import { placeAt, type SourceProblem } from '../places/textPlace.js';
import { measureNesting } from './measureNesting.js';

/**
 * A source within both bounds cannot hold enough of any construct, or of several together, to end the process: 1,000 brackets and 2,000
 * words are under half of what does. Most files are, and cost nothing but the count.
 */
const PLAIN = { maxLength: 8_000, maxMarkCount: 1_000 } as const;

/** Why a source is not given to the compiler, which it could end or hold up; undefined when it may be. */
export function nestingProblem(path: string, source: string): SourceProblem | undefined {
  if (isPlain(source)) return undefined;
  const { offset } = measureNesting(path, source);
  if (offset === undefined) return undefined;
  const reason =
    'nests too deep to be compiled (512 brackets in each other at most, and about 1,000 of other constructs); split it, or put the data in a file of its own';
  return { reason, ...placeAt(source, offset) };
}

function isPlain(source: string): boolean {
  if (source.length > PLAIN.maxLength) return false;
  let markCount = 0;
  for (let at = 0; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    // ( . : < [ ` {
    const isMark =
      code < 96
        ? code === 40 || code === 46 || code === 58 || code === 60 || code === 91
        : code === 96 || code === 123;
    if (isMark) markCount += 1;
  }
  return markCount <= PLAIN.maxMarkCount;
}
