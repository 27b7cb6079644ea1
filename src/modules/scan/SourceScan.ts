import { COST, MAX_NESTING_COST, NestingDepth } from './NestingDepth.js';
import type { SourceCounts } from './SourceCounts.js';
import {
  CHAIN_WORDS,
  CONTINUING,
  endOfRegExp,
  endOfWord,
  HEAD_WORDS,
  isDigit,
  isLetter,
  KNOWN_WORDS,
  NUMBER,
  OPENERS,
  OPERATOR_WORDS,
  STATEMENT_WORDS,
  TYPE_PARAMETERS,
  UNARY_WORDS,
  UNCLEAR_ELEMENT,
} from './sourceTokens.js';

/** Openers in literals that may be none: see `SourceScan.isDoubtful`. */
const MAX_HIDDEN_COUNT = 1_000;

/** Where a part of the scan ended. `nested` and `many`: at `offset` the source goes past a bound. */
type ScanEnd =
  | { readonly kind: 'more' | 'end' }
  | { readonly kind: 'nested'; readonly offset: number }
  | { readonly kind: 'many'; readonly offset: number; readonly what: string };

/**
 * Reads a source in one pass and without recursion: a parser that recurses ends the process on a source of 12 KB. It reads words, literals
 * and brackets only, so a source that is not valid is read too. Holds: where it is, what was before, the brackets around it.
 */
export class SourceScan {
  readonly depth = new NestingDepth();
  #at = 0;
  /** What was read last: a value, something that needs a value after it, or a statement that may have ended. */
  #before: 'value' | 'operator' | 'end' = 'end';
  #word = '';
  #last = '';
  #hasNewLine = false;
  #isNamespace = false;
  /** A `/` or `<` could be read in two ways. From then on, brackets that a wrong reading would hide are counted. */
  #isDoubtful = false;
  #hiddenCount = 0;

  constructor(
    readonly source: string,
    readonly counts: SourceCounts,
    readonly syntax: { readonly hasTypes: boolean; readonly hasElements: boolean },
  ) {}

