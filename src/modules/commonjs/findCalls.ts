/** What a CommonJS text calls to load modules, as far as the text shows it. */
export interface LoadCalls {
  /** The specifiers of `require('…')` that are written as a literal, each once, in the order in which they are written. */
  readonly requires: readonly string[];
  /** Offsets of the word `import` in each `import(…)`. */
  readonly imports: readonly number[];
}

const MENTIONS = /\b(?:require|import)\b/;
/** Comments and white space may stand between any two tokens. */
const SPACE = /(?:\s+|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)+/y;
const WORD = /(?:[\p{ID_Start}$_#]|\\u)(?:[\p{ID_Continue}$\u200c\u200d\\]|\\u\{[\da-fA-F]+\})*/uy;
const NUMBER = /\.?\d(?:[eE][+-]?\d|[\w.])*/y;
const STRING = /'(?:[^'\\\n]|\\[^])*'|"(?:[^"\\\n]|\\[^])*"/y;
/** The text of a template up to its end or its next part of code. */
const TEMPLATE = /(?:[^`\\$]|\\[^]|\$(?!\{))*(?:`|\$\{)/y;
const REGEXP = /\/(?:[^\\/[\n\r]|\\[^\n\r]|\[(?:[^\\\]\n\r]|\\[^\n\r])*\])+\/[\w$]*/y;
const PUNCTUATOR = /=>|\?\.(?!\d)|\+\+|--|[^]/y;

/** After these words comes a value, so that a `/` begins a regular expression. */
const BEFORE_VALUE = new Set(
  'return typeof instanceof in of new delete void throw case do else yield await'.split(' '),
);
/** The brackets after these words hold no value: what follows them is a statement. */
const HEADS = new Set(['if', 'while', 'for', 'with']);

interface Bracket {
  readonly open: string;
  /** Whether a value ends where the bracket closes, so that a `/` after it divides. */
  readonly isValue: boolean;
  /** The index in `imports` of the `import` that these are the arguments of. */
  readonly importIndex: number | undefined;
}

/**
 * Finds the calls that load modules. Reads tokens, so that a text in a string, a comment, a template or a regular expression is no call.
 * A call that is missed, as in `eval`, is still resolved when it runs.
 */
export function findCalls(source: string): LoadCalls {
  if (!MENTIONS.test(source)) return { requires: [], imports: [] };
  return new CallScan(source).run();
}

/** Reads a text from start to end. What it holds: where it is, the token before, the open brackets, what was found. */
class CallScan {
  readonly #requires = new Set<string>();
  readonly #imports: (number | undefined)[] = [];
  readonly #open: Bracket[] = [];
  #at = 0;
  /** The text of the token before; `''` at the start. */
  #last = '';
  #beforeLast = '';
  /** Whether the token before ends a value. */
  #isValue = false;
  /** The closed call of `import` that ends right before: a `{` makes it a method of that name. */
  #closedImport: number | undefined;

  constructor(readonly source: string) {}

  run(): LoadCalls {
    while (this.#at < this.source.length) this.#token();
    const imports = this.#imports.filter((offset) => offset !== undefined);
    return { requires: [...this.#requires], imports };
  }

  #token(): void {
    if (this.#match(SPACE) !== undefined) return;
    const closedImport = this.#closedImport;
    this.#closedImport = undefined;
    const from = this.#at;
    const word = this.#match(WORD);
    if (word !== undefined) {
      this.#word(word, from);
      return;
    }
    const literal = this.#literal(from);
    if (literal !== undefined) {
      this.#set(literal, true);
      return;
    }
    const mark = this.#match(PUNCTUATOR) ?? '';
    if (mark === '{' && closedImport !== undefined) this.#imports[closedImport] = undefined;
    this.#mark(mark);
  }

  #literal(from: number): string | undefined {
    if (this.#match(NUMBER) !== undefined) return '0';
    if (this.#match(STRING) !== undefined) return '""';
    const isRegExp = this.source[from] === '/' && !this.#isValue;
    return isRegExp && this.#match(REGEXP) !== undefined ? '/' : undefined;
  }

  #word(word: string, from: number): void {
    const isProperty = this.#last === '.' || this.#last === '?.';
    if (word === 'require' && !isProperty) this.#require();
    const isImport = word === 'import' && !isProperty && this.#isBeforeBracket();
    if (isImport) this.#imports.push(from);
    this.#set(isImport ? 'import(' : word, isProperty || !BEFORE_VALUE.has(word));
  }

  #isBeforeBracket(): boolean {
    const at = this.#at;
    this.#match(SPACE);
    const isBefore = this.source[this.#at] === '(';
    this.#at = at;
    return isBefore;
  }

  /** `require` is read: notes the literal, if one is the whole of its arguments. */
  #require(): void {
    const at = this.#at;
    this.#match(SPACE);
    const isCall = this.source[this.#at] === '(';
    this.#at += 1;
    this.#match(SPACE);
    const literal = isCall ? this.#match(STRING) : undefined;
    this.#match(SPACE);
    const next = this.source[this.#at];
    if (literal !== undefined && (next === ')' || next === ',')) {
      this.#requires.add(valueOf(literal));
    }
    this.#at = at;
  }

  #mark(mark: string): void {
    if (mark === '`') this.#template();
    else if (')]}'.includes(mark)) this.#close(mark);
    else if ('([{'.includes(mark)) {
      const isHead = HEADS.has(this.#last) && this.#beforeLast !== '.';
      const isImport = mark === '(' && this.#last === 'import(';
      this.#open.push({
        open: mark,
        isValue: mark === '{' ? this.#beginsObject() : mark === '[' || !isHead,
        importIndex: isImport ? this.#imports.length - 1 : undefined,
      });
      this.#set(mark, false);
    } else this.#set(mark, (mark === '++' || mark === '--') && this.#isValue);
  }

  #close(mark: string): void {
    const closed = this.#open.pop();
    if (closed?.open === '${') {
      this.#template();
      return;
    }
    this.#closedImport = closed?.importIndex;
    this.#set(mark, closed?.isValue ?? true);
  }

  /** Whether a `{` begins an object or the body of a function that is a value, and not a block. */
  #beginsObject(): boolean {
    if (['(', '[', ',', '=', '?', ':', '&', '|', '+', '=>', '${'].includes(this.#last)) return true;
    return BEFORE_VALUE.has(this.#last) && this.#last !== 'do' && this.#last !== 'else';
  }

  #template(): void {
    const text = this.#match(TEMPLATE);
    if (text === undefined) this.#at = this.source.length;
    else if (text.endsWith('`')) this.#set('`', true);
    else {
      this.#open.push({ open: '${', isValue: false, importIndex: undefined });
      this.#set('${', false);
    }
  }

  #set(token: string, isValue: boolean): void {
    this.#beforeLast = this.#last;
    this.#last = token;
    this.#isValue = isValue;
  }

  #match(token: RegExp): string | undefined {
    token.lastIndex = this.#at;
    const found = token.exec(this.source);
    if (found === null) return undefined;
    this.#at = token.lastIndex;
    return found[0];
  }
}

/** The text that a literal stands for. One with an unusual escape stays as it is written, and leads nowhere. */
function valueOf(literal: string): string {
  return literal.slice(1, -1).replaceAll(/\\(['"\\/])/g, '$1');
}
