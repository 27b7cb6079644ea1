import { endOfRegExp, endOfWord, isDigit, isLetter } from '../scan/sourceTokens.js';

/** What a CommonJS text calls to load modules, as far as the text shows it. */
export interface LoadCalls {
  /** The specifiers of `require('…')` that are written as a literal, each once, in the order in which they are written. */
  readonly requires: readonly string[];
  /** Offsets of the word `import` in each `import(…)`. */
  readonly imports: readonly number[];
}

/** A call that loads a module has one of these words; other words may contain them. */
const MENTIONED = ['require', 'import'] as const;
/** Comments and white space may stand between any two tokens. */
const SPACE = /(?:\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)*/y;
const LITERAL = /'((?:[^'\\\n]|\\[^])*)'|"((?:[^"\\\n]|\\[^])*)"/y;

/** After these words comes a value, so that a `/` begins a regular expression. */
const BEFORE_VALUE = new Set(
  'return typeof instanceof in of new delete void throw case do else yield await'.split(' '),
);
/** The brackets after these words hold no value: what follows them is a statement. */
const HEADS = new Set(['if', 'while', 'for', 'with']);
const LONGEST_WORD = 'instanceof'.length;
/** After these a `{` begins an object, or the body of a function that is a value, and not a block. */
const BEFORE_OBJECT = new Set('([,=?:&|+>$');

interface Bracket {
  /** `$` is that of a part of code in a template. */
  readonly open: string;
  /** Whether a value ends where the bracket closes, so that a `/` after it divides. */
  readonly isValue: boolean;
  /** The index in the list of imports of the `import` that these are the arguments of. */
  readonly importIndex: number | undefined;
}

/**
 * Finds the calls that load modules. Reads tokens, so that a text in a string, a comment, a template or a regular expression is no call.
 * A call that is missed, as in `eval`, is still resolved when it runs.
 */
export function findCalls(source: string): LoadCalls {
  const last = Math.max(...MENTIONED.map((word) => source.lastIndexOf(word)));
  return last < 0 ? { requires: [], imports: [] } : new CallScan(source, last).run();
}

/** Reads a text from start to end. What it holds: where it is, the token before, the open brackets, what was found. */
class CallScan {
  readonly #requires = new Set<string>();
  readonly #imports: (number | undefined)[] = [];
  readonly #open: Bracket[] = [];
  #at = 0;
  /** Where the token before begins and ends, and whether it ends a value: of a word, that is only looked up where it matters. */
  #lastFrom = 0;
  #lastTo = 0;
  #isLastWord = false;
  #isValue = false;
  /** The token before is a dot: a word after it is the name of a property. */
  #isAfterDot = false;
  /** The token before is the `import` of a call. */
  #isImport = false;
  /** The call of `import` that was closed right before: a `{` makes it a method of that name. */
  #closedImport: number | undefined;

  constructor(
    readonly source: string,
    /** Where the last word that a call could begin with is. */
    readonly last: number,
  ) {}

