/**
 * What each construct costs of `MAX_NESTING_COST`. The native parser and V8 recurse once or more for each.
 *
 * @source measured on Node 20.20 and oxc-transform 0.151, with a stack of 8 MiB, as the count of a construct at which the process ends:
 *   namespaces and methods of classes in each other 2,500 (it ends), 2,000 (it does not); JSX 3,000; classes and parentheses 4,000 to
 *   6,000; arrows, `if` and types 6,000 to 20,000; `.a()` 6,000 to 20,000; other chains 20,000 to 50,000
 */
export const COST = {
  /** A bracket, a JSX element, a part of `namespace a.b.c`: at most 512 in each other. */
  bracket: 16,
  /** A word that needs a statement after it. */
  statement: 4,
  else: 1,
  /** `:` after a label, or in a ternary. A label that is given twice costs time by the square of the count. */
  colon: 6,
  question: 3,
  assignment: 3,
  arrow: 4,
  /** `!a`, `typeof a`, `2 ** a`. */
  unary: 2,
  /** `Array<…`: a type that nests to the right. */
  angle: 8,
  /** A chain: `a + b`, `a.b`, `a()`. */
  chain: 1,
} as const;

export const MAX_NESTING_COST = 8_192;

interface Frame {
  readonly closer: string;
  /** Cost of all that this frame is in. */
  readonly above: number;
  /** The bracket of `if (…)`, which needs a statement after it. */
  readonly isHead: boolean;
  /** Cost of `if`, `else` and so on, until the statement ends. */
  statement: number;
  /** Cost of angles, until the statement ends. */
  angles: number;
  /** Cost of what nests to the right, until the expression ends. */
  prefix: number;
  /** `prefix` at each `?` that has no `:` yet. */
  questions: number[] | undefined;
  /** Height of the expression so far: what is written after it goes around it. */
  chain: number;
  /** The largest height in this frame. */
  height: number;
}

function newFrame(closer: string, above: number, isHead = false): Frame {
  // One literal: a spread made the whole scan three times slower.
  return {
    closer,
    above,
    isHead,
    statement: 0,
    angles: 0,
    prefix: 0,
    questions: undefined,
    chain: 0,
    height: 0,
  };
}

/** How deep a source nests at the place where it is read. */
export class NestingDepth {
  readonly #outer: Frame[] = [];
  #frame = newFrame('', 0);
  /** The largest cost of any place so far. */
  maxCost = 0;

  get closer(): string {
    return this.#frame.closer;
  }

  /** Number of brackets around this place. */
  get level(): number {
    return this.#outer.length;
  }

  add(part: 'statement' | 'angles' | 'prefix' | 'chain', cost: number): void {
    const frame = this.#frame;
    frame[part] += cost;
    if (frame[part] < 0) frame[part] = 0;
    this.#note();
  }

  question(): void {
    (this.#frame.questions ??= []).push(this.#frame.prefix);
    this.add('prefix', COST.question);
  }

  /** After the `:` of a ternary, what was between it and its `?` is closed. */
  colon(): void {
    const frame = this.#frame;
    const before = frame.questions?.pop();
    if (before !== undefined) {
      const { statement, angles, prefix, chain } = frame;
      frame.height = Math.max(frame.height, statement + angles + prefix + chain);
      frame.prefix = before + COST.question;
    }
    this.add('prefix', COST.colon);
  }

  open(closer: string, isHead = false): void {
    const { above, statement, angles, prefix } = this.#frame;
    this.#outer.push(this.#frame);
    this.#frame = newFrame(closer, above + statement + angles + prefix + COST.bracket, isHead);
    this.#note();
  }

  /** Closes the innermost bracket; a closer that has none is left to the compiler. Returns whether the bracket was a head. */
  close(): boolean {
    const outer = this.#outer.pop();
    if (outer === undefined) return false;
    this.endStatement();
    const { height, isHead } = this.#frame;
    this.#frame = outer;
    outer.chain = Math.max(outer.chain, height + COST.bracket) + COST.chain;
    this.#note();
    return isHead;
  }

  endExpression(): void {
    const frame = this.#frame;
    const height = frame.statement + frame.angles + frame.prefix + frame.chain;
    if (height > frame.height) frame.height = height;
    frame.prefix = 0;
    frame.chain = 0;
    frame.questions = undefined;
  }

  endStatement(): void {
    this.endExpression();
    this.#frame.statement = 0;
    this.#frame.angles = 0;
  }

  #note(): void {
    const { above, statement, angles, prefix, chain } = this.#frame;
    const cost = above + statement + angles + prefix + chain;
    if (cost > this.maxCost) this.maxCost = cost;
  }
}
