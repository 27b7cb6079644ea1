/**
 * How much of each a source may have. The compiler and V8 need time by the square of some of these counts.
 *
 * @source measured on Node 20.20 and oxc-transform 0.151, processor time of the longest step:
 *   imports: 5,000 need 0.14 s in V8, 20,000 need 1.9 s, and 65,536 end the process, as awaits in one function do; 20,000 exported names
 *   need 0.25 s, of which oxc needs up to 2.3 s for 8,000 equal ones; V8 needs up to 1.4 µs a token, oxc 8 µs a token that is an error
 */
export const MAX_COUNTS = {
  /** Imports and re-exports: `import`, and `export` with `from`. */
  imports: 4_096,
  exports: 4_096,
  /** `await` and `yield`, of one function and what is in it without a body of its own. Of several functions, the squares are added up. */
  waits: 8_192,
  /** `class` and `enum`: each needs up to 23 µs. */
  classes: 16_384,
  tokens: 500_000,
};

const DECLARING = new Set(['const', 'let', 'var']);

/** The body of a function: the level of the brackets around it, and what waits in it. */
interface Body {
  readonly level: number;
  waits: number;
}

/**
 * Counts what a source has. States of an export at the top level: `head` after the word; `declared` after `const`; `names` in the braces
 * whose commas separate names.
 */
export class SourceCounts {
  /** What there is too much of; undefined while all is within bounds. */
  excess: string | undefined;
  #tokens = 0;
  #imports = 0;
  #classes = 0;
  #exports = 0;
  /** Sum over the functions of the square of what waits in each. */
  #squares = 0;
  readonly #outer: Body[] = [];
  #body: Body = { level: 0, waits: 0 };
  /** After `class`: the next `{` is no function. */
  #isClassHead = false;
  #export: 'none' | 'head' | 'declared' | 'names' | 'value' = 'none';

  constructor(readonly max: typeof MAX_COUNTS = MAX_COUNTS) {}

  token(): void {
    this.#tokens += 1;
    if (this.#tokens > this.max.tokens) this.#exceed('tokens', 'words and signs');
  }

  /** A word that is known; `level` is the number of brackets around it. */
  word(word: string, level: number): void {
    if (word === 'class') this.#isClassHead = true;
    if (word === 'class' || word === 'enum') this.#addClass();
    if (word === 'await' || word === 'yield') this.#wait();
    if (word === 'import') {
      if (level === 0) this.#export = 'none';
      this.#import();
    } else if (level > 0) return;
    else if (word === 'export') {
      this.#export = 'head';
      this.#addExport();
    } else if (word === 'from' && this.#export !== 'none') this.#import();
    else if (DECLARING.has(word) && this.#export === 'head') this.#export = 'declared';
    else if (this.#export === 'head') this.#export = 'value';
  }

  /** Any other word: `a` of `const a`. */
  other(): void {
    if (this.#export === 'head' || this.#export === 'declared') this.#export = 'value';
  }

  open(bracket: string, level: number, isAfterParameters: boolean): void {
    const isNames = this.#export === 'head' || this.#export === 'declared';
    if (level === 0 && isNames && bracket !== '(') this.#export = 'names';
    if (bracket !== '{') return;
    if (isAfterParameters && !this.#isClassHead) {
      this.#outer.push(this.#body);
      this.#body = { level, waits: 0 };
    }
    this.#isClassHead = false;
  }

  /** `level`: the number of brackets that are still open. */
  close(level: number): void {
    if (level === 0 && this.#export === 'names') this.#export = 'value';
    const outer = this.#outer.at(-1);
    if (outer === undefined || this.#body.level < level) return;
    this.#body = outer;
    this.#outer.pop();
  }

  comma(level: number): void {
    const isName = this.#export === 'names' || (level === 0 && this.#export !== 'none');
    if (isName) this.#addExport();
    if (level === 0 && this.#export === 'value') this.#export = 'declared';
  }

  semicolon(level: number): void {
    if (level === 0) this.#export = 'none';
  }

  #addClass(): void {
    this.#classes += 1;
    if (this.#classes > this.max.classes) this.#exceed('classes', 'classes and enums');
  }

  #addExport(): void {
    this.#exports += 1;
    if (this.#exports > this.max.exports) this.#exceed('exports', 'exported names');
  }

  #import(): void {
    this.#imports += 1;
    if (this.#imports > this.max.imports) this.#exceed('imports', 'imports');
  }

  #wait(): void {
    const body = this.#body;
    this.#squares += 2 * body.waits + 1;
    body.waits += 1;
    if (body.waits > this.max.waits || this.#squares > 2 * this.max.waits ** 2)
      this.#exceed('waits', 'times "await" or "yield" in one function');
  }

  #exceed(kind: keyof typeof MAX_COUNTS, what: string): void {
    this.excess = `${this.max[kind].toLocaleString('en')} ${what}`;
  }
}
