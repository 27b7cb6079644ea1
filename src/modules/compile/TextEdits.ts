import type { RawMap } from '../stacks/stackTraces.js';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
/** Stacks name places where a word or a mark begins. */
const TOKEN = /[\p{ID_Continue}$]+|[^\s]/gu;

/** Replacements in a text. They keep every line where it is, so that only columns need a map. */
export class TextEdits {
  readonly #edits: Edit[] = [];

  constructor(readonly source: string) {}

  replace(start: number, end: number, text: string): void {
    this.#edits.push({ start, end, text });
  }

  /** Removes a part and keeps its line breaks. */
  blank(start: number, end: number, text = ''): void {
    this.replace(
      start,
      end,
      text + this.source.slice(start, end).replace(/[^\n\r\u2028\u2029]+/g, ''),
    );
  }

  apply(): string {
    let text = '';
    let at = 0;
    for (const edit of this.#inOrder()) {
      text += this.source.slice(at, edit.start) + edit.text;
      at = edit.end;
    }
    return text + this.source.slice(at);
  }

  /** The map from the edited text back to the source, with a place per word. */
  map(): RawMap {
    const places = new PlaceWriter();
    let at = 0;
    for (const edit of this.#inOrder()) {
      places.copy(this.source.slice(at, edit.start));
      places.insert(edit.text, this.source.slice(edit.start, edit.end));
      at = edit.end;
    }
    places.copy(this.source.slice(at));
    return { version: 3, names: [], sources: ['module'], mappings: places.mappings() };
  }

  #inOrder(): readonly Edit[] {
    return this.#edits.sort((a, b) => a.start - b.start || a.end - b.end);
  }
}

/** Writes the mappings of a source map. What it holds: the column in both texts, and the last place that was written. */
class PlaceWriter {
  readonly #lines: string[][] = [[]];
  #column = 0;
  #lastColumn = 0;
  #source = { line: 0, column: 0 };
  #last = { line: 0, column: 0 };

  /** A part that both texts have. */
  copy(text: string): void {
    const lines = text.split('\n');
    for (const [index, line] of lines.entries()) {
      if (index > 0) this.#breakLine();
      for (const { index: offset } of line.matchAll(TOKEN)) {
        this.#write(this.#column + offset, this.#source.column + offset);
      }
      this.#column += line.length;
      this.#source.column += line.length;
    }
  }

  /** A text that stands for a part of the source. */
  insert(text: string, replaced: string): void {
    this.#write(this.#column, this.#source.column);
    const breakCount = text.split('\n').length - 1;
    const lines = replaced.split('\n');
    for (let count = 0; count < breakCount; count += 1) this.#breakLine();
    this.#column += text.length - (text.lastIndexOf('\n') + 1);
    const last = lines.at(-1) ?? '';
    this.#source.column = lines.length > 1 ? last.length : this.#source.column + last.length;
  }

  mappings(): string {
    return this.#lines.map((line) => line.join(',')).join(';');
  }

  #breakLine(): void {
    this.#lines.push([]);
    this.#column = 0;
    this.#lastColumn = 0;
    this.#source = { line: this.#source.line + 1, column: 0 };
  }

  #write(column: number, sourceColumn: number): void {
    const { line } = this.#source;
    const numbers = [
      column - this.#lastColumn,
      0,
      line - this.#last.line,
      sourceColumn - this.#last.column,
    ];
    this.#lines.at(-1)?.push(numbers.map(base64Number).join(''));
    this.#lastColumn = column;
    this.#last = { line, column: sourceColumn };
  }
}

/** @source https://tc39.es/ecma426/#sec-base64-vlq */
function base64Number(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = '';
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += BASE64[rest > 0 ? digit | 32 : digit] ?? '';
  } while (rest > 0);
  return text;
}