  run(): LoadCalls {
    const { source, last } = this;
    while (this.#at <= last) this.#token(source.charCodeAt(this.#at));
    // Whether the last `import(…)` is a call is known behind its brackets: a method of that name has a body.
    if (this.#imports.length > 0) {
      while (this.#at < source.length) this.#token(source.charCodeAt(this.#at));
    }
    const imports = this.#imports.filter((offset) => offset !== undefined);
    return { requires: [...this.#requires], imports };
  }

  #token(code: number): void {
    if (code <= 32 || code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029) {
      this.#at += 1;
      return;
    }
    const next = this.source.charCodeAt(this.#at + 1);
    if (code === 47 && (next === 47 || next === 42)) this.#comment(next === 42);
    else if (isLetter(code) || code === 36 || code === 95 || code === 35 || code === 92)
      this.#word();
    else if (isDigit(code) || (code === 46 && isDigit(next))) {
      this.#set(this.#endOfNumber(), true);
    } else if (code === 34 || code === 39) this.#set(this.#endOfString(code), true);
    else if (code === 47) this.#slash();
    else this.#mark(this.source[this.#at] ?? '', next);
  }

  #comment(isBlock: boolean): void {
    const found = this.source.indexOf(isBlock ? '*/' : '\n', this.#at + 2);
    this.#at = found < 0 ? this.source.length : found + (isBlock ? 2 : 0);
  }

  #word(): void {
    const from = this.#at;
    const to = endOfWord(this.source, from + 1);
    const isName = this.#isAfterDot;
    let isImport = false;
    if (!isName && to - from === 7 && this.source.startsWith('require', from)) this.#require(to);
    if (!isName && to - from === 6 && this.source.startsWith('import', from)) {
      isImport = this.source[this.#afterSpace(to)] === '(';
      if (isImport) this.#imports.push(from);
    }
    this.#set(to, true);
    this.#isLastWord = !isName;
    this.#isImport = isImport;
  }

  /** The word `require` ends at `to`: notes the literal, if one is the first argument. */
  #require(to: number): void {
    const open = this.#afterSpace(to);
    if (this.source[open] !== '(') return;
    LITERAL.lastIndex = this.#afterSpace(open + 1);
    const found = LITERAL.exec(this.source);
    if (found === null) return;
    const next = this.source[this.#afterSpace(LITERAL.lastIndex)];
    // One with an unusual escape stays as it is written, and leads nowhere.
    const written = found[1] ?? found[2] ?? '';
    if (next !== ')' && next !== ',') return;
    const isEscaped = written.includes('\\');
    this.#requires.add(isEscaped ? written.replaceAll(/\\(['"\\/])/g, '$1') : written);
  }

  #afterSpace(from: number): number {
    const code = this.source.charCodeAt(from);
    if (code > 32 && code < 127 && code !== 47) return from;
    SPACE.lastIndex = from;
    return SPACE.test(this.source) ? SPACE.lastIndex : from;
  }

  #endOfNumber(): number {
    const { source } = this;
    let to = endOfWord(source, this.#at + 1);
    // `1.5`, `1e-5`.
    for (; ; to = endOfWord(source, to + 1)) {
      const code = source.charCodeAt(to);
      const isExponent = (code === 43 || code === 45) && /[eE]/.test(source[to - 1] ?? '');
      if (code !== 46 && !(isExponent && !source.startsWith('0x', this.#at))) return to;
    }
  }

  #endOfString(quote: number): number {
    const { source } = this;
    for (let to = this.#at + 1; to < source.length; to += 1) {
      const code = source.charCodeAt(to);
      if (code === quote || code === 10) return to + 1;
      if (code === 92) to += 1;
    }
    return source.length;
  }

  #slash(): void {
    const isValue = this.#isValue && !BEFORE_VALUE.has(this.#lastWord());
    const to = isValue ? undefined : endOfRegExp(this.source, this.#at);
    if (to === undefined) this.#set(this.#at + 1, false);
    else this.#set(endOfWord(this.source, to), true);
  }

  #mark(mark: string, next: number): void {
    const at = this.#at;
    if (mark === '`') this.#template(at + 1);
    else if (mark === '(' || mark === '[' || mark === '{') {
      if (mark === '{' && this.#closedImport !== undefined)
        this.#imports[this.#closedImport] = undefined;
      const importIndex = mark === '(' && this.#isImport ? this.#imports.length - 1 : undefined;
      const isValue =
        mark === '{' ? this.#beginsObject() : mark === '[' || !HEADS.has(this.#lastWord());
      this.#open.push({ open: mark, isValue, importIndex });
      this.#set(at + 1, false);
    } else if (mark === ')' || mark === ']' || mark === '}') this.#close();
    else if ((mark === '+' && next === 43) || (mark === '-' && next === 45)) {
      this.#set(at + 2, this.#isValue);
    } else {
      const isOptional = mark === '?' && next === 46;
      this.#set(at + (isOptional ? 2 : 1), false);
      // Not after the last of three.
      this.#isAfterDot = isOptional || (mark === '.' && this.source[at - 1] !== '.');
    }
  }

  #close(): void {
    const at = this.#at;
    const closed = this.#open.pop();
    if (closed?.open === '$') {
      this.#template(at + 1);
      return;
    }
    this.#set(at + 1, closed?.isValue ?? true);
    this.#closedImport = closed?.importIndex;
  }

  #beginsObject(): boolean {
    const word = this.#lastWord();
    if (word !== '') return BEFORE_VALUE.has(word) && word !== 'do' && word !== 'else';
    return BEFORE_OBJECT.has(this.source[this.#lastTo - 1] ?? '');
  }

  /** From after a backtick, or after the `}` of a part of code, to the next part or the end. */
  #template(from: number): void {
    const { source } = this;
    for (let to = from; to < source.length; to += 1) {
      const code = source.charCodeAt(to);
      if (code === 92) to += 1;
      else if (code === 96) {
        this.#set(to + 1, true);
        return;
      } else if (code === 36 && source.charCodeAt(to + 1) === 123) {
        this.#open.push({ open: '$', isValue: false, importIndex: undefined });
        this.#set(to + 2, false);
        return;
      }
    }
    this.#at = source.length;
  }

  #lastWord(): string {
    const isShort = this.#isLastWord && this.#lastTo - this.#lastFrom <= LONGEST_WORD;
    return isShort ? this.source.slice(this.#lastFrom, this.#lastTo) : '';
  }

  /** Ends a token at `to`. */
  #set(to: number, isValue: boolean): void {
    this.#lastFrom = this.#at;
    this.#lastTo = to;
    this.#isLastWord = false;
    this.#isValue = isValue;
    this.#isAfterDot = false;
    this.#isImport = false;
    this.#closedImport = undefined;
    this.#at = to;
  }
}
