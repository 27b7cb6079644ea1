import { nextTurn } from '../adapters/eventLoop.js';
import { placeAt, type SourceProblem } from '../places/textPlace.js';
import { SourceCounts } from './SourceCounts.js';
import { SourceScan } from './SourceScan.js';

/**
 * A source within both bounds cannot hold enough of any construct, or of several together, to end the process: 1,000 brackets and 2,000
 * words are under half of what does. Most files are, and cost nothing but the count.
 */
const PLAIN = { maxLength: 8_000, maxMarkCount: 1_000 } as const;
/** What is read in one turn of the event loop: about 10 ms. */
const TURN_TOKEN_COUNT = 50_000;

const TOO_DEEP =
  'nests too deep to be compiled (512 brackets in each other at most, and about 1,000 of other constructs); split it, or put the data in a file of its own';

/** What a source nests at most, and where it goes past the bound; without an offset it stays within it. */
export interface NestingReport {
  readonly cost: number;
  readonly offset: number | undefined;
}

const ANY_COUNT = {
  ...{ imports: Infinity, exports: Infinity, waits: Infinity },
  ...{ classes: Infinity, tokens: Infinity },
};

/** Measures how deep a source nests, however much it has. */
export function measureNesting(path: string, source: string): NestingReport {
  const scan = scanOf(path, source, new SourceCounts(ANY_COUNT));
  const end = scan.read(Number.POSITIVE_INFINITY);
  return { cost: scan.depth.maxCost, offset: end.kind === 'nested' ? end.offset : undefined };
}

/**
 * Why a source is not given to the compiler, which it could end or hold up: it nests too deep, or it has too much of something. Undefined
 * when it may be. Other work gets its turns while a large source is read.
 */
export async function sourceProblem(
  path: string,
  source: string,
): Promise<SourceProblem | undefined> {
  const steps = problemSteps(path, source);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    await nextTurn();
  }
}

/** The same at once, for a `require`, which cannot wait. */
export function sourceProblemNow(path: string, source: string): SourceProblem | undefined {
  const steps = problemSteps(path, source);
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
  }
}

/** Reads a source, a part of it per step. */
function* problemSteps(
  path: string,
  source: string,
): Generator<undefined, SourceProblem | undefined> {
  if (isPlain(source)) return undefined;
  const scan = scanOf(path, source);
  for (;;) {
    const end = scan.read(TURN_TOKEN_COUNT);
    if (end.kind === 'end') return undefined;
    if (end.kind === 'nested') return { reason: TOO_DEEP, ...placeAt(source, end.offset) };
    if (end.kind === 'many') {
      const reason = `has more than ${end.what}, too many to be compiled; split it, put the data in a JSON file, or leave packages out of a bundle`;
      return { reason, ...placeAt(source, end.offset) };
    }
    yield;
  }
}

function scanOf(path: string, source: string, counts = new SourceCounts()): SourceScan {
  return new SourceScan(source, counts, {
    hasTypes: /\.(?:m|c)?tsx?$/.test(path),
    hasElements: /\.[jt]sx$/.test(path),
  });
}

/** What opens something, or stands between words: see `PLAIN`. */
const MARKS = ['(', '.', ':', '<', '[', '`', '{'] as const;

/** Goes from mark to mark, which takes the engine a fifth of the time of a look at each character. */
function isPlain(source: string): boolean {
  if (source.length > PLAIN.maxLength) return false;
  let markCount = 0;
  for (const mark of MARKS) {
    for (let at = source.indexOf(mark); at >= 0; at = source.indexOf(mark, at + 1)) markCount += 1;
  }
  return markCount <= PLAIN.maxMarkCount;
}

/**
 * The errors of other sources are listed by another process first. oxc draws each error with its lines: the time grows with the square of
 * the length, and with the length times that of the longest line.
 *
 * @source measured on oxc-transform 0.151, `let a;` repeated: on lines of its own 0.4 s for 8,000, 100 s for 100,000; on one line 1 s for
 *   2,000 (14,000 characters), 66 s for 10,000
 */
const EASY = { length: 64 * 1024, product: 100_000_000 } as const;

/** Whether the errors of a source could hold up the host. */
export function isLaborious(source: string): boolean {
  if (source.length > EASY.length) return true;
  const maxLine = EASY.product / source.length;
  if (source.length <= maxLine) return false;
  for (let from = 0; ; ) {
    const end = source.indexOf('\n', from);
    if ((end < 0 ? source.length : end) - from > maxLine) return true;
    if (end < 0) return false;
    from = end + 1;
  }
}

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
