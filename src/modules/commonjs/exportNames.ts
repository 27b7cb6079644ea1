import { initSync, parse } from 'cjs-module-lexer';

/** The names that an `import` can take from a CommonJS text, as far as they can be read without running it. */
export interface ReadableNames {
  readonly names: readonly string[];
  /** Specifiers of modules whose names the text passes on, as in `module.exports = require('./a')`. */
  readonly reexports: readonly string[];
}

let isReady = false;

/** Reads the names with the same rules as Node. A text that the reader does not understand has none. */
export function readableNames(source: string): ReadableNames {
  if (!isReady) initSync();
  isReady = true;
  try {
    const { exports: names, reexports } = parse(source);
    return { names: [...new Set(names)], reexports: [...new Set(reexports)] };
  } catch {
    return { names: [], reexports: [] };
  }
}
