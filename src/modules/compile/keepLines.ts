import { endOfRegExp } from '../scan/sourceTokens.js';
import {
  type MappedPlaces,
  PLACE_LENGTH,
  readMappings,
  writeMappings,
} from '../stacks/mappings.js';
import type { RawMap } from '../stacks/stackTraces.js';

/** After one of these a line may be broken: none of the rules that forbid a line break begins with them. */
const BREAKABLE = new Set('([{,;=?:&|+-*%<>!~^.');
/** No line break may stand before these. */
const UNBREAKABLE = /^(?:=>|\+\+|--)/;
const [LINE, DOUBLE, DOLLAR, SINGLE, SLASH] = [10, 34, 36, 39, 47];
const [BACKSLASH, BACKTICK, OPEN, CLOSE] = [92, 96, 123, 125];
/** A longer source is compiled without its lines: that would hold the loop of the host by as much again. */
export const MAX_LAID_LENGTH = 400_000;

/** Code whose statements stand on the lines on which they were written. */
export interface LaidCode {
  readonly code: string;
  /** Undefined when the compiler gave none. */
  readonly map: () => RawMap | undefined;
}

/**
 * Moves the code that a compiler printed to the lines of its source, as far as line breaks can be set between its words. Then a breakpoint
 * by line binds without a map, and the header of an error that ends the process, which Node prints without maps, names the right line.
 *
 * Only line breaks and nothing else changes, so the meaning stays: the compiler ends each statement with `;`.
 *
 * @param facts - `source`: the source of the code. `printed`: the code that the map describes, when some of its lines were changed since.
 *   These are not broken.
 */
export function keepLines(
  code: string,
  map: RawMap | undefined,
  { source, printed = code }: { readonly source: string; readonly printed?: string },
): LaidCode {
  if (map === undefined || source.length > MAX_LAID_LENGTH) return { code, map: () => map };
  const kept = linesOfTemplates(code);
  if (kept === undefined) return { code, map: () => map };
  const places = readMappings(map.mappings);
  const forward = goingForward(places);
  const laid = new Layout(code, { places, forward, kept, printed });
  const movedPlaces = () => {
    const moved: number[] = [];
    laid.run(moved);
    return moved;
  };
  return {
    code: laid.run(),
    map: () => ({ ...map, mappings: writeMappings(movedPlaces()) }),
  };
}

interface LayoutFacts {
  readonly places: MappedPlaces;
  /** Whether each place may take its line along: see `goingForward`. */
  readonly forward: Uint8Array;
  /** Offsets of line breaks that stay. */
  readonly kept: ReadonlySet<number>;
  readonly printed: string;
}

/** Lays the code. Holds: the text so far, the line and column that it has reached. */
class Layout {
  #text = '';
  #line = 0;
  #column = 0;

  constructor(
    readonly code: string,
    readonly facts: LayoutFacts,
  ) {}

  /** The laid code. Adds where each place went to `moved`. */
  run(moved?: number[]): string {
    const { code } = this;
    const { places, forward, kept, printed } = this.facts;
    const lines = printed === code ? undefined : printed.split('\n');
    [this.#text, this.#line, this.#column] = ['', 0, 0];
    let next = 0;
    let hadComment = false;
    for (let start = 0, number = 0; start <= code.length; number += 1) {
      const found = code.indexOf('\n', start);
      const end = found < 0 ? code.length : found;
      const first = next;
      let wanted = -1;
      while (places[next * PLACE_LENGTH] === number) {
        if (wanted < 0 && forward[next] === 1) wanted = places[next * PLACE_LENGTH + 2] ?? -1;
        next += 1;
      }
      // The break before this line: as it was in a template, or to the line of the source, or none.
      if (number > 0 && kept.has(start - 1)) this.#break(1);
      else if (wanted > this.#line) this.#break(wanted - this.#line);
      else if (hadComment) this.#break(1);
      else if (number > 0) this.#add(' ');
      const line = code.slice(start, end);
      const comment = line.indexOf('//');
      const isPrinted = lines === undefined || lines[number] === line;
      const last = comment < 0 ? line.length : comment;
      this.#addLine(line, { first, next, end: isPrinted ? last : -1, moved });
      hadComment = comment >= 0;
      start = end + 1;
    }
    return this.#text;
  }

  /** Adds a line with its places from `first` to before `next`. Behind `end` is a comment, to which no other text may move. */
  #addLine(line: string, { first, next, end, moved }: LineFacts): void {
    const { places, forward } = this.facts;
    let from = 0;
    for (let at = first; at < next; at += 1) {
      const column = places[at * PLACE_LENGTH + 1] ?? 0;
      const sourceLine = places[at * PLACE_LENGTH + 2] ?? 0;
      const isAhead = sourceLine > this.#line && forward[at] === 1;
      if (isAhead && column <= end && mayBreak(line, column)) {
        this.#add(line.slice(from, column));
        this.#break(sourceLine - this.#line);
        from = column;
      }
      if (moved !== undefined) {
        const sourceColumn = places[at * PLACE_LENGTH + 3] ?? 0;
        moved.push(this.#line, this.#column + column - from, sourceLine, sourceColumn);
      }
    }
    this.#add(line.slice(from));
  }

  #break(count: number): void {
    this.#text += '\n'.repeat(count);
    this.#line += count;
    this.#column = 0;
  }

  #add(text: string): void {
    this.#text += text;
    this.#column += text.length;
  }
}