  /** Reads on, for at most this many tokens. */
  read(maxTokenCount: number): ScanEnd {
    const { source, depth, counts } = this;
    for (let left = maxTokenCount; this.#at < source.length; left -= 1) {
      if (left === 0) return { kind: 'more' };
      const { closer } = depth;
      if (closer === '`') this.#template();
      else if (closer === '</') this.#children();
      else this.#token(source.charCodeAt(this.#at));
      if (depth.maxCost > MAX_NESTING_COST || this.#hiddenCount > MAX_HIDDEN_COUNT)
        return { kind: 'nested', offset: this.#at };
      if (counts.excess !== undefined)
        return { kind: 'many', offset: this.#at, what: counts.excess };
    }
    return { kind: 'end' };
  }

  #token(code: number): void {
    if (code === 10 || code === 13 || code === 0x2028 || code === 0x2029) this.#hasNewLine = true;
    if (code <= 32 || code === 0xa0 || code === 0xfeff || code === 0x2028 || code === 0x2029) {
      this.#at += 1;
      return;
    }
    const next = this.source.charCodeAt(this.#at + 1);
    if (code === 47 && (next === 47 || next === 42)) this.#comment(next === 42);
    else if (code === 35 || code === 92 || code === 36 || code === 95 || isLetter(code))
      this.#name();
    else if (isDigit(code) || (code === 46 && isDigit(next))) this.#number();
    else if (code === 34 || code === 39) this.#string(code);
    else this.#punctuation(this.source[this.#at] ?? '', this.source[this.#at + 1] ?? '');
  }

  /** Called at a token that begins a statement, if the one before may have ended. */
  #mayBegin(): void {
    const isNext = this.#before === 'value' && (this.#hasNewLine || this.#last === '}');
    if (isNext || this.#before === 'end') {
      this.depth.endStatement();
      this.#isNamespace = false;
    }
  }

  #set(before: 'value' | 'operator' | 'end', last: string, to: number): void {
    this.counts.token();
    this.#before = before;
    this.#last = last;
    this.#hasNewLine = false;
    this.#at = to;
  }

  #name(): void {
    const end = endOfWord(this.source, this.#at + 1);
    const isKnown = this.#last !== '.' && end - this.#at <= 10;
    const word = isKnown ? this.source.slice(this.#at, end) : '';
    if (!KNOWN_WORDS.has(word)) {
      if (this.#last !== '.') this.#mayBegin();
      this.counts.other();
      this.#word = '';
      this.#set('value', 'word', end);
      return;
    }
    if (!CONTINUING.has(word) || (this.#before === 'end' && word !== 'else')) this.#mayBegin();
    const { depth } = this;
    this.counts.word(word, depth.level);
    this.#word = word;
    let before: 'value' | 'operator' = 'value';
    if (word === 'namespace' || word === 'module') this.#isNamespace = true;
    if (word === 'case') depth.endStatement();
    if (STATEMENT_WORDS.has(word) || word === 'else') {
      depth.add('statement', word === 'else' ? COST.else : COST.statement);
      before = 'operator';
    } else if (word === 'readonly') {
      depth.add('prefix', COST.angle);
      before = 'operator';
    } else if (UNARY_WORDS.has(word)) {
      depth.add('prefix', COST.unary);
      before = 'operator';
    } else if (OPERATOR_WORDS.has(word)) before = 'operator';
    if (CHAIN_WORDS.has(word)) {
      depth.add('chain', COST.chain);
      before = 'operator';
    }
    this.#set(before, 'word', end);
  }

  #number(): void {
    this.#mayBegin();
    NUMBER.lastIndex = this.#at;
    const isFound = NUMBER.test(this.source);
    this.#set('value', 'number', isFound ? NUMBER.lastIndex : this.#at + 1);
  }

  #string(quote: number): void {
    this.#mayBegin();
    const { source } = this;
    let to = this.#at + 1;
    for (; to < source.length; to += 1) {
      const code = source.charCodeAt(to);
      if (code === quote || code === 10) break;
      if (code === 92) to += 1;
    }
    this.#hide(this.#at, to);
    this.#set('value', 'string', to + 1);
  }

  #comment(isBlock: boolean): void {
    const found = this.source.indexOf(isBlock ? '*/' : '\n', this.#at + 2);
    const to = found < 0 ? this.source.length : found + (isBlock ? 2 : 0);
    if (isBlock && this.source.slice(this.#at, to).includes('\n')) this.#hasNewLine = true;
    this.#hide(this.#at, to);
    this.#at = to;
  }

  /** From after a backtick, or after a `}` that ends a part of code, to the next part or the end. */
  #template(): void {
    const { source } = this;
    const from = this.#at;
    let to = from;
    for (; to < source.length; to += 1) {
      const code = source.charCodeAt(to);
      if (code === 92) to += 1;
      else if (code === 96 || (code === 36 && source.charCodeAt(to + 1) === 123)) break;
    }
    this.#hide(from, to);
    if (source.charCodeAt(to) === 36) {
      this.depth.open('}');
      this.#set('operator', '{', to + 2);
    } else {
      this.depth.close();
      this.#set('value', '`', to + 1);
    }
  }

  /** The text between the tags of an element. */
  #children(): void {
    const { source } = this;
    let to = this.#at;
    while (to < source.length && source[to] !== '<' && source[to] !== '{') to += 1;
    this.#hide(this.#at, to);
    if (source[to] === '{') {
      this.depth.open('}');
      this.#set('operator', '{', to + 1);
    } else if (source[to + 1] === '/') {
      const end = source.indexOf('>', to);
      this.depth.close();
      this.#set('value', '>', end < 0 ? source.length : end + 1);
    } else {
      this.depth.open('/>');
      this.#set('operator', '<', to + 1);
    }
  }

  #hide(from: number, to: number): void {
    if (this.#isDoubtful) {
      this.#hiddenCount += this.source.slice(from, to).match(OPENERS)?.length ?? 0;
    }
  }

  #punctuation(char: string, next: string): void {
    const { depth } = this;
    const at = this.#at;
    if (depth.closer === '/>' && this.#inTag(char, next)) return;
    switch (char) {
      case '(':
      case '[':
      case '{':
        if (this.#before === 'end') this.#mayBegin();
        this.counts.open(
          char,
          depth.level,
          this.#last === '=>' || (this.#last === ')' && !this.#hasNewLine),
        );
        depth.open(
          char === '(' ? ')' : char === '[' ? ']' : '}',
          char === '(' && this.#last === 'word' && HEAD_WORDS.has(this.#word),
        );
        this.#set(char === '{' ? 'end' : 'operator', char, at + 1);
        return;
      case ')':
      case ']':
      case '}':
        // A wrong closer is left to the compiler.
        if (depth.closer === char && depth.close()) this.#set('operator', 'head', at + 1);
        else this.#set('value', char, at + 1);
        this.counts.close(depth.level);
        return;
      case '`':
        depth.open('`');
        this.#set('operator', '`', at + 1);
        return;
      case ';':
        depth.endExpression();
        this.counts.semicolon(depth.level);
        this.#set('end', ';', at + 1);
        return;
      case ',':
        depth.endExpression();
        this.counts.comma(depth.level);
        this.#set('operator', ',', at + 1);
        return;
      case '/':
        this.#slash();
        return;
      case '<':
        this.#angle();
        return;
      case '@':
        this.#mayBegin();
        this.#set('operator', '@', at + 1);
        return;
      default:
        this.#operator(char, next);
    }
  }

  /** In `<a …`: whether the character ends the tag. */
  #inTag(char: string, next: string): boolean {
    const { depth } = this;
    if (char === '/' && next === '>') {
      depth.close();
      this.#set('value', '>', this.#at + 2);
      return true;
    }
    if (char !== '>') return false;
    depth.close();
    depth.open('</');
    this.#at += 1;
    return true;
  }

  #slash(): void {
    const isAfterBrace = this.#before === 'value' && this.#last === '}';
    if (this.#before === 'value' && !isAfterBrace) {
      this.#operator('/', '');
      return;
    }
    const to = endOfRegExp(this.source, this.#at);
    if (to === undefined) {
      this.#operator('/', '');
      return;
    }
    if (isAfterBrace) this.#isDoubtful = true;
    this.#hide(this.#at, to);
    this.#mayBegin();
    this.#set('value', 'regexp', to);
  }

  #angle(): void {
    const { depth, source } = this;
    if (this.syntax.hasElements && this.#before !== 'value') {
      UNCLEAR_ELEMENT.lastIndex = this.#at;
      if (UNCLEAR_ELEMENT.test(source)) this.#isDoubtful = true;
      TYPE_PARAMETERS.lastIndex = this.#at;
      if (!TYPE_PARAMETERS.test(source)) {
        depth.open('/>');
        this.#set('operator', '<', this.#at + 1);
        return;
      }
    }
    if (this.syntax.hasTypes) depth.add('angles', COST.angle);
    else depth.add('chain', COST.chain);
    this.#set('operator', '<', this.#at + 1);
  }

  #operator(char: string, next: string): void {
    const { depth } = this;
    const isAfterValue = this.#before === 'value';
    const pair = char + next;
    if (pair === '=>') {
      depth.add('prefix', COST.arrow);
      this.#set('operator', '=>', this.#at + 2);
    } else if (pair === '?.' || char === '.') {
      depth.add(this.#isNamespace ? 'prefix' : 'chain', this.#isNamespace ? COST.bracket : 1);
      this.#set('operator', '.', this.#at + (pair === '?.' ? 2 : 1));
    } else if (pair === '++' || pair === '--') {
      if (isAfterValue && this.#hasNewLine) this.#mayBegin();
      depth.add('prefix', COST.unary);
      this.#set(this.#before, this.#last, this.#at + 2);
    } else if (char === '!' && isAfterValue && next !== '=' && !this.#hasNewLine) {
      depth.add('chain', COST.chain);
      this.#set('value', '!', this.#at + 1);
    } else if (pair === '**' || pair === '??') {
      depth.add(pair === '**' ? 'prefix' : 'chain', pair === '**' ? COST.unary : COST.chain);
      this.#set('operator', pair, this.#at + 2);
    } else if (/^[=!]=/.test(pair)) {
      depth.add('chain', COST.chain);
      this.#set('operator', pair, this.#at + 2);
    } else {
      if (char === '>') depth.add('angles', this.syntax.hasTypes ? -COST.angle : 0);
      if (char === '=') depth.add('prefix', COST.assignment);
      else if (char === '?') depth.question();
      else if (char === ':') depth.colon();
      else if (isAfterValue) depth.add('chain', COST.chain);
      else depth.add('prefix', COST.unary);
      // `Array<T>` ends with a value; a comparison goes on with one either way.
      this.#set(char === '>' && this.syntax.hasTypes ? 'value' : 'operator', char, this.#at + 1);
    }
  }
}
