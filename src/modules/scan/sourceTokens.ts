// The words and literals of a source, as far as its nesting depends on them.

export const STATEMENT_WORDS = new Set(['if', 'while', 'for', 'do', 'with']);
export const HEAD_WORDS = new Set(['if', 'while', 'for', 'with', 'await', 'switch', 'catch']);
/** Words that count: see `SourceCounts`. */
const COUNTED_WORDS = 'import export from const let var class enum function await yield'.split(' ');
export const UNARY_WORDS = new Set(
  'typeof void delete await new yield keyof unique infer extends asserts abstract'.split(' '),
);
/** After these words a value is written, so a `/` begins a regular expression. */
export const OPERATOR_WORDS = new Set('return throw case in of instanceof default is'.split(' '));
export const CHAIN_WORDS = new Set(['as', 'satisfies', 'in', 'instanceof']);
/** A statement does not begin with these, also not on a new line. */
export const CONTINUING = new Set(
  'in instanceof as satisfies of is extends implements else catch finally while'.split(' '),
);
export const KNOWN_WORDS = new Set([
  ...[...STATEMENT_WORDS, ...HEAD_WORDS, ...UNARY_WORDS, ...OPERATOR_WORDS, ...CHAIN_WORDS],
  ...[...CONTINUING, 'namespace', 'module', 'readonly', ...COUNTED_WORDS],
]);
export const NUMBER = /(?:0[xX][\da-fA-F_]+|0[bBoO][\d_]+|[\d_]*\.?[\d_]+(?:[eE][+-]?\d+)?\.?)n?/y;
export const OPENERS = /[([{<]/g;
/** `<T,`, `<T extends`, `<T =`, and `<T>(a: T) => …`: type parameters rather than an element. */
export const TYPE_PARAMETERS =
  /<\s*(?:const\s+)?[\p{ID_Start}$_][\p{ID_Continue}$]*\s*(?:,|=|extends\s|>\s*\([^`]{0,1000}?\)\s*(?::[^`]{0,300}?)?=>)/uy;
export const UNCLEAR_ELEMENT =
  /<\s*(?:const\s+)?[\p{ID_Start}$_][\p{ID_Continue}$]*\s*(?:extends\s|>\s*[(/])/uy;

/** Where a regular expression ends, with its flags; undefined when it does not on its line. */
export function endOfRegExp(source: string, from: number): number | undefined {
  let isClass = false;
  for (let at = from + 1; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    if (code === 10 || code === 13) return undefined;
    if (code === 92) at += 1;
    else if (code === 91) isClass = true;
    else if (code === 93) isClass = false;
    else if (code === 47 && !isClass) return at + 1;
  }
  return undefined;
}

/** All that is not ASCII counts as part of a word, but for the characters that end a line. */
export function endOfWord(source: string, from: number): number {
  let at = from;
  for (; at < source.length; at += 1) {
    const code = source.charCodeAt(at);
    const isPart =
      (code >= 97 && code <= 122) ||
      (code >= 65 && code <= 90) ||
      (code >= 48 && code <= 57) ||
      code === 95 ||
      code === 36 ||
      code === 92 ||
      (code >= 128 && code !== 0xa0 && code !== 0xfeff && code !== 0x2028 && code !== 0x2029);
    if (!isPart) break;
  }
  return at;
}

export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

export function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code >= 128;
}