interface LineFacts {
  readonly first: number;
  readonly next: number;
  readonly end: number;
  readonly moved: number[] | undefined;
}

function mayBreak(line: string, column: number): boolean {
  if (UNBREAKABLE.test(line.slice(column, column + 2))) return false;
  let before = column - 1;
  while (line[before] === ' ') before -= 1;
  return BREAKABLE.has(line[before] ?? '');
}

/**
 * The longest part of the places whose lines of the source never go back: 1 for each place that is in it. Code that a compiler moved, such
 * as a field that it sets in the constructor, is not: it must not take what stands behind it along.
 */
function goingForward(places: MappedPlaces): Uint8Array {
  const count = places.length / PLACE_LENGTH;
  const kept = new Uint8Array(count);
  /** By length: the index of the place that ends the best part of that length so far. */
  const ends: number[] = [];
  const before = new Int32Array(count);
  const lineOf = (index: number) => places[index * PLACE_LENGTH + 2] ?? -1;
  for (let index = 0; index < count; index += 1) {
    const line = lineOf(index);
    let low = 0;
    let high = ends.length;
    // Mostly it goes on where the longest part ends.
    if (high > 0 && line >= lineOf(ends[high - 1] ?? 0)) low = high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lineOf(ends[middle] ?? 0) <= line) low = middle + 1;
      else high = middle;
    }
    before[index] = low === 0 ? -1 : (ends[low - 1] ?? -1);
    ends[low] = index;
  }
  for (let at = ends.at(-1) ?? -1; at >= 0; at = before[at] ?? -1) kept[at] = 1;
  return kept;
}

/** Words after which a `/` begins a regular expression. */
const BEFORE_VALUE =
  /(?<![.#\w$])(?:return|typeof|case|in|of|delete|void|throw|new|instanceof|await|yield|do|else|extends|default)$/;
/** Of these, the ones that may be names of variables, after which it divides. */
const MAYBE_NAME = /(?:of|await|yield)$/;

/**
 * Offsets of the line breaks that are in templates, in code as the compiler prints it. Undefined when it is not certain what a `/` means:
 * after a bracket it could divide or begin a regular expression, whose text could look like a template.
 */
function linesOfTemplates(code: string): ReadonlySet<number> | undefined {
  const found = new Set<number>();
  if (!code.includes('`')) return found;
  /** For each template around: the number of braces that are open in its `${`. */
  const braces: number[] = [];
  let isTemplate = false;
  for (let at = 0; at < code.length; at += 1) {
    const char = code.charCodeAt(at);
    if (isTemplate) {
      if (char === BACKSLASH && code.charCodeAt(at + 1) !== LINE) at += 1;
      else if (char === LINE) found.add(at);
      else if (char === BACKTICK) isTemplate = false;
      else if (char === DOLLAR && code.charCodeAt(at + 1) === OPEN) {
        braces.push(0);
        isTemplate = false;
        at += 1;
      }
    } else if (char === BACKTICK) isTemplate = true;
    else if (char === OPEN && braces.length > 0) braces.push((braces.pop() ?? 0) + 1);
    else if (char === CLOSE && braces.length > 0) {
      const open = braces.pop() ?? 0;
      if (open === 0) isTemplate = true;
      else braces.push(open - 1);
    } else if (char === DOUBLE || char === SINGLE) at = endOfString(code, at, char);
    else if (char === SLASH) {
      const end = endOfSlash(code, at);
      if (end === undefined) return undefined;
      at = end;
    }
  }
  return found;
}

function endOfString(code: string, from: number, quote: number): number {
  let at = from + 1;
  for (; at < code.length; at += 1) {
    const char = code.charCodeAt(at);
    if (char === quote) break;
    if (char === BACKSLASH) at += 1;
  }
  return at;
}

/** The offset of the last character of what a `/` begins; undefined when it is not certain. */
function endOfSlash(code: string, from: number): number | undefined {
  const next = code[from + 1];
  if (next === '/') return endBefore(code.indexOf('\n', from), code);
  if (next === '*') return endBefore(code.indexOf('*/', from + 2) + 2, code);
  const before = code.slice(Math.max(0, from - 40), from).trimEnd();
  const last = before.at(-1) ?? '';
  if (last === ']' || last === '`' || last === '"' || last === "'") return from;
  const isValue = BEFORE_VALUE.test(before);
  if (/[\w$\u0080-\uffff]/.test(last) && !isValue) return from;
  const end = endOfRegExp(code, from);
  // Without a second one on its line it divides.
  if (last === ')' || last === '}' || /\+\+$|--$/.test(before)) {
    return end === undefined ? from : undefined;
  }
  if (end === undefined) return undefined;
  const isUncertain = isValue && MAYBE_NAME.test(before);
  return isUncertain && /[`"']/.test(code.slice(from, end)) ? undefined : end - 1;
}

function endBefore(found: number, code: string): number {
  return found <= 1 ? code.length : found - 1;
}
