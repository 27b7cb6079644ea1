import { PlaceWriter } from '../stacks/PlaceWriter.js';
import type { RawMap } from '../stacks/stackTraces.js';

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

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
