import { writeMappings } from './mappings.js';

/** Stacks name places where a word or a mark begins. */
const TOKEN = /[\p{ID_Continue}$]+|[^\s]/gu;

/** Writes the mappings from an edited text to its source. Holds: the places so far, and where it is in both texts. */
export class PlaceWriter {
  readonly #places: number[] = [];
  #line = 0;
  #column = 0;
  #sourceColumn = 0;

  /** A part that both texts have, with a place per word. */
  copy(text: string): void {
    for (const [index, line] of text.split('\n').entries()) {
      if (index > 0) this.#breakLine();
      for (const { index: offset } of line.matchAll(TOKEN)) this.#write(offset);
      this.#column += line.length;
      this.#sourceColumn += line.length;
    }
  }

  /** A text that stands for a part of the source, with as many line breaks. */
  insert(text: string, replaced: string): void {
    this.#write(0);
    const breakCount = text.split('\n').length - 1;
    const lines = replaced.split('\n');
    for (let count = 0; count < breakCount; count += 1) this.#breakLine();
    this.#column += text.length - (text.lastIndexOf('\n') + 1);
    const last = lines.at(-1) ?? '';
    this.#sourceColumn = lines.length > 1 ? last.length : this.#sourceColumn + last.length;
  }

  mappings(): string {
    return writeMappings(this.#places);
  }

  #breakLine(): void {
    this.#line += 1;
    this.#column = 0;
    this.#sourceColumn = 0;
  }

  #write(offset: number): void {
    const line = this.#line;
    this.#places.push(line, this.#column + offset, line, this.#sourceColumn + offset);
  }
}
