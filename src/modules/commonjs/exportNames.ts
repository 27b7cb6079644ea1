import { createRequire } from 'node:module';
import type * as Lexer from 'cjs-module-lexer';

/** The names that an `import` can take from a CommonJS text, as far as they can be read without running it. */
export interface ReadableNames {
  readonly names: readonly string[];
  /** Specifiers of modules whose names the text passes on, as in `module.exports = require('./a')`. */
  readonly reexports: readonly string[];
}

/**
 * The names of a text, read when somebody asks for them: most CommonJS files are required and never imported, and to read the names takes
 * half as long as to compile the file.
 *
 * @source measured: bench/modules/commonjs.ts
 */
export function namesOnDemand(source: string): () => ReadableNames {
  let found: ReadableNames | undefined;
  return () => (found ??= readableNames(source));
}

let loaded: Pick<typeof Lexer, 'parse'> | undefined;

/** Reads the names with the same rules as Node. A text that the reader does not understand has none. */
export function readableNames(source: string): ReadableNames {
  const lexer = (loaded ??= loadLexer());
  try {
    const { exports: names, reexports } = lexer.parse(source);
    return { names: [...new Set(names)], reexports: [...new Set(reexports)] };
  } catch {
    return { names: [], reexports: [] };
  }
}

/** Loaded with the first CommonJS text: a host of modules starts faster without it. */
function loadLexer(): Pick<typeof Lexer, 'parse'> {
  const lexer: unknown = createRequire(import.meta.url)('cjs-module-lexer');
  if (!isLexer(lexer)) throw new Error('cjs-module-lexer has no function parse: install it again');
  lexer.initSync();
  return lexer;
}

function isLexer(value: unknown): value is Pick<typeof Lexer, 'parse' | 'initSync'> {
  const functions = ['parse', 'initSync'].map((name): unknown => Reflect.get(Object(value), name));
  return functions.every((each) => typeof each === 'function');
}
